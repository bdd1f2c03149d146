"""Full exports: each file has everybody, and its name says when it was taken."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import PurePosixPath

from pydantic import Field, field_validator

from cdp_lake.config.strict import Strict

_DIGITS = {"yyyy": 4, "MM": 2, "dd": 2, "HH": 2, "mm": 2, "ss": 2}
_DAY = ("yyyy", "MM", "dd")
_PART = re.compile("|".join(_DIGITS))


class Snapshot(Strict):
    """Files of this source are full exports: who is missing from the newest one is gone since.

    at: how the time stands in a file's name, such as `yyyy-MM-dd` in `customers_2017-06-30.csv` (UTC). A file whose
    name has none is no full export, and says nothing of who is missing. most_gone: the share of those present before
    that a new export may lack; one that lacks more is taken for cut short, and nothing is published.
    """

    at: str = "yyyy-MM-dd"
    most_gone: float = Field(default=0.2, ge=0, le=1)

    @field_validator("at")
    @classmethod
    def _names_a_day(cls, at: str) -> str:
        parts = _PART.findall(at)
        if sorted(parts) != sorted(set(parts)) or not set(_DAY) <= set(parts):
            shapes = "yyyy-MM-dd or yyyyMMdd_HHmm"
            raise ValueError(f"'{at}' does not name a day; write yyyy, MM and dd once each, such as {shapes}")
        return at

    def taken_at(self, path: str) -> datetime | None:
        """When the export of that path was taken; None where its name does not say."""
        pattern = re.escape(_PART.sub(lambda part: f"\0{part[0]}\0", self.at)).replace("\\\0", "\0")
        for part, digits in _DIGITS.items():
            pattern = pattern.replace(f"\0{part}\0", rf"(?P<{part}>\d{{{digits}}})")
        found = re.search(rf"(?<!\d){pattern}(?!\d)", PurePosixPath(path).name)
        if found is None:
            return None
        year, month, day, hour, minute, second = (int(found.groupdict().get(part) or 0) for part in _DIGITS)
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
        except ValueError:
            return None
