"""The Java process behind a local session: started quickly, and quiet on the console."""

import os
import sys
import threading
from pathlib import Path
from typing import IO, Literal

from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkRuntimeError
from pyspark.java_gateway import launch_gateway

from cdp_lake.adapters import machine
from cdp_lake.errors import EnvironmentProblem

CLASS_ARCHIVE = "classes.jsa"
# On so few cores the slow compiler competes with the work, and pays only for much of it: decision 0005.
QUICK_COMPILER_CORES = 4
MUCH_WORK_BYTES = 100 * 1024**2
_LOG4J = Path(__file__).with_name("log4j2.properties")
# PySpark asks for these some thousand times a stage, and Java looks through every JAR each time.
_ASKED_OFTEN = (
    "functions",
    "PythonUtils",
    "org.apache.spark.sql.functions",
    "org.apache.spark.sql.classic.SparkSession",
)
# Java says this at every start, because Spark asks for vector instructions; nobody can act on it.
_NOISE = ("WARNING: Using incubator modules",)


def compiler_for(waiting_bytes: int) -> Literal["quick", "thorough"]:
    """The Java compiler that is done first, by the cores there are and the bytes of the files there are to read."""
    is_small = machine.cores() <= QUICK_COMPILER_CORES and waiting_bytes < MUCH_WORK_BYTES
    return "quick" if is_small else "thorough"


def options(jars_folder: Path, compiler: Literal["quick", "thorough"]) -> list[str]:
    """The Java options of a local driver; a class archive of another Java or JAR set is passed over."""
    chosen = [f"-Dlog4j2.configurationFile={_LOG4J.as_uri()}", "-Xlog:disable", "-Xlog:all=error:stderr"]
    # Spark compiles each query anew: the room that compiled code is given by default is full within minutes, and
    # from then on Java interprets everything.
    chosen.append("-XX:ReservedCodeCacheSize=512m")
    # The projection that scores a pair is one method beyond the size that Java compiles: it would be interpreted.
    chosen.append("-XX:-DontCompileHugeMethods")
    if compiler == "quick":
        # Little work leaves little garbage: threads that collect it beside the work cost more than they save.
        # Most of it is young, and Spark's classes alone would have the whole heap cleaned five times over.
        chosen += ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:NewRatio=1", "-XX:MetaspaceSize=256m"]
    archive = jars_folder / CLASS_ARCHIVE
    if archive.exists():
        chosen += ["-Xshare:auto", f"-XX:SharedArchiveFile={archive}"]
    return chosen


def start(settings: dict[str, str]) -> None:
    """Start the JVM unless there is one; what it says on stderr comes through, known noise aside."""
    if SparkContext._gateway is not None:
        return
    conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    said, ear = os.pipe()
    threading.Thread(target=_pass_on, args=(os.fdopen(said, "rb"),), daemon=True).start()
    try:
        gateway = launch_gateway(conf, popen_kwargs={"stderr": ear})  # type: ignore[no-untyped-call]
    except PySparkRuntimeError as error:
        raise EnvironmentProblem(
            f"Java did not start with {settings['spark.driver.memory']} of memory: "
            "try less (spark.driver_memory) and see `cdp-lake doctor`"
        ) from error
    finally:
        os.close(ear)
    SparkContext._ensure_initialized(gateway=gateway)


def remember_classes() -> None:
    """Keep the classes that PySpark asks for most, so that asking again asks this process and not Java."""
    view = SparkContext._jvm
    for name in _ASKED_OFTEN:
        setattr(view, name, getattr(view, name))


def _pass_on(stream: IO[bytes]) -> None:
    for line in stream:
        text = line.decode(errors="replace")
        if not text.startswith(_NOISE):
            sys.stderr.write(text)


def stop() -> None:
    """End the JVM of this process and wait until it is gone."""
    gateway = SparkContext._gateway
    if gateway is None:
        return
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=300)
    SparkContext._gateway = SparkContext._jvm = None
