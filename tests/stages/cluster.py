"""A Spark cluster of one worker on this machine: a master, a worker with one core, gone when the test ends."""

import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
SECONDS_TO_START = 90
# Two more Java processes beside a driver and an executor: they have little to do and get little.
DAEMONS = {
    "SPARK_DAEMON_MEMORY": "256m",
    "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1",
    "SPARK_LOCAL_IP": "127.0.0.1",
}


@contextmanager
def standalone(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The address of a master with which a worker has registered; `environment` is what executors see."""
    folder.mkdir()
    with ExitStack() as running:
        started = ("org.apache.spark.deploy.master.Master", "--port", "0")
        log = running.enter_context(_daemon(folder / "master.log", started, environment))
        address = _said(log, r"Starting Spark master at (spark://\S+)")
        own = ("--cores", "1", "--memory", "1g", "--work-dir", str(folder / "work"), address)
        running.enter_context(
            _daemon(folder / "worker.log", ("org.apache.spark.deploy.worker.Worker", *own), environment)
        )
        _said(log, r"(Registering worker)")
        yield address


@contextmanager
def _daemon(log: Path, words: tuple[str, ...], environment: Mapping[str, str]) -> Iterator[Path]:
    # Port 0 everywhere: the system chooses one that is free.
    name, *own = words
    command = [str(SPARK_CLASS), name, "--host", "127.0.0.1", "--webui-port", "0", *own]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env={**environment, **DAEMONS})
    try:
        yield log
    finally:
        process.terminate()
        process.wait(timeout=60)


def _said(log: Path, pattern: str) -> str:
    """What a daemon wrote into its log, as soon as it has."""
    last = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < last:
        found = re.search(pattern, log.read_text(errors="replace"))
        if found:
            return found.group(1)
        time.sleep(0.2)
    raise TimeoutError(f"no '{pattern}' within {SECONDS_TO_START} s:\n{log.read_text(errors='replace')[-2000:]}")
