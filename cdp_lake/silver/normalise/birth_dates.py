"""Birth dates as people write them: with any separator, a month by name, two digits of a year."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Literal

from cdp_lake.silver.normalise.text import folded

DateOrder = Literal["day first", "month first"]
# A birth year of two digits up to this one is of this century.
_LAST_SHORT_YEAR = 30
_CENTURIES = (1900, 2000)
_SHORT_YEAR, _FULL_YEAR = 2, 4  # digits
_MONTHS_A_YEAR = 12
_ALL = 3  # year, month, day
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?")
_NUMBERS = re.compile(r"\d+|[a-z]{3,}")
_TIME = re.compile(r"[t ]\d{1,2}:\d{2}.*$")


def date_order(values: Iterable[str | None]) -> DateOrder:
    """Which of two leading numbers is the day, by how often only one reading is a date; a tie is month first."""
    votes: Counter[DateOrder] = Counter()
    for value in values:
        parts = _parts(value)
        if len(parts) == _ALL and all(part.isdigit() for part in parts) and len(parts[0]) < _FULL_YEAR:
            first, second = int(parts[0]), int(parts[1])
            if (first > _MONTHS_A_YEAR) != (second > _MONTHS_A_YEAR):
                votes["day first" if first > _MONTHS_A_YEAR else "month first"] += 1
    return "day first" if votes["day first"] > votes["month first"] else "month first"


def birth_date(text: str | None, order: DateOrder) -> str | None:
    """The date as `YYYY-MM-DD`; null when it is none. What the order makes no date is read the other way round."""
    parts = _parts(text)
    if len(parts) != _ALL:
        return None
    named = [part for part in parts if not part.isdigit()]
    if named:
        return _named(parts, named[0])
    if len(parts[0]) == _FULL_YEAR:
        return _written(parts[0], parts[1], parts[2]) or _written(parts[0], parts[2], parts[1])
    month, day = (parts[1], parts[0]) if order == "day first" else (parts[0], parts[1])
    return _written(parts[2], month, day) or _written(parts[2], day, month)


def _parts(text: str | None) -> list[str]:
    plain = _TIME.sub("", (folded(text) or "").lower())
    compact = _COMPACT.fullmatch(plain)
    return list(compact.groups()) if compact else _NUMBERS.findall(plain)


def _named(parts: list[str], month: str) -> str | None:
    number = _MONTHS.get(month[:3])
    rest = [part for part in parts if part.isdigit()]
    if number is None or len(rest) != _ALL - 1:
        return None
    year, day = (rest[0], rest[1]) if len(rest[0]) == _FULL_YEAR else (rest[1], rest[0])
    return _written(year, str(number), day)


def _written(year: str, month: str, day: str) -> str | None:
    if len(year) not in (_SHORT_YEAR, _FULL_YEAR):
        return None
    short = int(year)
    full = short if len(year) == _FULL_YEAR else short + _CENTURIES[short <= _LAST_SHORT_YEAR]
    try:
        return date(full, int(month), int(day)).isoformat()
    except ValueError:
        return None
