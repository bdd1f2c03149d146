"""Feeds of full exports: whoever the newest export lacks is deleted since, and comes back with one that has them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from pyspark.sql import DataFrame

from cdp_lake.bronze.batch import LANDED
from cdp_lake.config.snapshot import Snapshot
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts import conform
from cdp_lake.contracts.ops import FATES, FILES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.errors import QualityGateFailed
from cdp_lake.silver.absence import leaving, present_until, with_absences
from cdp_lake.stages.job import Job


class Exports(NamedTuple):
    """When each full export of one source was taken, by file id, and which of them came in this run."""

    taken_at: dict[str, datetime]
    fresh: tuple[datetime, ...]


def with_the_absent(
    job: Job, feeds: Iterable[tuple[SourceContract, tuple[int, ...]]], fates: DataFrame, records: DataFrame
) -> DataFrame:
    """The candidate source records, with everybody of feeds of full exports who left or came back.

    feeds: contracts, each with the batches of this run. fates: those this run decided. Raises QualityGateFailed for an
    export that lacks more than its contract expects.
    """
    for contract, batches in feeds:
        exports = _exports(job, contract.name, contract.snapshot, batches) if contract.snapshot else None
        if contract.snapshot and exports and exports.taken_at:
            mine = _all_fates(job, contract.name, fates)
            presence = job.staged(present_until(mine, exports.taken_at), f"presence_{contract.name}")
            if not job.rebuild:
                _check(contract.name, contract.snapshot, presence, exports)
            told = with_absences(everybody(job, (contract.name,), records), mine, presence)
            others = records.where(records["source"] != contract.name)
            records = job.staged(others.unionByName(conform(told, SOURCE_RECORDS)), f"present_{contract.name}")
    return records


def _exports(job: Job, source: str, snapshot: Snapshot, batches: tuple[int, ...]) -> Exports:
    files = job.lake.read(FILES, "refinement").where(f"source = '{source}' and fate = '{LANDED}'")
    found = [(row, snapshot.taken_at(row["path"])) for row in files.select("file_id", "path", "batch_id").collect()]
    return Exports(
        {row["file_id"]: at for row, at in found if at is not None},
        tuple(at for row, at in found if at is not None and row["batch_id"] in batches),
    )


def _all_fates(job: Job, source: str, fates: DataFrame) -> DataFrame:
    now = fates.where(fates["source"] == source)
    if job.rebuild:
        return now
    before = job.lake.read(FATES, "refinement").where(f"source = '{source}'")
    # now: one row per record.
    return before.join(now, "record_id", "left_anti").unionByName(now)


def everybody(job: Job, sources: tuple[str, ...], records: DataFrame) -> DataFrame:
    """All source records of some sources: the candidates, and published ones of nodes that have none."""
    mine = records.where(records["source"].isin(*sources))
    if job.rebuild:
        return mine
    published = job.lake.read(SOURCE_RECORDS, "refinement", whole=True)
    before = published.where(published["source"].isin(*sources))
    touched = mine.select("record_sk").distinct()
    # touched: one row per node.
    return before.join(touched, "record_sk", "left_anti").unionByName(mine)


def _check(source: str, snapshot: Snapshot, presence: DataFrame, exports: Exports) -> None:
    """Raises QualityGateFailed where an export of this run looks cut short."""
    left = leaving(presence)
    too_many = left["gone"] > snapshot.most_gone * (left["gone"] + left["staying"])
    for at, gone, staying in left.where(left["_gone_at"].isin(*exports.fresh) & too_many).limit(1).collect():
        raise QualityGateFailed(
            f"source {source}: the full export of {at:%Y-%m-%d %H:%M} lacks {gone:,} of {gone + staying:,} records, "
            f"more than snapshot.most_gone = {snapshot.most_gone:g} allows; nothing is published.\n"
            "If its file was cut short, take the batch back out: cdp-lake show batches, cdp-lake unland BATCH.\n"
            f"If so many did leave, run once with --set sources.{source}.snapshot.most_gone=1"
        )
