"""Control files: what a source says that its own files hold, as lines of `file name,records`."""

from __future__ import annotations

import csv
from pathlib import Path

from cdp_lake.config.sources import SourceContract
from cdp_lake.quality.promises import Counted


def counted_by_source(landing: Path, contract: SourceContract) -> list[Counted]:
    """Every line of the source's control files; of a file that several of them name, the newest one counts.

    A name is looked for beside its control file. A line that cannot be read is told as one without a number.
    """
    if contract.counts is None:
        return []
    found: dict[str, Counted] = {}
    for path in sorted(landing.glob(contract.counts.files), key=lambda one: (one.stat().st_mtime_ns, one.name)):
        for line in _lines(landing, path):
            found[line.path] = line
    return list(found.values())


def _lines(landing: Path, path: Path) -> list[Counted]:
    said_by, folder = path.relative_to(landing).as_posix(), path.parent.relative_to(landing)
    lines = []
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for number, cells in enumerate(csv.reader(file), start=1):
            texts = [cell.strip() for cell in cells]
            if not any(texts) or (number == 1 and len(texts) > 1 and not texts[1].isdecimal()):
                continue  # an empty line, or a heading
            is_one = len(texts) == len(Counted._fields) - 1 and texts[1].isdecimal()
            counted = (folder / texts[0]).as_posix() if is_one else f"line {number}"
            lines.append(Counted(counted, int(texts[1]) if is_one else None, said_by))
    return lines
