"""Which column of a table tells how far it has been read."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from cdp_lake.bronze.assessment.findings import Assessment

_CHANGED = re.compile(r"(?i)updat|modif|chang|last_?(?:seen|touched)|modstamp|更新|修改|变更")
_MADE = re.compile(r"(?i)creat|insert|added|occur|happen|event_?(?:time|at)|^(?:ts|time)$|创建|新增|时间")


class WatermarkGuess(NamedTuple):
    """The column (None: none found), and what a person must look at."""

    column: str | None
    doubt: str = ""


def likely_watermark(found: Assessment, times: Collection[str]) -> WatermarkGuess:
    """The time that moves with every change of a row, else that of its making. times: columns that are times there."""
    filled = [column for column in found.columns if column.path in times and column.filled]
    versions = [column.path for column in filled if column.name == found.version]
    changed = versions or [column.path for column in filled if _CHANGED.search(column.path)]
    if changed:
        return WatermarkGuess(changed[0], "every change of a row must move it; an index on it makes each run quick")
    made = [column.path for column in filled if _MADE.search(column.path)]
    if made:
        return WatermarkGuess(made[0], "it says when a row was made: rows that change later are not seen again")
    return WatermarkGuess(None, "no time moves with every change (`watermark`): each run reads the whole table")
