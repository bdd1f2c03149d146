"""The reference engine's run over the same files and the same lake, and the comparison of what both made."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import duckdb
from equality import Side, Verdict, compared, nodes
from reference.engine import connected
from reference.gold import traits_and_segments
from reference.landing import landed
from reference.silver import refined
from reference.spelling import define
from spark_side import SparkRun

from cdp_lake.adapters.clock import seconds_since, tick
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.bronze import COLUMNS as BRONZE_COLUMNS
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.gold import SEGMENT_CHANGES, SEGMENT_MEMBERSHIPS
from cdp_lake.contracts.ops import FATES, FILES, QUARANTINE
from cdp_lake.contracts.silver import SILVER_TABLES, SOURCE_RECORDS
from cdp_lake.stages.configuration import traits_contract

# What is of one run or one clock, and no part of what the files say.
OF_ONE_RUN = frozenset({"_ingested_at", "run_id"})


@dataclass(frozen=True)
class ReferenceRun:
    """Seconds of each part, and how many nodes' order was left to the record id (see `reference.records`)."""

    seconds: dict[str, float]
    tied: int


def run_reference(spark: SparkRun, out: Path, memory: str) -> ReferenceRun:
    """Both parts of the work below `out`, each timed from its inputs to its last Delta commit."""
    shutil.rmtree(out, ignore_errors=True)
    with connected(memory, out / "spill") as db:
        mark = tick()
        define(db)
        found = landed(db, Path(spark.settings.lake.landing), spark.settings.sources, out)
        landing = seconds_since(mark)
        tied = refined(db, spark.settings, found, out)
        refining = seconds_since(mark) - landing
    with connected(memory, out / "spill") as db:
        mark = tick()
        traits_and_segments(db, spark.settings, spark.versions, as_of(spark.settings), out)
        gold = seconds_since(mark)
    seconds = {"landing": landing, "refining": refining, "traits and segments": gold}
    return ReferenceRun({part: round(value, 3) for part, value in seconds.items()}, tied)


def as_of(settings: Settings) -> datetime:
    """The time the lake believes it is; the benchmark's settings always say it."""
    if settings.lake.as_of is None:
        raise ValueError("lake.as_of is not set: both sides would count to another moment")
    return settings.lake.as_of.astimezone(timezone.utc)


def verdicts(spark: SparkRun, out: Path, memory: str) -> list[Verdict]:
    """Every table that both sides made, compared."""
    with connected(memory, out / "spill") as db:
        return [_verdict(db, spark, out, name, columns) for name, columns in _tables(spark)]


def _tables(spark: SparkRun) -> list[tuple[str, list[str]]]:
    gold = (traits_contract(spark.settings), SEGMENT_MEMBERSHIPS, SEGMENT_CHANGES)
    of_contract = [(t.name, t.value_columns) for t in (FILES, FATES, QUARANTINE, *SILVER_TABLES, *gold)]
    bronze = [(bronze_table(s.name).name, tuple(c.name for c in BRONZE_COLUMNS)) for s in spark.settings.sources]
    tables = [*bronze, *of_contract]
    return [(name, [c for c in columns if c not in OF_ONE_RUN]) for name, columns in tables if name in spark.versions]


def _verdict(db: duckdb.DuckDBPyConnection, spark: SparkRun, out: Path, name: str, columns: list[str]) -> Verdict:
    lake, place, records = Path(spark.settings.lake.path), name.split("."), SOURCE_RECORDS.name.split(".")
    of_spark = nodes(lake.joinpath(*records), spark.versions[SOURCE_RECORDS.name])
    of_reference = nodes(out.joinpath(*records))
    one = Side(lake.joinpath(*place), spark.versions[name], of_spark)
    return compared(db, name, columns, (one, Side(out.joinpath(*place), None, of_reference)))
