"""From counts to guesses: what a file's columns mean, its kind, its key, and who is identified by what."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from cdp_lake.bronze.assessment import values as v
from cdp_lake.bronze.assessment.columns import ColumnTally
from cdp_lake.bronze.assessment.description import Known, described_column, line_fields
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
from cdp_lake.bronze.assessment.records import MAPS
from cdp_lake.bronze.assessment.tallies import FileTally
from cdp_lake.bronze.assessment.ties import IDENTIFYING, likely_ties
from cdp_lake.config.source_kinds import LINE_FIELDS


def judged(tally: FileTally, read_as: ReadAs, has_more: bool, namespaces: Set[str]) -> Assessment:
    """The assessment of a file whose records were counted. namespaces: those that identity rules know."""
    columns = _columns(tally, read_as)
    lists = {path: found for path, found in tally.simple_lists().items() if path in columns}
    meanings = _meanings(columns, lists)
    kind = likely_kind({found.name for found in meanings.values()})
    named = meanings_in(kind.kind, {path: found.name for path, found in meanings.items()})
    meanings = {path: Meaning(named[path], found.doubt) for path, found in meanings.items()}
    version = _version(kind, named)
    key = _key(tally, columns, meanings, version, kind)
    known = Known(tally, meanings, fields_filled(kind.kind, named), kind, key, lists, Names())
    described = tuple(described_column(known, path, place) for place, path in enumerate(columns, start=1))
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


def _columns(tally: FileTally, read_as: ReadAs) -> dict[str, ColumnTally]:
    """The columns of the file; in JSON a path that is a value now and an object then hides what is below it."""
    if read_as.format == "csv":
        return tally.columns
    above = {path for path in tally.columns if any(other.startswith(f"{path}.") for other in tally.columns)}
    for path in above:
        tally.others.setdefault(path, set()).add(MAPS)
    return {path: found for path, found in tally.columns.items() if not any(path.startswith(f"{p}.") for p in above)}


def _meanings(columns: Mapping[str, ColumnTally], lists: Mapping[str, Mapping[str, ColumnTally]]) -> dict[str, Meaning]:
    found = {path: meaning for path, tally in columns.items() if (meaning := meaning_of(tally))}
    # Lines without all that a line needs are no lines of a receipt.
    whole = {path for path, items in lists.items() if set(LINE_FIELDS) <= set(line_fields(items).values())}
    return {path: meaning for path, meaning in found.items() if meaning.name != "lines" or path in whole}


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
    # Whom an event is about is not which event it is.
    strangers = set() if kind.kind == "person" else {path for path, m in meanings.items() if m.name in IDENTIFYING}
    like = [path for path, found in hashed.items() if is_id_like(found, meanings.get(path))]
    own = {"event": "message_id", "receipt": "order_id", "product": "product_id", "consent": "decision_id"}
    first = [path for path in like if path in meanings and meanings[path].name == own.get(kind.kind)]
    counted = [path for path in like if path in meanings and meanings[path].name == "row_no"]
    ids = [*first, *(path for path in like if path not in (*first, *counted, *strangers)), *counted]
    found = likely_key(hashed, tally.hashes, ids, version, lines=kind.kind == "order_rows")
    if set(counted) & set(found.columns):
        return replace(found, doubt="a row number: the next export may give it to another record")
    return found


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
        found.append(f"{inside} paths are sometimes a value and sometimes an object: drafted as JSON text")
    if tally.good == 1 and tally.nested:
        [*paths] = tally.nested
        found.append(f"the whole file is one object; records seem to be inside '{paths[0]}': export that list itself")
    return tuple(found)
