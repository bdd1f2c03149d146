"""Show the sources: what each one is, what has landed of it, and what waits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from pyspark.sql import Row

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts.ops import FILES
from cdp_lake.quality.summary import file_counts
from cdp_lake.stages.judge_sources import late_sources
from cdp_lake.stages.plan import new_files

PURPOSE = "show"


@dataclass(frozen=True)
class SourceState:
    """One source: contract, files and records landed, files set aside, last batch, files that wait, what is late."""

    contract: SourceContract
    landed: int
    records: int
    refused: int
    last_batch: int | None
    waiting: int
    late: tuple[str, ...] = ()


def sources(lake: Lake, settings: Settings) -> list[SourceState]:
    """Every source of the settings, in order of its name."""
    seen = {row["source"]: row for row in file_counts(lake.read(FILES, PURPOSE)).collect()}
    waiting = Counter(file.source for file in new_files(lake, settings))
    late = late_sources(lake, settings)
    return [
        replace(_state(contract, seen.get(contract.name), waiting[contract.name]), late=late.get(contract.name, ()))
        for contract in sorted(settings.sources, key=lambda one: one.name)
    ]


def _state(contract: SourceContract, seen: Row | None, waiting: int) -> SourceState:
    if seen is None:
        return SourceState(contract, 0, 0, 0, None, waiting)
    return SourceState(contract, seen["landed"], seen["records"], seen["refused"], seen["last_batch"], waiting)
