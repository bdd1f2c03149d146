"""Unland: a wrong file was landed; take its batch out of the lake, and everything that was built on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cdp_lake.adapters.clock import now
from cdp_lake.adapters.lake import Lake
from cdp_lake.bronze.batch import LANDED
from cdp_lake.bronze.unlanding import position_before, unlanded
from cdp_lake.config.settings import Settings
from cdp_lake.contracts import TableContract, conform
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import CORRECTIONS, FATES, FILES, POSITIONS, QUARANTINE
from cdp_lake.contracts.silver import SILVER_TABLES
from cdp_lake.errors import ConfigError
from cdp_lake.stages.job import Progress
from cdp_lake.stages.pipeline import STAGES, stages_named
from cdp_lake.stages.runner import StageOutcome, run_stages

_AFTER_LANDING = tuple(stage for stage in STAGES if stage.name not in ("land_bronze", "refine_silver"))


def unland(lake: Lake, settings: Settings, batch: int, progress: Progress) -> list[StageOutcome]:
    """Removes a landed batch, refines what is left anew, and runs the later stages.

    What is removed is published together with the silver that was rebuilt without it: a reader sees both or neither,
    and a killed command is repaired by repeating it.
    """
    files = _files_of(lake, batch)
    run_id, before = f"u{now():%Y%m%dT%H%M%S}-{lake.publication_no:06d}", lake.publication_no
    touched = _removed(lake, batch, files)
    heads = {table.name: version for table in touched if (version := lake.tables.version(table)) is not None}
    lake.versions = {**lake.versions, **heads}
    outcomes = run_stages(lake, settings, stages_named(("refine_silver",)), progress, rebuild=True)
    if lake.publication_no == before:
        # Nothing of silver came from the batch, so refining published nothing.
        lake.publish(run_id, "unland", heads, now())
    return outcomes + run_stages(lake, settings, _AFTER_LANDING, progress)


def _files_of(lake: Lake, batch: int) -> list[dict[str, Any]]:
    rows = [row.asDict() for row in lake.read(FILES, "landing").collect()]
    landed = [row for row in rows if row["fate"] == LANDED]
    found = [row for row in landed if row["batch_id"] == batch]
    if not found:
        known = ", ".join(map(str, sorted({row["batch_id"] for row in landed}))) or "none"
        raise ConfigError(f"no landed batch {batch}; landed batches: {known}. See them with: cdp-lake show batches")
    return found


def _removed(lake: Lake, batch: int, files: list[dict[str, Any]]) -> list[TableContract]:
    """Deletes the batch from every table that holds rows of it; returns those tables."""
    bronze = [bronze_table(source) for source in sorted({file["source"] for file in files})]
    for table in bronze:
        lake.delete(table, f"_batch_id = {batch}")
    # Silver rows name the bronze record they came from, and a record id begins with its file's.
    mine = f"substring(_record_id, 1, 16) IN ({_quoted(file['file_id'] for file in files)})"
    silver = [table for table in SILVER_TABLES if table.name in lake.versions]
    for table in silver:
        lake.delete(table, mine)
    for table in (FATES, QUARANTINE, CORRECTIONS):
        lake.delete(table, f"batch_id = {batch}")
    # Of other batches too: a record can be set aside only because of one that is now gone.
    lake.delete(QUARANTINE, "record_id NOT LIKE 'file:%'")
    known = lake.read(FILES, "landing")
    lake.upsert(FILES, conform(unlanded(known, batch), FILES))
    moved = _moved_back(lake, batch, {file["source"] for file in files})
    return [*bronze, *silver, FATES, QUARANTINE, CORRECTIONS, FILES, *moved]


def _moved_back(lake: Lake, batch: int, sources: set[str]) -> list[TableContract]:
    """Moves tables of databases back to where the batch began: their next run reads again what it had read."""
    positions = lake.read(POSITIONS, "landing").where("part = ''")
    rows = [row.asDict() for row in positions.collect() if row["source"] in sources]
    if not rows:
        return []
    files = [row.asDict() for row in lake.read(FILES, "landing").collect()]
    for row in rows:
        row["position"] = position_before([file for file in files if file["source"] == row["source"]], batch)
    mine = positions.where(positions["source"].isin(*(row["source"] for row in rows)))
    standing = lake.spark.createDataFrame([row for row in rows if row["position"]], POSITIONS.schema)
    lake.upsert(POSITIONS, conform(standing, POSITIONS), complete=True, replacing=mine)
    return [POSITIONS]


def _quoted(file_ids: Iterable[str]) -> str:
    return ", ".join(f"'{file_id}'" for file_id in sorted(file_ids))
