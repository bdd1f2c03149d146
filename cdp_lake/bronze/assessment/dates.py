"""Dates and times by their shape: which of Spark's patterns reads them, and whether day or month comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

EITHER = "either:"
EPOCH_SECONDS, EPOCH_MILLIS = "epoch_seconds", "epoch_millis"
_TIME = (
    r"(?:(?P<between> |a)(?P<hour>9?9):99(?P<second>:99(?P<fraction>[.,]9{1,9})?)?"
    r"(?P<gap> ?)(?P<half>aa)?(?P<zone>a|[+-]99:99|[+-]9999)?)?"
)
_YEAR_FIRST = re.compile(rf"(?P<year>9999)(?P<s1>[-/.])(?P<month>9?9)(?P=s1)(?P<day>9?9){_TIME}")
_YEAR_LAST = re.compile(rf"(?P<first>9?9)(?P<s1>[-/.])(?P<other>9?9)(?P=s1)(?P<year>9999|99){_TIME}")
_CHINESE = re.compile(rf"(?P<year>9999)汉(?P<month>9?9)汉(?P<day>9?9)汉{_TIME}")
_CHINESE_TEXT = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
_NUMBERS = re.compile(r"\d+")
_ISO = re.compile(r"yyyy-MM-dd(?:(?: |'T')HH:mm(?::ss(?:\.S+)?)?(?:XXX)?)?")
_LAST_MONTH, _LAST_DAY = 12, 31
_COMPACT_DIGITS, _SECONDS_DIGITS, _MILLIS_DIGITS = 8, 10, 13
# 2001 to 2033: earlier and later numbers of that many digits are numbers.
_EPOCH = range(1_000_000_000, 2_000_000_000)
_YEARS = range(1850, 2100)


def may_be_date(shape: str) -> bool:
    """True when a value of this shape has to be looked at."""
    return shape in ("9" * _COMPACT_DIGITS, "9" * _SECONDS_DIGITS, "9" * _MILLIS_DIGITS) or _matched(shape) is not None


def date_format(text: str, shape: str) -> str | None:
    """Spark's pattern for one value, `epoch_seconds`, `epoch_millis`, or None when it is no date.

    A pattern that starts with `either:` has the day first, and would as well read with the month first.
    """
    if shape.isdigit() and len(shape) == len(text):
        return _of_digits(text)
    found = _matched(shape)
    if found is None or (found.re is _CHINESE and not _CHINESE_TEXT.match(text)):
        return None
    numbers = [int(number) for number in _NUMBERS.findall(text)[:3]]
    tail = _time_pattern(found, text)
    if found.re is _YEAR_LAST:
        return _year_last(found, numbers, tail)
    year, month, day = numbers
    if not (1 <= month <= _LAST_MONTH and 1 <= day <= _LAST_DAY and year):
        return None
    months, days = "M" * len(found["month"]), "d" * len(found["day"])
    if found.re is _CHINESE:
        return f"yyyy'年'{months}'月'{days}'日'{tail}"
    return f"yyyy{found['s1']}{months}{found['s1']}{days}{tail}"


def settled(formats: Mapping[str, int]) -> tuple[list[str], bool]:
    """(patterns of a column, the most frequent first; whether day and month cannot be told apart)."""
    counts: dict[str, int] = {}
    decided = _families(name for name in formats if not name.startswith(EITHER))
    ambiguous = False
    for name, count in formats.items():
        plain = name.removeprefix(EITHER)
        if name != plain:
            day_first, month_first = _family(plain) in decided, _family(_exchanged(plain)) in decided
            plain = _exchanged(plain) if month_first and not day_first else plain
            ambiguous = ambiguous or day_first == month_first
        counts[plain] = counts.get(plain, 0) + count
    return _without_narrower(sorted(counts, key=lambda name: (-counts[name], name))), ambiguous


def spark_reads_without_pattern(formats: Iterable[str]) -> bool:
    """True when all patterns are ISO 8601, which Spark's own cast reads."""
    return all(_ISO.fullmatch(name) for name in formats)


