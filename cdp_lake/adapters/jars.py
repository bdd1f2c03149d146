"""The JARs of Spark: fetched once, checked against infra/jars.lock at every start; one more is compiled from here.

`python -m cdp_lake.adapters.jars` fetches what is missing; afterwards no start needs the network.
"""

import argparse
import hashlib
import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cdp_lake.adapters import ivy, java_functions
from cdp_lake.errors import CdpLakeError, EnvironmentProblem

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parent
STAMP = "verified.json"
INSTALL_LINE = "python -m cdp_lake.adapters.jars"
_LINE = re.compile(r"(?P<group>[^: ]+):(?P<artifact>[^: ]+):(?P<version>[^: ]+) (?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True)
class Jar:
    """One line of the lock: a Maven coordinate and the SHA-256 its file must have."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def coordinate(self) -> str:
        """group:artifact:version."""
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        """The name of the file in the JAR folder."""
        return f"{self.artifact}-{self.version}.jar"


def lock_file() -> Path:
    """The lock in force: CDP_LAKE_JARS_LOCK, else the one carried in the wheel, else the checkout's."""
    chosen = os.environ.get("CDP_LAKE_JARS_LOCK")
    return Path(chosen) if chosen else shipped_lock("jars.lock")


def shipped_lock(name: str) -> Path:
    """A lock of this project: the one carried in the wheel, else the checkout's."""
    carried = PACKAGE / "_infra" / name
    return carried if carried.exists() else CHECKOUT / "infra" / name


def jars_dir() -> Path:
    """The JAR folder: CDP_LAKE_JARS, else `.jars` of the checkout, else the user's cache."""
    chosen = os.environ.get("CDP_LAKE_JARS")
    if chosen:
        return Path(chosen)
    if (CHECKOUT / "pyproject.toml").exists():
        return CHECKOUT / ".jars"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cdp-lake" / "jars"


def read_lock(file: Path) -> tuple[Jar, ...]:
    """One Jar per line of the lock that is neither empty nor a comment."""
    if not file.is_file():
        raise EnvironmentProblem(f"JAR lock {file} is not there; set CDP_LAKE_JARS_LOCK or install again")
    lines = (line.split("#")[0].split() for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(_parsed(words, file) for words in lines if words)


def _parsed(words: list[str], file: Path) -> Jar:
    parts = _LINE.fullmatch(" ".join(words))
    if parts is None:
        raise EnvironmentProblem(f"{file}: '{' '.join(words)}' is not 'group:artifact:version sha256'")
    return Jar(**parts.groupdict())


def problems(jars: tuple[Jar, ...], folder: Path) -> list[str]:
    """One line per JAR that is missing or is not the file the lock names."""
    stamp = _read_stamp(folder)
    found = {jar: _seen_hash(folder / jar.file_name, stamp) for jar in jars}
    _write_stamp(folder, stamp)
    missing = [f"{jar.file_name} is missing" for jar, seen in found.items() if seen is None]
    wrong = [
        f"{jar.file_name} has SHA-256 {seen[:12]}..., the lock says {jar.sha256[:12]}..."
        for jar, seen in found.items()
        if seen is not None and seen != jar.sha256
    ]
    return missing + wrong


def wanting(folder: Path) -> list[str]:
    """One line for each JAR of the lock, and for our own, that a start would miss in the folder."""
    return problems(read_lock(lock_file()), folder) + java_functions.problems(folder)


def _seen_hash(file: Path, stamp: dict[str, list[str]]) -> str | None:
    """The file's hash; read from the stamp while its size and time have not moved, so a start is cheap."""
    if not file.is_file():
        return None
    facts = file.stat()
    mark = f"{facts.st_size}-{facts.st_mtime_ns}"
    if stamp.get(file.name, [""])[0] != mark:
        stamp[file.name] = [mark, sha256_of(file)]
    return stamp[file.name][1]


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(1024 * 1024):
            digest.update(piece)
    return digest.hexdigest()


def _read_stamp(folder: Path) -> dict[str, list[str]]:
    try:
        stamp: dict[str, list[str]] = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def _write_stamp(folder: Path, stamp: dict[str, list[str]]) -> None:
    if not stamp or stamp == _read_stamp(folder) or not os.access(folder, os.W_OK):
        return
    new = folder / f"{STAMP}.{os.getpid()}"
    new.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    new.replace(folder / STAMP)


def jar_paths(folder: Path | None = None) -> list[Path]:
    """The files Spark starts with, in the order of the lock, our own last."""
    home = folder or jars_dir()
    return [home / name for name in (*(jar.file_name for jar in read_lock(lock_file())), java_functions.NAME)]


def resolve(jars: tuple[Jar, ...], folder: Path) -> None:
    """Fetch every JAR that is not there or not right, and keep a file only when its hash is right."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = tuple(jar for jar in jars if problems((jar,), folder))
    with tempfile.TemporaryDirectory(dir=folder, prefix="fetch-") as temporary:
        fetched = Path(temporary)
        ivy.fetch([jar.coordinate for jar in wanted], fetched)
        bad = problems(wanted, fetched)
        if bad:
            raise EnvironmentProblem(f"the JARs that came do not match their lock: {'; '.join(bad)}")
        for jar in wanted:
            (fetched / jar.file_name).replace(folder / jar.file_name)


def _pin(coordinate: str) -> str:
    """The lock line of a coordinate, its hash computed from the file that came."""
    with tempfile.TemporaryDirectory() as temporary:
        ivy.fetch([coordinate], Path(temporary))
        fetched = next(Path(temporary).glob("*.jar"))
        return f"{coordinate} {sha256_of(fetched)}"


def main(arguments: list[str] | None = None) -> int:
    """Fetch and check the JARs; print where they are; return the exit code."""
    parser = argparse.ArgumentParser(prog=INSTALL_LINE, description=__doc__)
    parser.add_argument("--pin", metavar="GROUP:ARTIFACT:VERSION", help="print a lock line and stop")
    chosen = parser.parse_args(arguments)
    say = sys.stdout.write
    try:
        if chosen.pin:
            say(_pin(chosen.pin) + "\n")
            return 0
        jars, folder = read_lock(lock_file()), jars_dir()
        missing = problems(jars, folder)
        if missing:
            say(f"fetching {len(missing)} of {len(jars)} JARs into {folder} (about 95 MB, once)\n")
            resolve(jars, folder)
        if java_functions.problems(folder):
            java_functions.build(folder)
        say(f"{len(jar_paths(folder))} JARs ready and checked\n")
    except CdpLakeError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
