"""From counts to guesses: what a file's columns mean, its kind, its key, and who is identified by what."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import NamedTuple

from cdp_lake.bronze.assessment import values as v
from cdp_lake.bronze.assessment.columns import OTHER, ColumnTally
from cdp_lake.bronze.assessment.findings import Assessment, Column, ReadAs
from cdp_lake.bronze.assessment.keys import KeyGuess, likely_key
from cdp_lake.bronze.assessment.kinds import (
    KindGuess,
    fields_filled,
    likely_kind,
    meanings_in,
    unfilled,
    version_meanings,
)
from cdp_lake.bronze.assessment.meanings import Meaning, is_id_like, meaning_of
from cdp_lake.bronze.assessment.naming import Names
from cdp_lake.bronze.assessment.remarks import quality_remarks
from cdp_lake.bronze.assessment.tallies import FileTally
from cdp_lake.bronze.assessment.ties import IDENTIFYING, likely_ties
from cdp_lake.bronze.assessment.types import TypeGuess, likely_type
from cdp_lake.config.header_words import NAMESPACES, PII_TAGS
from cdp_lake.config.sources import LINE_FIELDS

_PATTERNS_SHOWN = 3
_TIME_FIELDS = frozenset("birth_date first_seen_at valid_from updated_at spent_on redeemed_on".split())
_NUMBER_FIELDS = frozenset(
    "amount discount_amount line_discount_amount unit_price quantity unit_cost_amount impression_count "
    "click_count".split()
)
_COUNTED = frozenset({"impression_count", "click_count"})
_TEXTS = frozenset({*NAMESPACES, *PII_TAGS} - {"birth_date"} | {"lead_id", "message_id", "product_id", "line_no"})
_MORE_TEXTS = frozenset("store_id campaign_id coupon_upc redemption_id decision_id coupon_code previous_id".split())


class _Known(NamedTuple):
    """What is known of all columns while one of them is described."""

    tally: FileTally
    meanings: Mapping[str, Meaning]
    fields: Mapping[str, str]
    kind: KindGuess
    key: KeyGuess
    lists: Mapping[str, Mapping[str, ColumnTally]]
    names: Names


def judged(tally: FileTally, read_as: ReadAs, has_more: bool, namespaces: Set[str]) -> Assessment:
    """The assessment of a file whose records were counted. namespaces: those that identity rules know."""
    columns = {path: found for path, found in tally.columns.items() if not _is_inside_another(path, tally.columns)}
    lists = {path: found for path, found in tally.simple_lists().items() if path in columns}
    meanings = _meanings(columns, lists)
    kind = likely_kind({found.name for found in meanings.values()})
    named = meanings_in(kind.kind, {path: found.name for path, found in meanings.items()})
    meanings = {path: Meaning(named[path], found.doubt) for path, found in meanings.items()}
    version = _version(kind, named)
    key = _key(tally, columns, meanings, version, kind)
    known = _Known(tally, meanings, fields_filled(kind.kind, named), kind, key, lists, Names())
    described = tuple(_described(known, path, place) for place, path in enumerate(columns, start=1))
    name_of = {column.path: column.name for column in described}
    return Assessment(
        read_as=read_as,
        records=tally.records,
        has_more=has_more,
        broken=dict(tally.broken),
        repeated=tally.repeated,
        columns=described,
        key=KeyGuess(tuple(name_of[path] for path in key.columns), key.reason, key.doubt),
        kind=kind,
        version=name_of[version] if version and key.columns else None,
        keep="first" if kind.kind == "event" else "latest",
        ties=likely_ties(kind.kind, [(c.name, c.meaning) for c in described if c.meaning and c.filled], namespaces),
        region=_region(columns, named),
        time_zone=_time_zone(described),
        remarks=_remarks(tally, columns),
        unfilled=unfilled(kind.kind, {column.field for column in described if column.field}),
    )


def _meanings(columns: Mapping[str, ColumnTally], lists: Mapping[str, Mapping[str, ColumnTally]]) -> dict[str, Meaning]:
    found = {path: meaning for path, tally in columns.items() if (meaning := meaning_of(tally))}
    # Lines without all that a line needs are no lines of a receipt.
    whole = {path for path, items in lists.items() if set(LINE_FIELDS) <= set(_line_fields(items).values())}
    return {path: meaning for path, meaning in found.items() if meaning.name != "lines" or path in whole}


def _line_fields(items: Mapping[str, ColumnTally]) -> dict[str, str]:
    named = {key: meaning.name for key, tally in items.items() if (meaning := meaning_of(tally))}
    return {key: name for key, name in named.items() if name in LINE_FIELDS}


def _version(kind: KindGuess, named: Mapping[str, str]) -> str | None:
    wanted = version_meanings(kind.kind)
    return next((path for word in wanted for path, meaning in named.items() if meaning == word), None)


def _key(
    tally: FileTally,
    columns: Mapping[str, ColumnTally],
    meanings: Mapping[str, Meaning],
    version: str | None,
    kind: KindGuess,
) -> KeyGuess:
    hashed = {path: found for path, found in columns.items() if path not in tally.others}
    like = [path for path, found in hashed.items() if is_id_like(found, meanings.get(path))]
    own = {"event": "message_id", "receipt": "order_id", "product": "product_id", "consent": "decision_id"}
    first = [path for path in like if path in meanings and meanings[path].name == own.get(kind.kind)]
    counted = [path for path in like if path in meanings and meanings[path].name == "row_no"]
    ids = [*first, *(path for path in like if path not in (*first, *counted)), *counted]
    found = likely_key(hashed, tally.hashes, ids, version, lines=kind.kind == "order_rows")
    if set(counted) & set(found.columns):
        return replace(found, doubt="a row number: the next export may give it to another record")
    return found


def _described(known: _Known, path: str, place: int) -> Column:
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
    if field == "lines" and not items:
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
    names, fields = Names(), _line_fields(items)
    found = []
    for place, (key, tally) in enumerate(items.items(), start=1):
        field = fields.get(key)
        guess = _type(tally, field, field, is_id=field in ("line_no", "product_id"))
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


def _is_inside_another(path: str, columns: Mapping[str, ColumnTally]) -> bool:
    parts = path.split(".")
    return any(".".join(parts[:n]) in columns for n in range(1, len(parts)))


def _region(columns: Mapping[str, ColumnTally], named: Mapping[str, str]) -> str | None:
    phones = [columns[path] for path, meaning in named.items() if meaning == "phone"]
    return "CN" if any(tally.share_looking(v.CN_MOBILE) > 0.5 for tally in phones) else None  # noqa: PLR2004


def _time_zone(columns: tuple[Column, ...]) -> str:
    local = [column.path for column in columns if column.local_times]
    if local:
        return f"times without a zone: {', '.join(local)}; say in which zone the system writes"
    timed = any(column.type == "timestamp" for column in columns)
    return "all times say their offset" if timed else ""


def _remarks(tally: FileTally, columns: Mapping[str, ColumnTally]) -> tuple[str, ...]:
    found = []
    if tally.twice:
        found.append(f"headers that stand twice: {', '.join(tally.twice)}; landing sets such a file aside")
    if tally.unnamed:
        found.append(f"columns without a header: {', '.join(map(str, tally.unnamed))}; they are left out")
    if tally.left_out:
        found.append("more columns than can be looked at: the further ones are left out")
    if tally.unaddressed:
        found.append("keys that look like values, or hold a point, cannot be columns: they are left out")
    inside = len(tally.columns) - len(columns)
    if inside:
        found.append(f"{inside} paths are sometimes a value and sometimes an object: drafted as one column of text")
    if tally.good == 1 and tally.nested:
        [*paths] = tally.nested
        found.append(f"the whole file is one object; records seem to be inside '{paths[0]}': export that list itself")
    return tuple(found)
