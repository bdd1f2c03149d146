"""Where the lake stands: what ran when, what would run now, which tables there are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from pyspark.sql import DataFrame

from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.locks import lock_holder
from cdp_lake.config.settings import Settings
from cdp_lake.contracts import TableContract
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.quality.summary import row_counts
from cdp_lake.stages.configuration import table_contracts
from cdp_lake.stages.judge_sources import late_sources
from cdp_lake.stages.pipeline import STAGES
from cdp_lake.stages.plan import LastRun, last_runs, plan

OPENED_AT_ONCE = 4


@dataclass(frozen=True)
class StageState:
    """One stage: how its last run ended, and why it would run now (empty: it would not)."""

    stage: str
    status: str
    started_at: datetime | None
    seconds: float | None
    rows: int | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """The lake as a whole, each stage, and what is late of each source that promised something."""

    publication_no: int
    writer: str | None
    stages: list[StageState]
    late: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class TableState:
    """One table: its promise, and what is published of it."""

    contract: TableContract
    version: int | None
    rows: int | None


def status(lake: Lake, settings: Settings) -> Status:
    """How every stage last ended and whether it would run now."""
    last = last_runs(lake)
    reasons = {planned.stage: planned.reasons for planned in plan(lake, settings, STAGES, last=last)}
    stages = [_state(stage.name, last.get(stage.name), reasons[stage.name]) for stage in STAGES]
    late = late_sources(lake, settings)
    return Status(lake.publication_no, lock_holder(Path(settings.lake.path)), stages, late)


def tables(lake: Lake, settings: Settings) -> list[TableState]:
    """Every table of the lake by layer; rows are those of the published version, as its log counts them."""
    contracts = (*(bronze_table(source.name) for source in settings.sources), *table_contracts(settings))
    versions = {t.name: lake.versions.get(t.name, _own_memory(lake, t)) for t in contracts}
    there = [t for t in contracts if versions[t.name] is not None]
    # Opening a table is waiting for many small jobs: several at once take a third of the time.
    with ThreadPoolExecutor(max_workers=OPENED_AT_ONCE) as pool:
        frames = dict(zip([t.name for t in there], pool.map(lambda t: _rows_of(lake, t), there), strict=True))
    rows = {row["name"]: row["rows"] for row in row_counts(frames).collect()} if frames else {}
    return [TableState(t, versions[t.name], rows.get(t.name)) for t in contracts]


def _own_memory(lake: Lake, table: TableContract) -> int | None:
    """The newest version of a table the lake keeps about itself: those are never published."""
    return lake.tables.version(table) if table.layer == "ops" else None


def _rows_of(lake: Lake, table: TableContract) -> DataFrame:
    return lake.read(table, "operations") if table.name in lake.versions else lake.head(table)


def _state(stage: str, known: LastRun | None, reasons: tuple[str, ...]) -> StageState:
    if known is None:
        return StageState(stage, "never", None, None, None, reasons)
    last = known.last
    # Appended tables write -1: nobody counted them.
    rows = sum(max(count, 0) for count in (last["rows_written"] or {}).values())
    started = last["started_at"].astimezone(timezone.utc)
    return StageState(stage, last["status"], started, last["seconds"], rows, reasons)
