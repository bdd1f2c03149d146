"""A Kafka broker on this machine alone, for development and tests: one node, loopback only, its data in one folder.

`python -m cdp_lake.adapters.kafka_broker` fetches its JARs once; a start that misses them does so too.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cdp_lake.adapters import jars
from cdp_lake.adapters.clock import pause, seconds_since, tick
from cdp_lake.adapters.machine import java_command
from cdp_lake.errors import CdpLakeError, EnvironmentProblem

HOST, PORT = "127.0.0.1", 9092
FOLDER = Path(".kafka")
LOG, SETTINGS, DATA = "broker.log", "server.properties", "data"
# Held by the broker's process as long as it lives, so that a number used again is never taken for it.
PID_FILE = "broker.pid"
START_SECONDS, STOP_SECONDS = 90.0, 30.0
# What the pinned broker writes when it takes requests and its controller has let it in.
_STARTED = "Kafka Server started"
_SMALL = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=INFO")


@dataclass(frozen=True)
class Broker:
    """A broker that runs: its folder, its port on loopback, its process."""

    folder: Path
    port: int
    pid: int

    @property
    def servers(self) -> str:
        """Where clients ask first."""
        return f"{HOST}:{self.port}"


def broker_jars() -> Path:
    """The folder of the broker's JARs: below Spark's, whose class path names single files and never this folder."""
    return jars.jars_dir() / "kafka"


def fetch_jars() -> int:
    """Fetches the JARs of infra/kafka-broker.lock that are not there or not right; returns how many there are."""
    locked = jars.read_lock(jars.shipped_lock("kafka-broker.lock"))
    if jars.problems(locked, broker_jars()):
        jars.resolve(locked, broker_jars())
    return len(locked)


def start(folder: Path, port: int = PORT, settings: Mapping[str, str] | None = None) -> Broker:
    """Starts the broker and returns once it takes requests; one that runs in the folder already is returned.

    settings: Kafka's own, laid over those of a single node on loopback.
    Raises EnvironmentProblem when the port is taken, when there is no Java, or with what its log says.
    """
    there = running(folder)
    if there is not None:
        if there.port != port:
            raise EnvironmentProblem(f"the broker of {folder} runs on port {there.port}; stop it first, or name that")
        return there
    fetch_jars()
    _require_free(port)
    folder.mkdir(parents=True, exist_ok=True)
    _write_settings(folder, port, settings or {})
    if not (folder / DATA / "meta.properties").exists():
        _format(folder)
    return _wait_until_started(folder, *_launched(folder, port))


def stop(folder: Path) -> Broker | None:
    """Ends the broker as its own stop would, and waits until it is gone; returns the one that ran."""
    there = running(folder)
    if there is None:
        return None
    os.kill(there.pid, signal.SIGTERM)
    if not _became(lambda: running(folder) is None, STOP_SECONDS):
        os.kill(there.pid, signal.SIGKILL)
        _became(lambda: running(folder) is None, STOP_SECONDS)
    (folder / PID_FILE).unlink(missing_ok=True)
    return there


@contextmanager
def lent(folder: Path) -> Iterator[Broker]:
    """A broker on a free port as long as the block lasts; what it holds stays in the folder. Raises as `start` does."""
    # One that outlived a killed process is in the way.
    stop(folder)
    try:
        yield start(folder, _free_port())
    finally:
        stop(folder)


def running(folder: Path) -> Broker | None:
    """The broker of that folder, or None when none runs."""
    try:
        handle = (folder / PID_FILE).open("r", encoding="utf-8")
    except FileNotFoundError:
        return None
    with handle:
        if _is_held_now(handle):
            noted = json.loads(handle.read())
            return Broker(folder, noted["port"], noted["pid"])
    return None


def _is_held_now(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            raise EnvironmentProblem(
                f"port {port} is in use, perhaps by a broker of another folder; choose another: --port {port + 10}"
            ) from problem


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _write_settings(folder: Path, port: int, settings: Mapping[str, str]) -> None:
    controller = f"{HOST}:{_free_port()}"
    chosen = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "listeners": f"CLIENTS://{HOST}:{port}",
        "advertised.listeners": f"CLIENTS://{HOST}:{port}",
        "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "CLIENTS",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.voters": f"1@{controller}",
        "log.dirs": str((folder / DATA).absolute()),
        # One node keeps one copy, of few parts.
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "1",
        "group.initial.rebalance.delay.ms": "0",
        **settings,
    }
    chosen["listeners"] += f",CONTROLLER://{controller}"
    (folder / SETTINGS).write_text("".join(f"{key}={value}\n" for key, value in chosen.items()), encoding="utf-8")


def _format(folder: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    words = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config", str(folder / SETTINGS)]
    done = subprocess.run(_java(*words), capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentProblem(f"{folder / DATA} could not be made ready for a broker:\n{_end_of(done.stderr)}")


def _launched(folder: Path, port: int) -> tuple[Broker, int]:
    """The broker's process, and where in the log its own lines begin."""
    with (folder / LOG).open("ab") as log, (folder / PID_FILE).open("w", encoding="utf-8") as pid_file:
        fcntl.flock(pid_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        begin = log.tell()
        process = subprocess.Popen(
            _java("kafka.Kafka", str(folder / SETTINGS)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # The broker keeps the lock, and lives on when the terminal closes.
            pass_fds=[pid_file.fileno()],
            start_new_session=True,
        )
        json.dump({"pid": process.pid, "port": port}, pid_file)
    return Broker(folder, port, process.pid), begin


def _wait_until_started(folder: Path, broker: Broker, begin: int) -> Broker:
    def said() -> str:
        with (folder / LOG).open("rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace")

    _became(lambda: _STARTED in said() or running(folder) is None, START_SECONDS)
    if _STARTED in said() and running(folder) is not None:
        return broker
    stop(folder)
    raise EnvironmentProblem(f"the broker did not start; the end of {folder / LOG}:\n{_end_of(said())}")


def _became(true: Callable[[], bool], seconds: float) -> bool:
    begun = tick()
    while not true():
        if seconds_since(begun) > seconds:
            return False
        pause(0.1)
    return True


def _java(*words: str) -> list[str]:
    java = java_command()
    if java is None:
        raise EnvironmentProblem("no Java found to run a broker with; install Java 17 or set JAVA_HOME")
    return [java, *_SMALL, "-cp", f"{broker_jars()}/*", *words]


def _end_of(text: str) -> str:
    return "\n".join([line for line in text.splitlines() if line.strip() and not line.startswith("\tat ")][-8:])


def main() -> int:
    """Fetch and check the JARs of the broker; return the exit code."""
    try:
        sys.stdout.write(f"{fetch_jars()} JARs of the Kafka broker ready and checked\n")
    except CdpLakeError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
