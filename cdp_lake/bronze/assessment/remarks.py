"""Remarks on quality that a person can act on; none of them says a value of the file."""

from __future__ import annotations

from cdp_lake.bronze.assessment import values as v
from cdp_lake.bronze.assessment.columns import ColumnTally

# One value on more than this share of records identifies nobody.
_HELD_BY_ONE = 0.2
_FEW_RECORDS = 20
_MOST_NAMED = 3


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 value`, `2 values`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def quality_remarks(tally: ColumnTally, is_identifier: bool, is_person: bool) -> tuple[str, ...]:
    """What is wrong with the values of a column. is_person: each record is a person, so values should not recur."""
    found = [_placeholders(tally), _padding(tally), *_numbers(tally)]
    if is_identifier:
        found += [_held_by_one(tally, is_person), _masked(tally)]
    if not tally.filled and tally.records:
        found.append("never filled")
    return tuple(remark for remark in found if remark)


def _placeholders(tally: ColumnTally) -> str:
    # They are words of our own list, so naming them tells of nobody.
    named = [f"{word} ({count:,})" for word, count in tally.placeholders.most_common(_MOST_NAMED)]
    count = sum(tally.placeholders.values())
    dated = any(name.startswith(v.DATE) for name in tally.types)
    hint = "; `after` sets them aside" if dated else ""
    return f"{counted(count, 'placeholder value')}: {', '.join(named)}{hint}" if named else ""


def _padding(tally: ColumnTally) -> str:
    return f"{counted(tally.padded, 'value')} with blanks before or after" if tally.padded else ""


def _numbers(tally: ColumnTally) -> list[str]:
    found = []
    if tally.types[v.GROUPED]:
        found.append(f"{counted(tally.types[v.GROUPED], 'number')} with thousands separators")
    if tally.types[v.MONEY]:
        found.append(f"{counted(tally.types[v.MONEY], 'number')} with a sign of currency: it is dropped")
    if tally.types[v.COMMA_DECIMAL]:
        found.append(f"{counted(tally.types[v.COMMA_DECIMAL], 'number')} with a decimal comma")
    if tally.types[v.SCIENTIFIC]:
        found.append(f"{counted(tally.types[v.SCIENTIFIC], 'number')} like 9.9E+9: a spreadsheet cut their digits off")
    return found


def _held_by_one(tally: ColumnTally, is_person: bool) -> str:
    if tally.filled < _FEW_RECORDS:
        return ""
    most, looked_at = tally.most_frequent(), len(tally.hashes) - tally.hashes.count(0)
    if not looked_at or most <= _HELD_BY_ONE * looked_at:
        return ""
    held = f"one value is on {most / looked_at:.0%} of the records that have any"
    return f"{held}: {'block it, it is nobody' if is_person else 'somebody busy, or a value to block'}"


def _masked(tally: ColumnTally) -> str:
    count = tally.looks[v.MASKED]
    return f"{counted(count, 'masked value')}: no evidence of who somebody is" if count else ""
