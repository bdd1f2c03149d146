"""What a file is, told from its bytes: its identity, its header, and whether it can be framed at all."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from cdp_lake.bronze.framing import csv_header

HEAD_BYTES = 65_536


class FileFacts(NamedTuple):
    """Identity and shape of one file; `problems` is empty when it can be landed."""

    file_id: str
    bytes: int
    header: list[str]
    problems: list[str]
    notes: list[str]


def inspected(
    chunks: Iterable[bytes], file_format: str, encoding: str, delimiter: str, headers: tuple[list[str], list[str]]
) -> FileFacts:
    """Facts of one file read once in chunks. `headers` are the required and the known column names."""
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in chunks:
        digest.update(chunk)
        head += chunk[: HEAD_BYTES - len(head)] if len(head) < HEAD_BYTES else b""
        size += len(chunk)
    header, problems, notes = _header_facts(head, file_format, encoding, delimiter, headers)
    problems = ["empty_file"] if size == 0 else problems
    return FileFacts(digest.hexdigest()[:16], size, header, problems, notes)


def _header_facts(
    head: bytes, file_format: str, encoding: str, delimiter: str, headers: tuple[list[str], list[str]]
) -> tuple[list[str], list[str], list[str]]:
    if file_format != "csv" or not head:
        return [], [], []
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    header = csv_header((text.splitlines() or [""])[0], delimiter)
    required, known = headers
    problems = [f"missing_column:{name}" for name in required if name not in header]
    problems += [f"repeated_column:{name}" for name in sorted({n for n in header if header.count(n) > 1})]
    notes = [f"extra column '{name}' kept in bronze" for name in header if name not in known]
    notes += [f"optional column '{name}' absent" for name in known if name not in header and name not in required]
    return header, problems, notes
