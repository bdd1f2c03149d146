"""What sources delivered, held against their history, what they promised, and what they counted themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timezone
from typing import Any

from pyspark.sql import DataFrame

from cdp_lake.adapters.clock import moment_of, now
from cdp_lake.adapters.control_files import counted_by_source
from cdp_lake.adapters.lake import Lake
from cdp_lake.bronze.batch import LANDED
from cdp_lake.config.settings import Settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts.ops import FILES, MEASURES, RUNS
from cdp_lake.quality.history import Verdict
from cdp_lake.quality.promises import (
    Delivered,
    delivery_verdict,
    late,
    newest_files,
    newest_records,
    plan_verdict,
    reconciled,
    words_verdict,
)
from cdp_lake.silver.facts.stated_consents import unknown_words
from cdp_lake.silver.planned import unplanned_events
from cdp_lake.stages.job import MEANT_AFTER_ALL, Job
from cdp_lake.stages.measure_quality import as_judged, fate_shares, measured_sources

FileRow = Mapping[str, Any]
Feeds = Sequence[tuple[SourceContract, DataFrame]]


def judge_sources(
    job: Job, feeds: Feeds, files: Mapping[str, Sequence[FileRow]], fates: Mapping[tuple[str, str], int]
) -> None:
    """Measures and judges what is being refined; raises QualityGateFailed before anything is committed.

    feeds: parsed records by contract, of sources with new files. files: those being refined, by source. fates: counts
    by source and fate.
    """
    if not feeds:
        return
    kept = [*_reconciled(job, [contract for contract, _ in feeds], files), *_worded(feeds), *_planned(feeds)]
    judged = []
    # All batches at once are no batch that could be compared with one.
    if not job.rebuild:
        found = measured_sources(job.settings.quality.history, feeds, job.as_of)
        mine = {name: count for name, count in fates.items() if name[0] in files}
        judged += job.held_against_history([*found, *fate_shares(mine)])
        sizes = {name: sum(file["record_count"] for file in fresh) for name, fresh in files.items()}
        told = [delivery_verdict(contract, sizes[contract.name]) for contract, _ in feeds]
        kept += [verdict for verdict in told if verdict is not None]
    promised = as_judged(kept)
    job.judged += promised
    job.refuse([*judged, *promised], MEANT_AFTER_ALL)


def late_sources(lake: Lake, settings: Settings) -> dict[str, tuple[str, ...]]:
    """What is late of each source that promised something; sources that keep their promises are left out."""
    as_of = (settings.lake.as_of or now()).astimezone(timezone.utc)
    asked = [source for source in settings.sources if source.expects.every or source.expects.at_most_behind]
    if not asked:
        return {}
    files = {row["source"]: moment_of(row["newest_ns"]) for row in newest_files(lake.head(FILES)).collect()}
    records = newest_records(lake.head(MEASURES), lake.head(RUNS)).collect()
    record_at = {row["name"]: row["record_at"].astimezone(timezone.utc) for row in records}
    found = {s.name: late(s, Delivered(files.get(s.name), record_at.get(s.name)), as_of) for s in asked}
    return {name: told for name, told in found.items() if told}


def _worded(feeds: Feeds) -> Iterator[Verdict]:
    """Whether the words of consents in feeds of people are those that their contracts know."""
    for contract, rows in feeds:
        counts = unknown_words(rows, contract).collect() if contract.consents else []
        for count in counts:
            yield from (words_verdict(contract, column, unknown) for column, unknown in count.asDict().items())


def _planned(feeds: Feeds) -> Iterator[Verdict]:
    """Whether feeds of events send what they planned to; those that set other events aside need not be told of them."""
    for contract, rows in feeds:
        if contract.plan is not None and contract.plan.unplanned == "warn":
            yield from (plan_verdict(contract, *row) for row in unplanned_events(rows, contract).collect())


def _reconciled(
    job: Job, contracts: Sequence[SourceContract], files: Mapping[str, Sequence[FileRow]]
) -> Iterator[Verdict]:
    counting = [contract for contract in contracts if contract.counts is not None]
    if not counting:
        return
    landed = [row.asDict() for row in job.lake.read(FILES, "refinement").collect() if row["fate"] == LANDED]
    for contract in counting:
        mine = [file for file in landed if file["source"] == contract.name]
        fresh = {file["file_id"] for file in files[contract.name]}
        yield from reconciled(contract, counted_by_source(job.landing, contract), mine, fresh)
