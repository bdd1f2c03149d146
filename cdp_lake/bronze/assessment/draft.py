"""A source contract as a person would write it, with a note wherever a guess needs a look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from cdp_lake.bronze.assessment.findings import Assessment, Column, Tie
from cdp_lake.bronze.assessment.watermarks import WatermarkGuess

_HEADER = """\
# A draft of a source contract, made by `cdp-lake source profile` from {records} records of {looked_at}.
# Every guess that needs a human look says `look:`. When it is right, put it into conf/sources/{name}.yml,
# name the source in conf/survivorship.yml, and {to_do}.
"""
_ORDERS = ("order_rows", "receipt", "ad_spend", "product")


class WayIn(NamedTuple):
    """How the records come in: the setting that says it, what was looked at, and what is left to do."""

    setting: str
    looked_at: str
    to_do: str


def by_files(name: str, suffix: str) -> WayIn:
    """Files below the landing folder. suffix: theirs, such as `.csv`."""
    return WayIn(f"files: {_scalar(f'{name}/*{suffix}')}", "one file", f"put files below landing/{name}/")


def by_table(connection: str, table: str, guess: WatermarkGuess) -> WayIn:
    """A table of a database, read on from a watermark if one was found."""
    watermark = {"watermark": guess.column} if guess.column else {}
    feed = _flow({"connection": connection, "table": table} | watermark)
    return WayIn(_noted(f"table: {feed}", guess.doubt), f"{connection}: {table}", "run")


def draft(found: Assessment, name: str, way: WayIn) -> str:
    """The contract of a source of that name, as YAML."""
    told = {"looked_at": way.looked_at, "to_do": way.to_do}
    return _HEADER.format(records=f"{found.records:,}", name=name, **told) + "".join(
        f"{line}\n" for line in _lines(found, name, way)
    )


def _lines(found: Assessment, name: str, way: WayIn) -> Iterator[str]:
    yield f"name: {_scalar(name)}"
    yield _noted("about: Say what this feed is and who keeps it.", "a sentence for the next reader")
    yield _noted(f"kind: {found.kind.kind}", "" if found.kind.is_sure else f"{found.kind.reason}; choose the kind")
    if found.unfilled:
        yield f"# look: no column fills {', '.join(found.unfilled)}"
    yield f"format: {found.read_as.format}"
    yield way.setting
    if found.read_as.encoding != "utf-8":
        yield _noted(f"encoding: {found.read_as.encoding}", found.read_as.encoding_why)
    if found.read_as.delimiter not in (None, ","):
        yield f"delimiter: {_scalar(found.read_as.delimiter)}"
    yield from _key_lines(found)
    yield from _place_lines(found)
    yield "columns:"
    for column in found.columns:
        yield from _column_lines(column)
    yield from _tie_lines(found.ties)


def _key_lines(found: Assessment) -> Iterator[str]:
    if found.key.columns:
        yield _noted(f"key: {_flow(list(found.key.columns))}", found.key.doubt)
    else:
        yield _noted(f"# no key: {found.key.reason}", found.key.doubt)
    if found.version:
        yield f"version: {_flow({'column': found.version, 'keep': found.keep})}"


def _place_lines(found: Assessment) -> Iterator[str]:
    if found.region:
        yield _noted(f"region: {found.region}", "phones without a country code are read as numbers of this region")
    elif any(column.meaning == "phone" for column in found.columns):
        yield _noted("# region: US", "where phones without a country code are")
    if any(column.local_times for column in found.columns):
        yield _noted("time_zone: UTC", "times say no zone: name the one the system writes in")
    has_currency = any(column.field == "currency" for column in found.columns)
    if found.kind.kind in _ORDERS and not has_currency and any(c.field == "amount" for c in found.columns):
        yield _noted("# currency: USD", "no column says the currency")


def _column_lines(column: Column) -> Iterator[str]:
    note = "; ".join(_notes(column))
    if not column.columns:
        yield _noted(f"  - {_flow(_settings(column))}", note)
        return
    yield f"  - name: {_scalar(column.name)}" + (f"  # look: {note}" if note else "")
    for key, value in list(_settings(column).items())[1:]:
        yield f"    {key}: {_scalar(value)}"
    yield "    columns:"
    for item in column.columns:
        yield _noted(f"      - {_flow(_settings(item))}", "; ".join(_notes(item)))


def _settings(column: Column) -> dict[str, Any]:
    settings: dict[str, Any] = {"name": column.name}
    if column.path != column.name:
        settings["path"] = column.path
    if column.field:
        settings["field"] = column.field
    if column.type != "string":
        settings["type"] = column.type
    if column.formats:
        settings["formats"] = list(column.formats)
    if column.required:
        settings["required"] = True
    if column.one_of:
        settings["one_of"] = list(column.one_of)
    if column.pii:
        settings["pii"] = column.pii
    return settings


def _notes(column: Column) -> list[str]:
    return [*column.doubts, *column.quality]


def _tie_lines(ties: tuple[Tie, ...]) -> Iterator[str]:
    known = [tie for tie in ties if tie.is_known]
    if known:
        yield "identifiers:"
    for tie in known:
        yield _noted(f"  - {_flow(_tie(tie))}", tie.doubt)
    for tie in ties:
        if not tie.is_known:
            add = f"add {{name: {tie.namespace}, preset: {tie.namespace}}} to identity.yml first"
            yield _noted(f"  # - {_flow(_tie(tie))}", f"{add}{'; ' + tie.doubt if tie.doubt else ''}")


def _tie(tie: Tie) -> dict[str, Any]:
    return {"namespace": tie.namespace, "column": tie.column} | ({} if tie.carrier else {"carrier": False})


def _noted(line: str, note: str) -> str:
    return f"{line}  # look: {note}" if note else line


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=100_000, sort_keys=False)
    return text.strip()


def _scalar(value: Any) -> str:
    return _flow([value])[1:-1]
