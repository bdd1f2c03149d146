"""Show the sources: what each one is, what has landed of it, and what waits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from pyspark.sql import Row

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts.ops import FILES
from cdp_lake.errors import SourceNotRead
from cdp_lake.quality.summary import file_counts
from cdp_lake.stages.judge_sources import late_sources
from cdp_lake.stages.land_topics import behind
from cdp_lake.stages.plan import new_files

PURPOSE = "show"


@dataclass(frozen=True)
class SourceState:
    """One source: its contract, files and records landed, files set aside, its last batch, what waits and what is late.

    Of a topic the files are ranges of offsets, and messages wait; None where `unread` says why nobody knows.
    """

    contract: SourceContract
    landed: int
    records: int
    refused: int
    last_batch: int | None
    waiting: int | None
    unread: str = ""
    late: tuple[str, ...] = ()


def sources(lake: Lake, settings: Settings) -> list[SourceState]:
    """Every source of the settings, in order of its name."""
    seen = {row["source"]: row for row in file_counts(lake.read(FILES, PURPOSE)).collect()}
    waiting: dict[str, int | SourceNotRead] = {**Counter(file.source for file in new_files(lake, settings))}
    waiting |= {**behind(lake, settings), **_paused(settings)}
    late = late_sources(lake, settings)
    found = sorted(settings.sources, key=lambda one: one.name)
    states = [_state(contract, seen.get(contract.name), waiting.get(contract.name, 0)) for contract in found]
    return [replace(state, late=late.get(state.contract.name, ())) for state in states]


def _paused(settings: Settings) -> dict[str, SourceNotRead]:
    """The sources that are passed over for now, with the connection that says so."""
    known = settings.connections
    names = {one.name for one in known.databases if one.paused} | {one.name for one in known.kafka if one.paused}
    through = {one.name: way.connection for one in settings.sources if (way := one.topic or one.table)}
    return {
        source: SourceNotRead(f"connection {name} is paused (conf: connections)")
        for source, name in through.items()
        if name in names
    }


def _state(contract: SourceContract, seen: Row | None, waiting: int | SourceNotRead) -> SourceState:
    unread = str(waiting) if isinstance(waiting, SourceNotRead) else ""
    waits = None if isinstance(waiting, SourceNotRead) else waiting
    if seen is None:
        return SourceState(contract, 0, 0, 0, None, waits, unread)
    return SourceState(contract, seen["landed"], seen["records"], seen["refused"], seen["last_batch"], waits, unread)
