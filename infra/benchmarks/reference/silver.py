"""Refining by the reference engine, from bronze tables to silver and what was set aside, all in Delta."""

# ruff: noqa: S608 - SQL is made from settings, never from data
from __future__ import annotations

from pathlib import Path

import duckdb

from cdp_lake.config.settings import Settings
from cdp_lake.contracts.silver import FACT_TABLES, SOURCE_RECORDS
from reference.engine import quoted, text, written
from reference.facts import facts_query
from reference.fates import decide, fates_query, quarantine_query
from reference.landing import Landed
from reference.parsing import parse
from reference.people import TELLS_OF_NOBODY, link_key, standardise
from reference.records import combine


def refined(db: duckdb.DuckDBPyConnection, settings: Settings, landed: Landed, out: Path) -> int:
    """Silver, ops.fates and ops.quarantine below `out`; returns how many people's versions are in doubt."""
    contracts = [c for c in settings.sources if any(f["fate"] == "landed" for f in landed.files[c.name])]
    for contract in contracts:
        parse(db, contract, [f for f in landed.files[contract.name] if f["fate"] == "landed"])
        decide(db, contract)
    standardise(db, contracts, {n.name: n.normaliser for n in settings.identity.namespaces})
    doubtful = combine(db)
    for contract in contracts:
        db.execute(_linked(contract.name, contract.kind not in TELLS_OF_NOBODY and link_key(contract)))
    written(db, f"SELECT {_listed(SOURCE_RECORDS.value_columns)} FROM records", out / "silver" / "source_records")
    for table in FACT_TABLES:
        short = table.name.split(".")[1]
        parts = [query for c in contracts if (query := facts_query(short, c))]
        if parts:
            rows = " UNION ALL BY NAME ".join(f"({part})" for part in parts)
            written(db, f"SELECT {_listed(table.value_columns)} FROM ({rows})", out / "silver" / short)
    names = [contract.name for contract in contracts]
    written(db, fates_query(names), out / "ops" / "fates")
    written(db, quarantine_query(names), out / "ops" / "quarantine")
    return doubtful


def _linked(source: str, link: str | bool) -> str:
    """SQL that makes `linked_<source>`: what passed, with the surrogate of its person."""
    if not link:
        return f"CREATE VIEW linked_{source} AS SELECT * FROM passed_{source}"
    return (
        f"CREATE VIEW linked_{source} AS SELECT p.*, l.record_sk FROM passed_{source} p "
        f"LEFT JOIN links l ON l.source = {text(source)} AND l._link = {link}"
    )


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, columns))
