"""Parsing by the reference engine: bronze payloads to typed columns, each record with the rules it breaks."""

# ruff: noqa: S608 - SQL is made from settings, never from data
from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import duckdb

from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.sources import SourceContract
from reference.engine import quoted, text, texts
from reference.rules import broken_rules
from reference.typed import value

TRACE = "_record_id, _file_id, _record_no, _line, _record_hash, _frame_error"
CSV_SHAPE, JSON_SHAPE = "wrong_column_count", "invalid_json"


def parse(db: duckdb.DuckDBPyConnection, contract: SourceContract, files: Sequence[dict[str, Any]]) -> None:
    """Makes `parsed_<source>`: trace, typed columns, `rules`, and the payload of records that break one."""
    raw = _csv_texts(contract, files) if contract.format == "csv" else _json_texts(contract)
    values = [f"{_value(c, contract)} AS {quoted(c.name)}" for c in contract.columns]
    shape = CSV_SHAPE if contract.format == "csv" else JSON_SHAPE
    unreadable = f"coalesce(_frame_error, CASE WHEN _corrupt THEN '{shape}' END)"
    rules = f"CASE WHEN {unreadable} IS NOT NULL THEN [{unreadable}] ELSE {broken_rules(contract, _text)} END"
    names = ", ".join(quoted(c.name) for c in contract.columns)
    # Step by step, or every rule about a value would compute the value again.
    db.execute(f"""
        CREATE TABLE parsed_{contract.name} AS
        WITH raw AS MATERIALIZED ({raw}), typed AS MATERIALIZED (SELECT *, {", ".join(values)} FROM raw),
        checked AS MATERIALIZED (SELECT *, {rules} AS rules FROM typed)
        SELECT {TRACE}, CASE WHEN len(rules) > 0 THEN payload END AS payload, {names}, rules,
               {_event_time(contract)} AS _occurred_at
        FROM checked""")
    # Broken records carry their text along; the others' texts would fill the memory.
    db.execute(f"DROP TABLE bronze_{contract.name}")


def _value(column: SourceColumn, contract: SourceContract) -> str:
    """SQL of a column's value; of a list's items both texts and values."""
    if column.type != "list":
        return value(_text(column), column, contract)
    parts = [(part, f"nullif(trim(item.{quoted(part.source_path)}), '')") for part in column.columns]
    fields = [f"{text('_text_' + part.name)}: {raw}" for part, raw in parts]
    fields += [f"{text(part.name)}: {value(raw, part, contract)}" for part, raw in parts]
    return f"list_transform({_text(column)}, lambda item: {{{', '.join(fields)}}})"


def _csv_texts(contract: SourceContract, files: Sequence[dict[str, Any]]) -> str:
    """The texts of each record, its cells named by the header of its own file."""
    by_header: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for file in files:
        by_header[tuple(file["header"])].append(file["file_id"])
    bronze = f"bronze_{contract.name}"
    split = f"SELECT {TRACE}, payload, {_cells(contract.delimiter)} AS cells FROM {bronze} WHERE _file_id IN "
    parts = [
        f"SELECT {TRACE}, payload, len(cells) <> {len(header)} AS _corrupt, {_named_cells(contract, header)} "
        f"FROM ({split} {texts(sorted(ids))})"
        for header, ids in by_header.items()
    ]
    return " UNION ALL ".join(parts)


def _cells(delimiter: str) -> str:
    """SQL of a record's cells; only records with quotes need a pattern."""
    mark = text(delimiter)
    found = rf"regexp_extract_all({mark} || payload, '[{delimiter}](?:\"(?:[^\"]|\"\")*\"|[^{delimiter}]*)')"
    bare = "CASE WHEN cell[2:2] = '\"' THEN replace(cell[3:-2], '\"\"', '\"') ELSE cell[2:] END"
    slow = f"list_transform({found}, lambda cell: {bare})"
    return f"CASE WHEN contains(payload, '\"') THEN {slow} ELSE string_split(payload, {mark}) END"


def _named_cells(contract: SourceContract, header: tuple[str, ...]) -> str:
    place = {name: number for number, name in enumerate(header, start=1)}
    cells = [(c, f"cells[{place[c.source_path]}]" if c.source_path in place else "NULL") for c in contract.columns]
    return ", ".join(f"nullif(trim(CAST({cell} AS VARCHAR)), '') AS {_text(c)}" for c, cell in cells)


def _json_texts(contract: SourceContract) -> str:
    shape = text(json.dumps(_schema([(c.source_path.split("."), c) for c in contract.columns])))
    read = f"CASE WHEN json_valid(payload) THEN json_transform(payload, {shape}) END"
    fields = [(c, "j." + ".".join(map(quoted, c.source_path.split(".")))) for c in contract.columns]
    named = [f"{f if c.type == 'list' else f'''nullif(trim({f}), '')'''} AS {_text(c)}" for c, f in fields]
    source = f"SELECT {TRACE}, payload, {read} AS j FROM bronze_{contract.name}"
    return f"SELECT {TRACE}, payload, j IS NULL AS _corrupt, {', '.join(named)} FROM ({source})"


def _schema(paths: list[tuple[list[str], SourceColumn]]) -> dict[str, Any]:
    """The shape json_transform takes: every leaf a text."""
    shape: dict[str, Any] = {}
    for name in dict.fromkeys(path[0] for path, _ in paths):
        below = [(path[1:], column) for path, column in paths if path[0] == name]
        leaf = next((column for rest, column in below if not rest), None)
        shape[name] = _leaf(leaf) if leaf else _schema(below)
    return shape


def _leaf(column: SourceColumn) -> Any:
    if column.type != "list":
        return "VARCHAR"
    return [_schema([(c.source_path.split("."), c) for c in column.columns])]


def _event_time(contract: SourceContract) -> str:
    """SQL of the event's time, less what the device's clock was off when it sent; null for other kinds."""
    if contract.kind != "event":
        return "CAST(NULL AS TIMESTAMPTZ)"
    received, sent, original, stated = (
        quoted(column.name) if (column := contract.column_of(name)) else "CAST(NULL AS TIMESTAMPTZ)"
        for name in ("received_at", "sent_at", "original_at", "occurred_at")
    )
    return f"coalesce({received} - ({sent} - {original}), {stated}, {original}, {received})"


def _text(column: SourceColumn) -> str:
    return quoted(f"_text_{column.name}")
