"""What a file is, told from its bytes: its identity, its header, and whether it can be framed at all."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cdp_lake.bronze.framing import csv_header
from cdp_lake.config.sources import SourceContract

HEAD_BYTES = 65_536


class Names(NamedTuple):
    """Column names a contract cannot do without, and all it knows."""

    required: list[str]
    known: list[str]


class FileFacts(NamedTuple):
    """Identity and shape of one file; `problems` is empty when it can be landed."""

    file_id: str
    header: list[str]
    problems: list[str]
    notes: list[str]


def inspected(chunks: Iterable[bytes], header_of: Callable[[bytes], list[str] | None], names: Names) -> FileFacts:
    """Facts of one file read once in chunks. header_of: its column names by its first bytes, None if it has none."""
    digest, head = hashlib.sha256(), b""
    for chunk in chunks:
        digest.update(chunk)
        head += chunk[: HEAD_BYTES - len(head)] if len(head) < HEAD_BYTES else b""
    file_id = digest.hexdigest()[:16]
    if not head:
        return FileFacts(file_id, [], ["empty_file"], [])
    header = header_of(head)
    return FileFacts(file_id, [], [], []) if header is None else facts_by_header(file_id, header, names)


def text_header(head: bytes, encoding: str, delimiter: str) -> list[str]:
    """Column names of a CSV by its first bytes."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return csv_header((text.splitlines() or [""])[0], delimiter)


def names_of(contract: SourceContract) -> Names:
    """The columns a contract names, as the header of a file or the columns of a table say them."""
    # Of a Parquet file only whole columns are named in its header, not what is inside them.
    named = [(c.source_path.split(".")[0] if contract.columns_by_path else c.source_path, c) for c in contract.columns]
    required = [name for name, column in named if column.required]
    return Names(list(dict.fromkeys(required)), list(dict.fromkeys(name for name, _ in named)))


def facts_by_header(file_id: str, header: list[str], names: Names) -> FileFacts:
    """Facts of what has these columns: those it lacks or has twice are problems, the others worth a note."""
    required, known = names
    problems = [f"missing_column:{name}" for name in required if name not in header]
    problems += [f"repeated_column:{name}" for name in sorted({n for n in header if n and header.count(n) > 1})]
    notes = [f"extra column '{name}' kept in bronze" for name in header if name not in known]
    notes += [f"optional column '{name}' absent" for name in known if name not in header and name not in required]
    return FileFacts(file_id, header, problems, notes)
