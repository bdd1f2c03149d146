"""Traits and segments by the reference engine, from the lake's published tables, into Delta."""

# ruff: noqa: S608 - SQL is made from settings, never from data
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from cdp_lake.config.settings import Settings
from cdp_lake.contracts import TableContract
from cdp_lake.contracts.gold import PROFILES, SCORES
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.silver import FACT_TABLES
from reference.engine import quoted, scan, written
from reference.moment import Moment, instant, place_facts
from reference.segments import members_query
from reference.traits import compute, sql_type


def traits_and_segments(
    db: duckdb.DuckDBPyConnection, settings: Settings, versions: Mapping[str, int], as_of: datetime, out: Path
) -> None:
    """gold.traits, gold.segment_memberships and gold.segment_changes below `out`, as a first run makes them."""
    read = partial(_published, Path(settings.lake.path), versions)
    scans = {table.name.split(".")[1]: read(table) for table in (ASSIGNMENTS, *FACT_TABLES)}
    profiles, scores = read(PROFILES), read(SCORES)
    moment = Moment(as_of, settings.lake.business_timezone)
    place_facts(db, scans, moment)
    compute(db, settings.traits, profiles, moment)
    written(db, "SELECT * FROM traits", out / "gold" / "traits")
    models = [model.name for model in settings.models.models]
    db.execute(f"CREATE TABLE members AS {members_query(settings.segments, models, profiles, scores)}")
    at = instant(as_of)
    stays = f"SELECT segment, profile_id, {at} AS entered_at, NULL::TIMESTAMPTZ AS exited_at FROM members"
    written(db, stays, out / "gold" / "segment_memberships")
    entries = f"SELECT segment, profile_id, 'entered' AS change, {at} AS changed_at FROM members"
    written(db, entries, out / "gold" / "segment_changes")


def _published(lake: Path, versions: Mapping[str, int], contract: TableContract) -> str:
    """SQL of a table as published; without rows when nothing ever was, as scores of a shop too small for a model."""
    if contract.name in versions:
        return scan(lake.joinpath(*contract.name.split(".")), versions[contract.name])
    plain = [c for c in contract.columns if "<" not in c.type]
    columns = ", ".join(f"CAST(NULL AS {sql_type(c.type)}) AS {quoted(c.name)}" for c in plain)
    return f"(SELECT {columns} WHERE false)"
