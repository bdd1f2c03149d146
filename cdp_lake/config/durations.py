"""How long something may take, as people write it: `90m`, `36h`, `1d`, `2w`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TEXT = re.compile(r"(\d+)\s*([mhdw])")


def duration(given: Any) -> timedelta:
    """The time that a text such as `36h` means. Raises ValueError for anything else."""
    if isinstance(given, timedelta):
        return given
    found = _TEXT.fullmatch(str(given).strip())
    if found is None or not int(found[1]):
        raise ValueError(f"'{given}' is no duration; write one like 90m, 36h, 1d or 2w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def in_words(length: timedelta) -> str:
    """A duration in its two largest units: `3d 4h`, `36m`."""
    minutes = int(length.total_seconds() // 60)
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "m"))
    told = [f"{count}{unit}" for count, unit in parts if count]
    return " ".join(told[:2]) or "0m"


Duration = Annotated[timedelta, BeforeValidator(duration), PlainSerializer(in_words, return_type=str)]