def has_time(pattern: str) -> bool:
    """True when a pattern holds a time of day."""
    return "mm" in pattern or pattern in (EPOCH_SECONDS, EPOCH_MILLIS)


def has_zone(pattern: str) -> bool:
    """True when a pattern says where the clock stood."""
    return pattern.endswith(("XXX", "Z")) or pattern in (EPOCH_SECONDS, EPOCH_MILLIS)


def _families(formats: Iterable[str]) -> set[str]:
    return {_family(name) for name in formats}


def _family(name: str) -> str:
    """A date pattern with the number of its letters left out: dd/MM and d/M are one family."""
    return re.sub(r"d+", "d", re.sub(r"M+", "M", _date_part(name)))


def _date_part(name: str) -> str:
    return re.split(r" |'T'", name)[0]


def _exchanged(name: str) -> str:
    date, gap, time = name.partition(" ")
    return date.translate(str.maketrans("dM", "Md")) + gap + time


def _without_narrower(formats: list[str]) -> list[str]:
    """`d/M/yyyy` and `H:mm` read two digits as well, so `dd/MM/yyyy` and `HH:mm` beside them say nothing."""
    wide = _families(name for name in formats if re.search(r"(?<![dM])[dM](?![dM])", _date_part(name)))
    merged = [_family(n) + n[len(_date_part(n)) :] if _family(n) in wide else n for n in formats]
    short = {n.replace("HH", "H") for n in merged if re.search(r"(?<!H)H(?!H)", n)}
    return list(dict.fromkeys(n.replace("HH", "H") if n.replace("HH", "H") in short else n for n in merged))


@lru_cache(maxsize=10_000)
def _matched(shape: str) -> re.Match[str] | None:
    return _YEAR_FIRST.fullmatch(shape) or _YEAR_LAST.fullmatch(shape) or _CHINESE.fullmatch(shape)


def _of_digits(text: str) -> str | None:
    number = int(text)
    if len(text) == _SECONDS_DIGITS:
        return EPOCH_SECONDS if number in _EPOCH else None
    if len(text) == _MILLIS_DIGITS:
        return EPOCH_MILLIS if number // 1000 in _EPOCH else None
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    is_date = year in _YEARS and 1 <= month <= _LAST_MONTH and 1 <= day <= _LAST_DAY
    return "yyyyMMdd" if is_date else None


def _year_last(found: re.Match[str], numbers: list[int], tail: str) -> str | None:
    first, other, _ = numbers
    sign, year = found["s1"], "yyyy" if len(found["year"]) > 2 else "yy"  # noqa: PLR2004
    day_first = f"{'d' * len(found['first'])}{sign}{'M' * len(found['other'])}{sign}{year}{tail}"
    month_first = f"{'M' * len(found['first'])}{sign}{'d' * len(found['other'])}{sign}{year}{tail}"
    if not (1 <= min(first, other) <= _LAST_MONTH and 1 <= max(first, other) <= _LAST_DAY):
        return None
    if max(first, other) > _LAST_MONTH:
        return day_first if first > other else month_first
    # Points are written where the day comes first.
    return day_first if sign == "." else EITHER + day_first


def _time_pattern(found: re.Match[str], text: str) -> str:
    if found["hour"] is None:
        return ""
    hour = ("h" if found["half"] else "H") * len(found["hour"])
    between = "'T'" if found["between"] == "a" else " "
    fraction = f"{text[found.start('fraction')]}{'S' * (len(found['fraction']) - 1)}" if found["fraction"] else ""
    seconds = f":ss{fraction}" if found["second"] else ""
    zone = {None: "", "a": "XXX"}.get(found["zone"], "XXX" if ":" in (found["zone"] or "") else "Z")
    return f"{between}{hour}:mm{seconds}{found['gap']}{'a' if found['half'] else ''}{zone}"
