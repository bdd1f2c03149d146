"""Topics of Kafka: what their brokers have, and messages as framed records. The only place that knows Kafka.

Offsets are asked through the client that Spark's own source brings, so nothing else is to be installed, and no Spark
job runs to learn that nothing is new. Messages are read by Spark's `kafka` source, from an offset to an offset.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from math import ceil
from typing import Any, NamedTuple, cast

import pyarrow as pa
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdp_lake.adapters.decoding import KEPT_BYTES
from cdp_lake.adapters.files import FRAME_DDL
from cdp_lake.bronze.messages import Message, message_record
from cdp_lake.bronze.offsets import Extent
from cdp_lake.config.sources import SourceContract
from cdp_lake.config.ways_in import Brokers
from cdp_lake.errors import SourceNotRead, did_you_mean

# Of one task, and so of one file of bronze.
MESSAGES_PER_TASK = 50_000
MOST_NAMES = 20
# A broker that is down is given up after this; Kafka's own defaults try for minutes.
_WAIT = "default.api.timeout.ms"
_DEFAULTS = {
    _WAIT: "15000",
    "request.timeout.ms": "10000",
    # What an aborted transaction wrote was never said.
    "isolation.level": "read_committed",
    # Asking for a topic must not make it.
    "allow.auto.create.topics": "false",
}
_KAFKA_CLASSES = ("org.apache.kafka.", "org.apache.spark.sql.kafka010.")


class Topic(NamedTuple):
    """A topic as its brokers have it: its id, which a topic made anew under the name does not have, and its extents."""

    topic_id: str
    extents: dict[int, Extent]


@dataclass(frozen=True)
class OffsetRange:
    """Messages of one partition to read, from `start` to before `end`, as one file of bronze."""

    partition: int
    start: int
    end: int
    file_id: str


def topics(spark: SparkSession, brokers: Brokers, names: Sequence[str]) -> dict[str, Topic | SourceNotRead]:
    """Each topic as the brokers have it, or why it cannot be read. One connection, closed again; no Spark job."""
    jvm = cast(Any, spark._jvm)
    try:
        with reading(brokers), _admin(jvm, brokers) as admin:
            return _Asking(brokers, admin, jvm).topics(names)
    except SourceNotRead as problem:
        return dict.fromkeys(names, problem)


def messages(
    spark: SparkSession, brokers: Brokers, contract: SourceContract, ranges: Sequence[OffsetRange]
) -> DataFrame:
    """One row per message of the ranges, in the shape of adapters.files.FRAME_DDL.

    The record number counts offsets from the start of its range, the line is the offset itself.
    """
    feed = contract.topic
    if feed is None:
        raise ValueError(f"source {contract.name} is no topic")
    options = _options(brokers)
    reader = spark.read.format("kafka").option("kafka.bootstrap.servers", brokers.servers)
    for key, value in options.items():
        reader = reader.option(f"kafka.{key}", value)
    found = (
        reader.option("assign", json.dumps({feed.topic: [r.partition for r in ranges]}))
        .option("startingOffsets", json.dumps({feed.topic: {str(r.partition): r.start for r in ranges}}))
        .option("endingOffsets", json.dumps({feed.topic: {str(r.partition): r.end for r in ranges}}))
        .option("includeHeaders", str(feed.wrapped).lower())
        .option("maxRecordsPerPartition", MESSAGES_PER_TASK)
        .option("failOnDataLoss", "true")
        .option("kafkaConsumer.pollTimeoutMs", options[_WAIT])
        .option("fetchOffset.numRetries", 1)
        .load()
    )
    time = F.unix_millis("timestamp").alias("timestamp_ms")
    read = found.select("partition", "offset", "key", "value", time, *(["headers"] if feed.wrapped else []))
    # Few messages in many partitions would be many small files.
    tasks = ceil(sum(r.end - r.start for r in ranges) / MESSAGES_PER_TASK)
    framing = _framing(contract.name, ranges, feed.wrapped)
    return read.coalesce(max(1, tasks)).mapInArrow(framing, FRAME_DDL)


@contextmanager
def reading(brokers: Brokers) -> Iterator[None]:
    """Whatever Kafka fails with in the block becomes SourceNotRead; other failures stay what they are."""
    try:
        yield
    except (Py4JJavaError, PySparkException) as problem:
        causes = [cause for cause in _causes(problem) if cause.getClass().getName().startswith(_KAFKA_CLASSES)]
        if not causes:
            raise
        place = f"Kafka at {brokers.servers} (connection {brokers.name})"
        # Not `from problem`: its text may repeat settings.
        raise SourceNotRead(f"{place}: {_told(causes[-1], brokers)}") from None


def _framing(source: str, ranges: Sequence[OffsetRange], wrapped: bool) -> Any:
    begun = {r.partition: (r.file_id, r.start) for r in ranges}

    def framed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = [_row(source, begun, told, wrapped) for told in batch.to_pylist()]
            yield pa.RecordBatch.from_pylist(rows, schema=_FRAME_SCHEMA)

    return framed


def _row(source: str, begun: Mapping[int, tuple[str, int]], told: dict[str, Any], wrapped: bool) -> dict[str, Any]:
    file_id, start = begun[told["partition"]]
    headers = tuple((header["key"], header["value"]) for header in told.get("headers") or ())
    message = Message(told["key"], told["value"], told["timestamp_ms"], headers)
    payload, error = message_record(message, _decoded, wrapped)
    kept = payload.encode("utf-8", "backslashreplace").decode()
    return {
        "source": source,
        "file_id": file_id,
        "record_no": told["offset"] - start + 1,
        "line": told["offset"],
        "payload": kept,
        "frame_error": error if kept == payload else error or "undecodable_bytes",
    }


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", KEPT_BYTES)


@dataclass(frozen=True)
class _Asking:
    """One open connection to the brokers."""

    brokers: Brokers
    admin: Any
    jvm: Any

    def topics(self, names: Sequence[str]) -> dict[str, Topic | SourceNotRead]:
        asked = self.jvm.java.util.ArrayList()
        for name in names:
            asked.add(name)
        answers = self.admin.describeTopics(asked).topicNameValues()
        return {name: self._topic(name, answers.get(name)) for name in names}

    def _topic(self, name: str, answer: Any) -> Topic | SourceNotRead:
        try:
            with reading(self.brokers):
                return self._found(name, answer)
        except SourceNotRead as problem:
            return problem

    def _found(self, name: str, answer: Any) -> Topic | SourceNotRead:
        try:
            described = answer.get()
        except Py4JJavaError as problem:
            if not _is_unknown_topic(problem):
                raise
            return SourceNotRead(f"topic '{name}' is not there{self._hint(name)}")
        partitions = sorted(int(one.partition()) for one in described.partitions())
        first, end = self._offsets(name, partitions, "earliest"), self._offsets(name, partitions, "latest")
        return Topic(str(described.topicId().toString()), {p: Extent(first[p], end[p]) for p in partitions})

    def _offsets(self, name: str, partitions: Sequence[int], what: str) -> dict[int, int]:
        kafka, asked = self.jvm.org.apache.kafka, self.jvm.java.util.HashMap()
        for partition in partitions:
            spec = getattr(kafka.clients.admin.OffsetSpec, what)()
            asked.put(kafka.common.TopicPartition(name, partition), spec)
        # The last message that a reader of committed ones may have, not the last there is.
        level = kafka.common.IsolationLevel.valueOf(_options(self.brokers)["isolation.level"].upper())
        found = self.admin.listOffsets(asked, kafka.clients.admin.ListOffsetsOptions(level)).all().get()
        return {int(place.partition()): int(found.get(place).offset()) for place in found.keySet()}

    def _hint(self, name: str) -> str:
        names = [str(one) for one in self.admin.listTopics().names().get()]
        near = did_you_mean(name, names if len(names) <= MOST_NAMES else get_close_matches(name, names))
        return f" at {self.brokers.servers}; {near}"


@contextmanager
def _admin(jvm: Any, brokers: Brokers) -> Iterator[Any]:
    settings = jvm.java.util.Properties()
    for key, value in {**_options(brokers), "bootstrap.servers": brokers.servers}.items():
        settings.setProperty(key, value)
    admin = jvm.org.apache.kafka.clients.admin.Admin.create(settings)
    try:
        yield admin
    finally:
        admin.close(jvm.java.time.Duration.ZERO)


def _options(brokers: Brokers) -> dict[str, str]:
    """Kafka's settings, secrets from the environment among them. Raises SourceNotRead where a variable is missing."""
    return {**_DEFAULTS, **brokers.options, **_secrets(brokers)}


