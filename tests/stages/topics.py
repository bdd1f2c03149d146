"""A broker on loopback for tests, and a small project whose sources are topics of it."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from pyspark.sql import SparkSession

from cdp_lake.adapters import kafka_broker
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import FILES
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.runner import StageOutcome
from tests.stages.lakes import opened, run

USER, PASSWORD = "lake", "not-for-anybody"
PEOPLE = """
name: {source}
kind: person
format: json
topic: {{connection: {connection}, topic: {topic}{more}}}
key: [id]
version: {{column: changed_at, keep: latest}}
columns:
  - {{name: id, required: true}}
  - {{name: email, field: email, pii: email}}
  - {{name: changed_at, field: valid_from, type: timestamp, required: true}}
identifiers:
  - {{namespace: crm_id, column: id}}
  - {{namespace: email, column: email}}
"""
CHANGES = """
name: {source}
extends: debezium
topic: {{connection: {connection}, topic: {topic}{more}}}
key: [id]
columns:
  - {{name: id, required: true}}
  - {{name: email, field: email, pii: email}}
identifiers:
  - {{namespace: crm_id, column: id}}
"""
FILED = PEOPLE.replace("topic: {{connection: {connection}, topic: {topic}{more}}}", "files: filed/*.json")
# So that a broker that is down costs a test two seconds.
QUICK = "options: {default.api.timeout.ms: '2000', request.timeout.ms: '1500'}"


class Brokers:
    """One broker for all tests of a process: open on one port, asking for a password on another."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.secured_port = folder, _free_port(), _free_port()
        self._settings = {
            "listeners": f"CLIENTS://127.0.0.1:{self.port},SECURED://127.0.0.1:{self.secured_port}",
            "advertised.listeners": f"CLIENTS://127.0.0.1:{self.port},SECURED://127.0.0.1:{self.secured_port}",
            "listener.security.protocol.map": "CLIENTS:PLAINTEXT,SECURED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
            "listener.name.secured.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.secured.plain.sasl.jaas.config": (
                f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
            ),
        }
        self.start()

    @property
    def servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Up, if it is not."""
        kafka_broker.start(self.folder, self.port, self._settings)

    def kill(self) -> None:
        """Gone at once, as by a power cut."""
        broker = kafka_broker.running(self.folder)
        assert broker is not None
        os.kill(broker.pid, signal.SIGKILL)
        self.until(lambda: kafka_broker.running(self.folder) is None)

    def make(self, topic: str, partitions: int = 1) -> None:
        """A topic; it is there when this returns."""
        admin = AdminClient({"bootstrap.servers": self.servers})
        admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(30)
        self.until(lambda: topic in admin.list_topics(timeout=10).topics)

    def remove(self, topic: str) -> None:
        """A topic less."""
        admin = AdminClient({"bootstrap.servers": self.servers})
        admin.delete_topics([topic])[topic].result(30)
        self.until(lambda: topic not in admin.list_topics(timeout=10).topics)

    def send(self, topic: str, values: Iterable[bytes | str | None], key: str | None = None) -> None:
        """Messages to the first partition, on the disk of the broker when this returns."""
        producer = Producer({"bootstrap.servers": self.servers, "acks": "all", "message.max.bytes": 5_000_000})
        for value in values:
            producer.produce(topic, value, key, partition=0)
        assert producer.flush(30) == 0

    def delete_before(self, topic: str, offset: int) -> None:
        """What retention does: the messages below an offset are gone."""
        admin, where = AdminClient({"bootstrap.servers": self.servers}), TopicPartition(topic, 0, offset)
        admin.delete_records([where])[where].result(30)

    def abort(self, topic: str, values: Iterable[str]) -> None:
        """Messages of a transaction that does not come to its end."""
        producer = Producer({"bootstrap.servers": self.servers, "transactional.id": topic})
        producer.init_transactions(30)
        producer.begin_transaction()
        for value in values:
            producer.produce(topic, value, partition=0)
        assert producer.flush(30) == 0
        producer.abort_transaction(30)

    @staticmethod
    def until(true: Callable[[], bool]) -> None:
        """Waits for it, half a minute at most."""
        end = time.monotonic() + 30
        while not true():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.05)


class Project:
    """A lake whose sources are topics, and one source of files."""

    def __init__(self, spark: SparkSession, folder: Path, brokers: Brokers) -> None:
        self.spark, self.folder, self.brokers = spark, folder, brokers
        self.conf = folder / "conf"
        (self.conf / "sources").mkdir(parents=True)
        self.connect(f"{{name: events, servers: '{brokers.servers}', {QUICK}}}")
        (folder / "landing" / "filed").mkdir(parents=True)

    def connect(self, *connections: str) -> None:
        """What connections.yml says."""
        text = "kafka:\n" + "".join(f"  - {one}\n" for one in connections)
        (self.conf / "connections.yml").write_text(text)

    def reads(self, source: str, topic: str, more: str = "", contract: str = PEOPLE) -> None:
        """A source more, of a topic."""
        text = contract.format(source=source, topic=topic, more=more, connection="events")
        (self.conf / "sources" / f"{source}.yml").write_text(text)

    def drops_file(self, *ids: str) -> None:
        """A source of files, and a file of it."""
        (self.conf / "sources" / "filed.yml").write_text(FILED.format(source="filed"))
        (self.folder / "landing" / "filed" / f"{ids[0]}.json").write_text("\n".join(map(person, ids)))

    def settings(self, *sets: str) -> Settings:
        """As they are now."""
        own = (f"lake.path={self.folder / 'lake'}", f"lake.landing={self.folder / 'landing'}")
        return configured(self.conf, None, (*own, *sets)).settings

    def options(self) -> list[str]:
        """The same as words of a command line."""
        own = (f"lake.path={self.folder / 'lake'}", f"lake.landing={self.folder / 'landing'}")
        return ["--conf", str(self.conf), *(word for one in own for word in ("--set", one))]

    def land(self, *sets: str) -> StageOutcome:
        """One landing."""
        return run(self.spark, self.settings(*sets), "land_bronze")["land_bronze"]

    def landed(self, source: str) -> list[str]:
        """The ids in published bronze, in order of offset."""
        rows = opened(self.spark, self.settings()).read(bronze_table(source), "evaluation").orderBy("_line").collect()
        return [json.loads(row["payload"]).get("id") for row in rows]

    def files(self, source: str) -> list[tuple[str, str, int]]:
        """(path, fate, records) of what ops.files knows of a source."""
        rows = opened(self.spark, self.settings()).read(FILES, "evaluation").where(f"source = '{source}'").collect()
        return sorted((row["path"], row["fate"], row["record_count"]) for row in rows)


def person(key: str, email: str | None = None) -> str:
    """A sound message."""
    return json.dumps({"id": key, "email": email or f"{key}@example.org", "changed_at": "2024-03-01T09:00:00Z"})


def people(*keys: str) -> list[str]:
    """Sound messages."""
    return [person(key) for key in keys]


def change(op: str, key: int) -> str:
    """A change of a row as Debezium tells it."""
    row = {"id": key, "email": f"{key}@example.org"}
    return json.dumps({"before": None, "after": row, "source": {"ts_ms": 1_709_283_600_000, "lsn": key}, "op": op})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
