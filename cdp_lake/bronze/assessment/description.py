"""One column as it will stand in a report and in a contract: its counts, and the guesses about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from cdp_lake.bronze.assessment.columns import OTHER, ColumnTally
from cdp_lake.bronze.assessment.findings import Column
from cdp_lake.bronze.assessment.keys import KeyGuess
from cdp_lake.bronze.assessment.kinds import KindGuess
from cdp_lake.bronze.assessment.meanings import Meaning, is_id_like, meaning_of
from cdp_lake.bronze.assessment.naming import Names
from cdp_lake.bronze.assessment.remarks import quality_remarks
from cdp_lake.bronze.assessment.tallies import FileTally
from cdp_lake.bronze.assessment.ties import IDENTIFYING
from cdp_lake.bronze.assessment.types import TypeGuess, likely_type
from cdp_lake.config.header_words import NAMESPACES, PII_TAGS
from cdp_lake.config.source_kinds import LINE_FIELDS

_PATTERNS_SHOWN = 3
_TIME_FIELDS = frozenset("birth_date first_seen_at valid_from updated_at spent_on redeemed_on".split())
_NUMBER_FIELDS = frozenset(
    "amount discount_amount line_discount_amount unit_price quantity unit_cost_amount impression_count "
    "click_count".split()
)
_COUNTED = frozenset({"impression_count", "click_count"})
_TEXTS = frozenset({*NAMESPACES, *PII_TAGS} - {"birth_date"} | {"lead_id", "message_id", "product_id", "line_no"})
_MORE_TEXTS = frozenset("store_id campaign_id coupon_upc redemption_id decision_id coupon_code previous_id".split())


class Known(NamedTuple):
    """What is known of all columns while one of them is described."""

    tally: FileTally
    meanings: Mapping[str, Meaning]
    fields: Mapping[str, str]
    kind: KindGuess
    key: KeyGuess
    lists: Mapping[str, Mapping[str, ColumnTally]]
    names: Names


def described_column(known: Known, path: str, place: int) -> Column:
    """One column with the guesses about it. place: which one of its file it is, counted from 1."""
    tally, found, field = known.tally.columns[path], known.meanings.get(path), known.fields.get(path)
    meaning = found.name if found else None
    items = known.lists.get(path, {})
    is_key = path in known.key.columns
    guess = _type(tally, meaning, field, is_key or is_id_like(tally, found))
    is_nested = path in known.tally.others
    if is_nested:
        guess = TypeGuess("list") if items else TypeGuess("json")
    doubts = [*([found.doubt] if found and found.doubt else []), *guess.doubts]
    if field and not _fits(field, guess.type):
        doubts.append(f"looks like {field}, but its values are no {'times' if _is_time(field) else 'numbers'}")
        field = None
    one_of = tuple(sorted(tally.words)) if meaning == "subject_namespace" else ()
    return Column(
        name=known.names.name(path, meaning, place),
        path=path,
        records=tally.records,
        filled=tally.filled,
        distinct=None if is_nested else tally.distinct(),
        shortest=None if is_nested else tally.shortest,
        longest=tally.longest,
        patterns=() if is_nested else _most_frequent(tally),
        type=guess.type,
        formats=guess.formats,
        meaning=meaning,
        field=field,
        pii=PII_TAGS.get(meaning or ""),
        required=is_key,
        one_of=one_of,
        doubts=tuple(doubts),
        quality=quality_remarks(tally, meaning in IDENTIFYING, known.kind.kind == "person"),
        local_times=guess.local,
        columns=_items(items),
    )


def _items(items: Mapping[str, ColumnTally]) -> tuple[Column, ...]:
    names, fields = Names(), line_fields(items)
    found = []
    for place, (key, tally) in enumerate(items.items(), start=1):
        field, meaning = fields.get(key), meaning_of(tally)
        guess = _type(tally, field, field, is_id=field in ("line_no", "product_id") or is_id_like(tally, meaning))
        # Of a list's columns those of a receipt's lines are known by name.
        name = names.name(key, None, place) if field in (None, "discount_amount") else names.name(field, None, place)
        found.append(
            Column(
                name=name,
                path=key,
                records=tally.records,
                filled=tally.filled,
                distinct=tally.distinct(),
                shortest=tally.shortest,
                longest=tally.longest,
                patterns=_most_frequent(tally),
                type=guess.type,
                formats=guess.formats,
                meaning=field,
                field=field if field != name else None,
                pii=PII_TAGS.get(meaning.name) if meaning else None,
                doubts=guess.doubts,
            )
        )
    return tuple(found)


def _most_frequent(tally: ColumnTally) -> tuple[tuple[str, int], ...]:
    known = [pair for pair in tally.patterns.most_common(_PATTERNS_SHOWN + 1) if pair[0] != OTHER]
    return tuple(known[:_PATTERNS_SHOWN])


def _type(tally: ColumnTally, meaning: str | None, field: str | None, is_id: bool) -> TypeGuess:
    is_time = bool(field and _is_time(field)) or bool(meaning and _is_time(meaning))
    is_text = not is_time and (is_id or meaning in _TEXTS or meaning in _MORE_TEXTS)
    guess = likely_type(tally, is_text, is_time)
    # Whole so far: weights and prices get places after the point one day.
    is_whole = field in _NUMBER_FIELDS - _COUNTED and guess.type == "integer"
    return replace(guess, type="decimal") if is_whole else guess


def _is_time(word: str) -> bool:
    return word in _TIME_FIELDS or word.endswith(("_at", "_on")) or word == "date"


def _fits(field: str, kind: str) -> bool:
    """Silver casts these fields, so their column must have been read as what they are."""
    if _is_time(field):
        return kind in ("date", "timestamp")
    return kind in ("integer", "decimal") if field in _NUMBER_FIELDS else True


def line_fields(items: Mapping[str, ColumnTally]) -> dict[str, str]:
    """Which columns of a list are fields of a receipt's lines."""
    named = {key: meaning.name for key, tally in items.items() if (meaning := meaning_of(tally))}
    return {key: name for key, name in named.items() if name in LINE_FIELDS}
