"""Files nobody has described yet: what their bytes are, and their text line by line."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cdp_lake.adapters.decoding import KEPT_BYTES
from cdp_lake.adapters.encodings import TELLING_BYTES, WESTERN, common_share, guessed_encoding
from cdp_lake.adapters.landing_folder import DamagedArchive
from cdp_lake.adapters.landing_folder import opened as unpacked
from cdp_lake.errors import ConfigError

CHUNK_BYTES = 4_194_304
# So much is read to say in which encoding a file is; a header and its records follow from there.
SURE_BYTES = 64 * 1_048_576
HEAD_CHARACTERS = 262_144
_READS = "CSV, NDJSON, JSON, Excel and Parquet are read"
_GUESS = "a guess: Western letters; look at names with accents (Cyrillic, Japanese, Korean are not told apart)"
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive, or an Excel workbook under another name", "unpack it, or call it NAME.xlsx"),
    (b"PAR1", "a Parquet file under another name", "call it NAME.parquet"),
    (b"\x1f\x8b", "a gzip archive under another name", "call it NAME.csv.gz, or what else is inside"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook under another name", "call it NAME.xls"),
    (b"%PDF", "a PDF", "ask for the data behind it"),
    (b"SQLite format 3", "a SQLite database", "export its tables as CSV"),
    (b"Obj\x01", "an Avro file", "export it as NDJSON"),
    (b"ORC", "an ORC file", "export it as CSV"),
)
# Delimiters and line ends are ASCII in any language; of bytes that are no text hardly anything is.
_LEAST_PLAIN = 0.05
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True)
class UnknownFile:
    """A file that is text: its encoding, why that one, and the beginning of its text."""

    path: Path
    bytes: int
    encoding: str
    why: str
    head: str


def opened(path: Path) -> UnknownFile:
    """The file, once it is known to be text. Raises ConfigError when there is none, or it is no text."""
    if not path.exists():
        raise ConfigError(f"{path}: there is no such file; name the CSV, NDJSON or JSON file to look at")
    if not path.is_file():
        raise ConfigError(f"{path}: is a folder; name one file in it")
    size = path.stat().st_size
    if size == 0:
        raise ConfigError(f"{path}: the file is empty; a header and at least one record are expected")
    with _unpacked(path) as handle:
        sample = handle.read(TELLING_BYTES)
    _refuse_signatures(path, sample)
    encoding, why = _encoding(path, sample)
    with _unpacked(path) as handle:
        head = io.TextIOWrapper(handle, encoding=encoding, errors=KEPT_BYTES, newline="\n").read(HEAD_CHARACTERS)
    if not head.strip("\ufeff \t\r\n"):
        raise ConfigError(f"{path}: nothing but blanks; a header and at least one record are expected")
    if head.lstrip("\ufeff \t\r\n").startswith("<"):
        raise ConfigError(f"{path}: XML or HTML; {_READS}: export the data as one of these")
    if "\r" in head and "\n" not in head and len(head.strip("\r")) < len(head):
        raise ConfigError(f"{path}: its lines end with CR alone, which landing does not read; save it with LF or CRLF")
    return UnknownFile(path, size, encoding, why, head)


@contextmanager
def lines_of(file: UnknownFile) -> Iterator[Iterator[str]]:
    """The lines of the file with their ends, as landing reads them."""
    with _unpacked(file.path) as handle:
        yield iter(io.TextIOWrapper(handle, encoding=file.encoding, errors=KEPT_BYTES, newline="\n"))


def write_new(path: Path, text: str) -> None:
    """Writes a file that is not there yet. Raises ConfigError when it is, or cannot be written."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as handle:
            handle.write(text)
    except FileExistsError as problem:
        raise ConfigError(already_there(path)) from problem
    except OSError as problem:
        raise ConfigError(f"{path}: cannot be written: {problem.strerror}; name another file with --out") from problem


def already_there(path: Path) -> str:
    """The message for a file that would be overwritten."""
    return f"{path}: is there already and is left as it is; remove it, or name another file with --out"


@contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of the file, unpacked as landing does it. Raises ConfigError when they cannot be."""
    try:
        with unpacked(path.parent, path.name) as handle:
            yield handle
    except DamagedArchive as problem:
        raise ConfigError(f"{path}: cannot be unpacked ({problem}); ask for it again") from problem


def _refuse_signatures(path: Path, sample: bytes) -> None:
    for signature, what, advice in _SIGNATURES:
        if sample.startswith(signature):
            raise ConfigError(f"{path}: {what}; {_READS}: {advice}")


def _encoding(path: Path, sample: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding, "certain: the file starts with a byte order mark"
    if b"\0" in sample:
        return _without_mark(path, sample)
    good, bad, telling = _utf8(path)
    if not bad:
        return "utf-8", "certain: all that was read is UTF-8" if good else "plain ASCII so far, which is UTF-8 as well"
    # Text in another encoding is hardly ever UTF-8 by chance: these are damaged records.
    if good > bad:
        return "utf-8", f"nearly certain: UTF-8, with {bad:,} lines that hold other bytes"
    found = guessed_encoding(telling)
    if found in ("gb18030", "big5"):
        return found, f"likely: {common_share(telling, found):.0%} of its two-byte characters are common Chinese ones"
    is_latin = not any(0x80 <= byte < 0xA0 for byte in telling)  # noqa: PLR2004
    return ("latin-1" if is_latin else WESTERN), _GUESS


def _without_mark(path: Path, sample: bytes) -> tuple[str, str]:
    plain = {encoding: _plain_share(sample, encoding) for encoding in ("utf-16-le", "utf-16-be")}
    best = max(plain, key=lambda encoding: plain[encoding])
    if plain[best] < _LEAST_PLAIN:
        raise ConfigError(f"{path}: holds NUL bytes and is no text; {_READS}: export the data as one of these")
    return best, "likely: two bytes a character, without a mark"


def _plain_share(sample: bytes, encoding: str) -> float:
    """The share of ASCII in a text of two bytes a character; 0 when the bytes are no such text."""
    text = sample[: len(sample) // 2 * 2].decode(encoding, "replace")
    # The last character may be cut in two.
    if "\ufffd" in text[:-1] or "\n" not in text or _NO_TEXT.search(text):
        return 0.0
    return sum(map(str.isascii, text)) / len(text)


def _utf8(path: Path) -> tuple[int, int, bytes]:
    """(lines with characters of UTF-8, lines with other bytes, lines that are not ASCII) of the part read."""
    good = bad = taken = 0
    telling = b""
    with _unpacked(path) as handle:
        for chunk in iter(lambda: handle.read(CHUNK_BYTES) + handle.readline(), b""):
            taken += len(chunk)
            if not chunk.isascii():
                good, bad, telling = _counted(chunk, (good, bad, telling))
            if taken >= SURE_BYTES:
                break
    return good, bad, telling


def _counted(chunk: bytes, before: tuple[int, int, bytes]) -> tuple[int, int, bytes]:
    good, bad, telling = before
    lines = [line for line in chunk.split(b"\n") if not line.isascii()]
    broken = [line for line in lines if not _is_utf8(line)]
    room = TELLING_BYTES - len(telling)
    telling += b"\n".join(broken)[:room] + b"\n" if room > 0 else b""
    return good + len(lines) - len(broken), bad + len(broken), telling


def _is_utf8(line: bytes) -> bool:
    try:
        codecs.utf_8_decode(line, "strict", True)
    except UnicodeDecodeError:
        return False
    return True
