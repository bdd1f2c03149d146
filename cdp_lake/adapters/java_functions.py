"""Our own Java functions: compiled once into the JAR folder, by the compiler that Spark brings; no JDK is needed.

`python -m cdp_lake.adapters.jars` does it after it has fetched the others.
"""

import hashlib
import subprocess
import zipfile
from pathlib import Path

from pyspark import SparkConf
from pyspark.java_gateway import launch_gateway

NAME = "cdp-lake-functions.jar"
SOURCES = tuple(sorted((Path(__file__).parent / "java").glob("*.java")))
# Same source, same bytes.
_WHEN = (1980, 1, 1, 0, 0, 0)


def problems(folder: Path) -> list[str]:
    """One line when the JAR is not there, or is not what the sources say."""
    file = folder / NAME
    if not file.is_file():
        return [f"{NAME} is missing"]
    try:
        with zipfile.ZipFile(file) as jar:
            made_of = jar.comment
    except zipfile.BadZipFile:
        return [f"{NAME} is damaged"]
    return [] if made_of == _mark() else [f"{NAME} is of another version"]


def build(folder: Path) -> None:
    """Compiles every source into the JAR. Raises PySparkRuntimeError when no Java starts."""
    # What Java says while it starts is nothing that anybody can act on.
    quiet = {"stderr": subprocess.DEVNULL}
    gateway = launch_gateway(SparkConf(loadDefaults=False), popen_kwargs=quiet)  # type: ignore[no-untyped-call]
    try:
        classes: dict[str, bytes] = {}
        for source in SOURCES:
            compiler = gateway.jvm.org.codehaus.janino.SimpleCompiler()
            compiler.cook(source.read_text(encoding="utf-8"))
            classes |= {name: bytes(code) for name, code in dict(compiler.getBytecodes()).items()}
    finally:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=300)
    fresh = folder / f"{NAME}.new"
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as jar:
        for name, code in sorted(classes.items()):
            jar.writestr(zipfile.ZipInfo(f"{name.replace('.', '/')}.class", _WHEN), code)
        jar.comment = _mark()
    fresh.replace(folder / NAME)


def _mark() -> bytes:
    """A hash of all sources."""
    return hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest().encode()