def _secrets(brokers: Brokers) -> dict[str, str]:
    missing = sorted(name for name in brokers.secret_options.values() if not os.environ.get(name))
    if missing:
        raise SourceNotRead(
            f"connection {brokers.name} takes secrets from environment variables that are not set: {', '.join(missing)}"
        )
    return {key: os.environ[name] for key, name in brokers.secret_options.items()}


def _told(cause: Any, brokers: Brokers) -> str:
    """The innermost thing Kafka says, without any secret."""
    said = " ".join((str(cause.getMessage()) or "").split())
    for secret in _secrets(brokers).values():
        said = said.replace(secret, "***")
    what = f"{cause.getClass().getSimpleName()}: {said[:400]}"
    if "Timeout" not in what:
        return what
    seconds = int(_options(brokers)[_WAIT]) / 1000
    return f"no answer within {seconds:g} s ({what}). Is it up? Its connection's options can give it longer: {_WAIT}"


def _is_unknown_topic(problem: Py4JJavaError) -> bool:
    names = {str(cause.getClass().getSimpleName()) for cause in _causes(problem)}
    return bool(names & {"UnknownTopicOrPartitionException", "InvalidTopicException"})


def _causes(problem: Any) -> Iterator[Any]:
    """The Java exception behind an error and what caused it, outermost first."""
    cause = getattr(problem, "java_exception", None) or getattr(problem, "_origin", None)
    while cause is not None:
        yield cause
        cause = cause.getCause()


_FRAME_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("file_id", pa.string()),
        ("record_no", pa.int64()),
        ("line", pa.int64()),
        ("payload", pa.string()),
        ("frame_error", pa.string()),
    ]
)
