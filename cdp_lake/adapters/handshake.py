"""Do Python, Java, Spark, Delta and GraphFrames fit together here? Asked at every start, before any JVM."""

import os
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

from cdp_lake.adapters import jars, machine
from cdp_lake.config.spark import SparkSettings
from cdp_lake.errors import CdpLakeError, EnvironmentProblem

# The row that was tried together; a test holds it equal to pyproject.toml.
PINS = {"pyspark": "4.2.0", "delta-spark": "4.4.0", "graphframes-py": "0.9.3"}
LEAST_PYTHON = (3, 10)
LEAST_JAVA = 17
SCALA = "2.13"
LEAST_FREE_DISK = machine.GIB
# Python workers and the system need the rest.
MOST_OF_MEMORY = 0.8
# Below this Spark refuses to start.
LEAST_MEMORY = 512 * 1024**2
GRAPH_CLASS = "org/graphframes/GraphFrame.class"
# The shaded JAR says nothing about the GraphFrames inside it.
GRAPHFRAMES_INSIDE = {"sedona-spark-shaded-4.0_2.13:1.8.0": "0.9.2"}


@dataclass(frozen=True)
class Check:
    """One question about this machine: what was found, and what to do when it is not right."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def check(spark: SparkSession | None, settings: SparkSettings, lake: Path | None = None) -> list[Check]:
    """Every check, for a person who asks; a running session is asked what it really is."""
    found = [*_before_start(settings, lake)]
    if not _spark_submit():
        found.append(_graph_classes(settings))
    if lake is not None:
        found.append(_lock(lake))
    return found + ([*_of_session(spark)] if spark is not None else [])


def require(settings: SparkSettings, lake: Path | None = None) -> None:
    """Raise EnvironmentProblem with every failed check: cheap enough for every start, no JVM needed."""
    failed = [one for one in _before_start(settings, lake) if not one.ok]
    if failed:
        lines = [f"  {one.name}: {one.found}. {one.advice}" for one in failed]
        raise EnvironmentProblem("\n".join(["this machine cannot run the lake:", *lines]))


def _before_start(settings: SparkSettings, lake: Path | None) -> Iterator[Check]:
    yield _python()
    yield from (_package(name, pin) for name, pin in PINS.items())
    # Under spark-submit the cluster brings Java, JARs and memory of its own.
    if not _spark_submit():
        yield _java()
        yield _scala()
        yield _jars(settings)
        yield _graph_pair()
        yield _memory(settings)
    if lake is not None:
        yield _disk(lake)
        yield _access(lake)


def _spark_submit() -> bool:
    return "PYSPARK_GATEWAY_PORT" in os.environ


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", sys.version_info >= LEAST_PYTHON, found, "Install Python 3.10 or newer")


def _package(name: str, pin: str) -> Check:
    try:
        found = version(name)
    except PackageNotFoundError:
        found = "not installed"
    return Check(name, found == pin, found, f"Install {name}=={pin}: pip install -c constraints.txt cdp-lake")


def _java() -> Check:
    java = machine.java_command()
    release = machine.java_version(java) if java else None
    advice = f"Install Java {LEAST_JAVA} or newer and set JAVA_HOME to it"
    return Check("Java", release is not None and release >= LEAST_JAVA, str(release or "none found"), advice)


def _scala() -> Check:
    library = next((Path(pyspark.__file__).parent / "jars").glob("scala-library-*.jar"), None)
    found = re.sub(r"scala-library-(.+)\.jar", r"\1", library.name) if library else "no scala-library"
    return Check("Scala", found.startswith(f"{SCALA}."), found, f"Use a pyspark built for Scala {SCALA}")


def _jars(settings: SparkSettings) -> Check:
    advice = f"Run: {jars.INSTALL_LINE}"
    try:
        wanting = jars.wanting(settings.jars_dir or jars.jars_dir())
    except CdpLakeError as error:
        return Check("JARs", False, str(error), advice)
    more = f" (and {len(wanting) - 1} more)" if len(wanting) > 1 else ""
    found = f"{wanting[0]}{more}" if wanting else f"{len(jars.jar_paths())} present and checked"
    return Check("JARs", not wanting, found, advice)


def _graph_pair() -> Check:
    try:
        client = version("graphframes-py")
        classes = _graphframes_of_lock()
    except (PackageNotFoundError, CdpLakeError) as error:
        return Check("GraphFrames pair", False, str(error), "Install the pinned row again")
    fits = classes is not None and classes.split(".")[:2] == client.split(".")[:2]
    found = f"client {client}, classes {classes or 'not in the JAR lock'}"
    return Check(
        "GraphFrames pair", fits, found, "A client calls methods that older classes lack: use one minor version"
    )


def _graphframes_of_lock() -> str | None:
    for jar in jars.read_lock(jars.lock_file()):
        if jar.artifact.startswith("graphframes-spark"):
            return jar.version
        inside = GRAPHFRAMES_INSIDE.get(f"{jar.artifact}:{jar.version}")
        if inside:
            return inside
    return None


def _graph_classes(settings: SparkSettings) -> Check:
    holder = None
    for file in jars.jar_paths(settings.jars_dir):
        if zipfile.is_zipfile(file) and GRAPH_CLASS in zipfile.ZipFile(file).namelist():
            holder = file.name
    return Check("GraphFrames classes", holder is not None, holder or "in no JAR", f"Run: {jars.INSTALL_LINE}")


def _memory(settings: SparkSettings) -> Check:
    wanted = settings.driver_memory or machine.driver_memory()
    given, whole = machine.java_size_bytes(wanted), machine.memory_bytes()
    found = f"{wanted} for Spark of {whole / machine.GIB:.1f} GiB"
    advice = "Set spark.driver_memory to at least 512m and at most four fifths of the machine"
    return Check("Memory", LEAST_MEMORY <= given <= whole * MOST_OF_MEMORY, found, advice)


def _disk(lake: Path) -> Check:
    free = machine.free_bytes(lake)
    advice = "Free some disk or put the lake elsewhere (lake.path)"
    return Check("Disk", free >= LEAST_FREE_DISK, f"{free / machine.GIB:.1f} GiB free", advice)


def _access(lake: Path) -> Check:
    place = lake.absolute()
    while not place.exists():
        place = place.parent
    fine = place.is_dir() and os.access(place, os.R_OK | os.W_OK | os.X_OK)
    found = "readable and writable" if fine else f"no folder this user may write in at {place}"
    return Check("Lake folder", fine, found, "Give this user the folder or set lake.path")


def _lock(lake: Path) -> Check:
    from cdp_lake.adapters.locks import lock_holder

    holder = lock_holder(lake)
    return Check("Lake lock", holder is None, f"held by {holder}" if holder else "free", "Wait for it to end")


def _of_session(spark: SparkSession) -> Iterator[Check]:
    zone = spark.conf.get("spark.sql.session.timeZone") or ""
    java = spark.sql("SELECT java_method('java.lang.System', 'getProperty', 'java.version')").first()
    release = machine.feature_release(f'version "{java[0]}"') if java else None
    yield Check("Session", spark.version == PINS["pyspark"], f"Spark {spark.version}", f"Use Spark {PINS['pyspark']}")
    yield Check("Session zone", zone == "UTC", zone, "Leave spark.sql.session.timeZone alone")
    yield Check("Session Java", (release or 0) >= LEAST_JAVA, str(release), f"Start Spark on Java {LEAST_JAVA}")
