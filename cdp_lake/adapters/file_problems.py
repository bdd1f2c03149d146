"""What went wrong with files while the work was on: one of a table cannot be read, or there is no room to write."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from pathlib import Path

from cdp_lake.adapters.table_check import told_of
from cdp_lake.adapters.table_on_disk import TableOnDisk
from cdp_lake.errors import CdpLakeError, DiskFull, TableDamaged
from cdp_lake.quality.table_log import LOG, Damage

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SAID_OF_NO_ROOM = ("No space left on device", "Disk quota exceeded", "File too large")
# Spark's words for a file that a task could not read.
_NOT_READ = re.compile(r"FAILED_READ_FILE\.(\w+)\].*? reading file (?:file:)?/*(/\S+?)\.?\s")
_REASONS = {"FILE_NOT_EXIST": "is missing", "CHECKSUM": "is not as it was written: its checksum differs"}


def told(problem: Exception) -> CdpLakeError | None:
    """The same as an error that says what to do; None where files are not to blame."""
    texts = [*_texts(problem)]
    if _errno_of(problem) in _NO_ROOM or any(words in text for text in texts for words in _SAID_OF_NO_ROOM):
        return DiskFull(
            "there is no room left to write: nothing of the stage is published, the version before stays served; "
            "make room (cdp-lake doctor says how much there is) and run again: the run goes on where this one stopped"
        )
    for text in texts:
        for reason, path in _NOT_READ.findall(text):
            if table := _table_of(Path(path), reason, text):
                return TableDamaged(told_of([table]))
    return None


def _texts(problem: BaseException | None) -> Iterator[str]:
    while problem is not None:
        yield f"{problem}\n"
        problem = problem.__cause__


def _errno_of(problem: BaseException) -> int | None:
    return problem.errno if isinstance(problem, OSError) else None


def _table_of(path: Path, reason: str, text: str) -> TableOnDisk | None:
    """The table that a file belongs to; None where it belongs to none."""
    folder = next((place for place in path.parents if (place / LOG).is_dir()), None)
    if folder is None:
        return None
    what = _REASONS.get("CHECKSUM" if "checksum" in text else reason, "cannot be read")
    damage = [Damage(path.relative_to(folder).as_posix(), what)]
    return TableOnDisk(f"{folder.parent.name}.{folder.name}", folder, damage=damage)
