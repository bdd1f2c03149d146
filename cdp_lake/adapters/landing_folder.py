"""The landing folder: which files wait there, whether they are whole, and what is inside the packed ones."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from cdp_lake.adapters.clock import age_seconds, pause
from cdp_lake.config.sources import SourceContract
from cdp_lake.errors import CdpLakeError

# What uploaders call a file that they still write.
UNFINISHED = {".tmp", ".part", ".partial", ".crdownload", ".filepart", ".swp"}
_PACKED: dict[str, Callable[[Path], IO[bytes]]] = {
    ".gz": lambda path: cast(IO[bytes], gzip.open(path)),
    ".bz2": lambda path: cast(IO[bytes], bz2.open(path)),
    ".xz": lambda path: cast(IO[bytes], lzma.open(path)),
}
ARCHIVE = ".zip"
PACKED = (*_PACKED, ARCHIVE)
# Between an archive and a file in it. No file can be called so, because of the slash.
INSIDE = "!/"
# What reading a packed file raises when it is cut short or damaged, or locked by a password.
_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile, OSError, RuntimeError)
YOUNG_SECONDS, PAUSE_SECONDS = 5.0, 0.5


class DamagedArchive(CdpLakeError):
    """A packed file cannot be unpacked; the message says by which error of the unpacking library."""


@dataclass(frozen=True)
class IncomingFile:
    """A file waiting below the landing folder; of one inside an archive, size and time are those of the archive."""

    source: str
    path: str
    bytes: int
    modified_ns: int


def incoming_files(landing: Path, contracts: Iterable[SourceContract]) -> list[IncomingFile]:
    """Files that match the sources' patterns, packed or not, in order of source and path.

    Unfinished files are skipped, and those in which a source says what it counted.
    """
    found = []
    for contract in contracts:
        if contract.files is None:
            continue
        counts = set(landing.glob(contract.counts.files)) if contract.counts else set()
        patterns = [contract.files, *(contract.files + suffix for suffix in PACKED)]
        for path in sorted({path for pattern in patterns for path in landing.glob(pattern)} - counts):
            if path.is_file() and path.suffix.lower() not in UNFINISHED and not path.name.startswith("."):
                found += files_at(landing, path, contract.name)
    return found


def files_at(landing: Path, path: Path, source: str) -> list[IncomingFile]:
    """The file below the landing folder, or those inside it when it is an archive that can be opened."""
    stat, relative = path.stat(), path.relative_to(landing).as_posix()
    names = [relative + INSIDE + name for name in _names_in(path)] or [relative]
    return [IncomingFile(source, name, stat.st_size, stat.st_mtime_ns) for name in names]


def still_written(landing: Path, files: Iterable[IncomingFile]) -> set[str]:
    """Paths of files that grow or change while they are looked at: half-uploaded ones, which the next run takes.

    Only what changed within the last seconds is looked at twice.
    """
    young = [file for file in files if age_seconds(file.modified_ns) < YOUNG_SECONDS]
    if young:
        pause(PAUSE_SECONDS)
    return {file.path for file in young if not is_as_listed(landing, file)}


def is_as_listed(landing: Path, file: IncomingFile) -> bool:
    """True when size and time of the file are still those it was listed with."""
    try:
        stat = outer_file(landing, file.path).stat()
    except FileNotFoundError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (file.bytes, file.modified_ns)


def outer_file(landing: Path, path: str) -> Path:
    """The file on disk: the archive, of a file inside one."""
    whole = landing / path
    return whole if INSIDE not in path or whole.exists() else landing / path.rpartition(INSIDE)[0]


@contextmanager
def opened(landing: Path, path: str) -> Iterator[IO[bytes]]:
    """The bytes of an incoming file as its sender wrote them, unpacked. Raises DamagedArchive where they cannot be."""
    outer = outer_file(landing, path)
    if outer.suffix.lower() not in PACKED:
        with outer.open("rb") as handle:
            yield handle
        return
    try:
        with ExitStack() as open_files:
            yield _unpacked(outer, None if outer == landing / path else path.rpartition(INSIDE)[2], open_files)
    except _DAMAGE as problem:
        # A number means that the system failed, not the file: no such file, no room, no right to read it.
        if getattr(problem, "errno", None) is not None:
            raise
        raise DamagedArchive(type(problem).__name__) from problem


def _unpacked(outer: Path, inside: str | None, open_files: ExitStack) -> IO[bytes]:
    suffix = outer.suffix.lower()
    if suffix != ARCHIVE:
        return open_files.enter_context(_PACKED[suffix](outer))
    archive = open_files.enter_context(zipfile.ZipFile(outer))
    if inside is None:
        raise zipfile.BadZipFile("no file inside")
    return open_files.enter_context(archive.open(inside))


def _names_in(path: Path) -> list[str]:
    """Files inside an archive; none when it is no archive, or none that can be opened."""
    if path.suffix.lower() != ARCHIVE:
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    except _DAMAGE:
        return []
    # What a Mac adds to every archive is nobody's data.
    return sorted(name for name in names if not name.startswith("__MACOSX/") and not Path(name).name.startswith("."))
