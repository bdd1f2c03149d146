"""Destinations: files that a receiving system picks up, complete or not there at all.

Rows come from the driver's iterator, so that an audience never lies in memory. A file is written beside
its final name and renamed when it is complete; the manifest follows, and says what a receiver must find.
"""

import csv
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any

from pyspark.sql import Row

from cdp_lake.config.destinations import Destination
from cdp_lake.errors import ConfigError

AUDIENCE, MANIFEST = "audience.csv", "manifest.json"
_FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SIGNED_NUMBER = re.compile(r"[+-]\d+(\.\d+)?")
# Spreadsheets read the full-width forms of = + - @ as well.
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@dataclass(frozen=True)
class Delivery:
    """One sending: its name, its time, and what it was made from."""

    delivery_id: str
    as_of: datetime
    table_versions: Mapping[str, int] = field(default_factory=dict)
    model_versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What was written: paths below the activation folder, rows, and the file's checksum."""

    file: str
    rows: int
    sha256: str
    manifest: str


def deliver_csv(rows: Iterable[Row], destination: Destination, root: Path, delivery: Delivery) -> Receipt | None:
    """Writes the rows (`operation`, `sent`) and their manifest; None, and no file, when there are no rows."""
    if not _FOLDER_NAME.fullmatch(delivery.delivery_id):
        raise ConfigError(f"delivery id '{delivery.delivery_id}' cannot name a folder; use letters, digits, . _ -")
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return None
    folder = root / destination.name / delivery.delivery_id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file, manifest = folder / AUDIENCE, folder / MANIFEST
    with _complete_or_absent(file) as handle:
        operations = _write_rows(chain([first], waiting), destination, handle)
    checksum = _sha256(file)
    with _complete_or_absent(manifest) as handle:
        json.dump(_described(destination, delivery, operations, checksum), handle, indent=2, ensure_ascii=False)
        handle.write("\n")
    where = [path.relative_to(root).as_posix() for path in (file, manifest)]
    return Receipt(where[0], sum(operations.values()), checksum, where[1])


def safe_cell(value: str | None) -> str:
    """The value so that no spreadsheet runs it as a formula; a signed number, such as a phone, stays as it is."""
    text = value or ""
    risky = text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)
    return f"'{text}" if risky and not _SIGNED_NUMBER.fullmatch(text) else text


def _write_rows(rows: Iterator[Row], destination: Destination, handle: IO[str]) -> Counter[str]:
    names = [column.name for column in destination.columns]
    writer = csv.writer(handle, lineterminator="\n")
    writer.writerow(["operation", *names])
    operations: Counter[str] = Counter()
    for row in rows:
        writer.writerow([row["operation"], *(safe_cell(row["sent"][name]) for name in names)])
        operations[row["operation"]] += 1
    return operations


def _described(
    destination: Destination, delivery: Delivery, operations: Mapping[str, int], checksum: str
) -> dict[str, Any]:
    return {
        "destination": destination.name,
        "delivery_id": delivery.delivery_id,
        "purpose": destination.purpose,
        "channel": destination.channel,
        "recipient": destination.recipient,
        "segments": list(destination.segments),
        "columns": ["operation", *(column.name for column in destination.columns)],
        "file": AUDIENCE,
        "rows": sum(operations.values()),
        "rows_by_operation": dict(sorted(operations.items())),
        "sha256": checksum,
        "created_at": delivery.as_of.isoformat(),
        "table_versions": dict(sorted(delivery.table_versions.items())),
        "model_versions": dict(sorted(delivery.model_versions.items())),
    }


@contextmanager
def _complete_or_absent(path: Path) -> Iterator[IO[str]]:
    """A file only its owner can read, that takes its name when everything is on the disk."""
    draft = path.with_name(f"{path.name}.tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
