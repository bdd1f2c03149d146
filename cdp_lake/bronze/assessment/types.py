"""Which type of the contract a column's values have, and with which formats."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cdp_lake.bronze.assessment import dates
from cdp_lake.bronze.assessment import values as v
from cdp_lake.bronze.assessment.columns import ColumnTally
from cdp_lake.bronze.assessment.remarks import counted
from cdp_lake.config.source_columns import ColumnType

# So many values may be something else: they are mistakes, and landing sets their records aside.
_MISTAKES = 0.05
# Digits that are a number or a day only by what the column means.
_ALSO_NUMBERS = ("yyyyMMdd", dates.EPOCH_SECONDS, dates.EPOCH_MILLIS)
_AMOUNTS = (v.DECIMAL, v.GROUPED, v.MONEY)


@dataclass(frozen=True)
class TypeGuess:
    """Type and formats of a column; `doubts` are for a person to settle. local: its times say no zone."""

    type: ColumnType
    formats: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    local: bool = False


def likely_type(tally: ColumnTally, is_text: bool, is_time: bool) -> TypeGuess:
    """The type of a column. is_text: it means an id or a name, whatever it looks like. is_time: it means a time."""
    formats = _formats(tally, is_time)
    dated = sum(formats.values())
    least = (1 - _MISTAKES) * tally.telling
    if not tally.telling or is_text:
        return TypeGuess("string")
    if dated >= least:
        return _dated(formats, tally.telling - dated)
    whole = tally.types[v.INTEGER] + _bare(tally)
    for kind, fits in (
        ("json", tally.types[v.JSON]),
        ("boolean", tally.types[v.BOOLEAN]),
        ("integer", whole),
        ("decimal", whole + sum(tally.types[name] for name in _AMOUNTS)),
    ):
        if fits >= least:
            return TypeGuess(kind, doubts=_mistakes(tally.telling - fits, kind))  # type: ignore[arg-type]
    commas = tally.types[v.COMMA_DECIMAL]
    if commas and commas + whole >= least:
        return TypeGuess("string", doubts=("numbers with a decimal comma, which `decimal` does not read",))
    return TypeGuess("string")


def _formats(tally: ColumnTally, is_time: bool) -> Counter[str]:
    found = Counter({n.removeprefix(v.DATE): c for n, c in tally.types.items() if n.startswith(v.DATE)})
    return Counter({name: count for name, count in found.items() if is_time or name not in _ALSO_NUMBERS})


def _bare(tally: ColumnTally) -> int:
    return sum(tally.types[v.DATE + name] for name in _ALSO_NUMBERS)


def _dated(formats: Counter[str], mistakes: int) -> TypeGuess:
    found, ambiguous = dates.settled(formats)
    kind: ColumnType = "timestamp" if any(map(dates.has_time, found)) else "date"
    doubts = list(_mistakes(mistakes, kind))
    if ambiguous:
        both = sum(not name.startswith(dates.EITHER) for name in formats) > 1
        why = "both orders occur" if both else "no day above 12"
        doubts.append(f"day or month first cannot be told ({why})")
    if len(found) > 1:
        doubts.append("several date formats; the first that fits is taken")
    timed = [name for name in found if dates.has_time(name)]
    local = bool(timed) and not all(map(dates.has_zone, timed))
    plain = kind == "timestamp" and dates.spark_reads_without_pattern(found)
    return TypeGuess(kind, () if plain else tuple(found), tuple(doubts), local)


def _mistakes(count: int, kind: str) -> tuple[str, ...]:
    return (f"{counted(count, 'value')} not of type {kind}: set aside when they land",) if count else ()
