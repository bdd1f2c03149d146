"""Sources whose data expires: what grew too old leaves its people, with their facts, and comes back when told anew."""

from __future__ import annotations

from datetime import timezone

from pyspark.sql import DataFrame

from cdp_lake.adapters.clock import now
from cdp_lake.config.settings import Settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts import conform
from cdp_lake.contracts.ops import FATES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.silver.expiry import with_expiry
from cdp_lake.stages.absences import everybody, with_the_absent
from cdp_lake.stages.job import Job

Feeds = list[tuple[SourceContract, tuple[int, ...]]]


def expiring_on(settings: Settings) -> str:
    """The day by which records are judged, as text; nothing where no source expires."""
    if not _expiring(settings):
        return ""
    return f"{(settings.lake.as_of or now()).astimezone(timezone.utc):%Y-%m-%d}"


def with_those_who_left(job: Job, feeds: Feeds, fates: DataFrame, records: DataFrame) -> DataFrame:
    """The candidate source records, with everybody who left by a full export or by the calendar, or came back.

    feeds: contracts, each with the batches of this run. fates: those this run decided.
    """
    expiring = _expiring(job.settings)
    # Of an export that came earlier, too: who is absent is told apart from who expired.
    known = {contract.name for contract, _ in feeds}
    earlier: Feeds = [(contract, ()) for contract in expiring if contract.snapshot and contract.name not in known]
    records = with_the_absent(job, [*feeds, *earlier], fates, records)
    if not expiring:
        return records
    lengths = {contract.name: contract.expires for contract in expiring if contract.expires}
    exported = {contract.name for contract in expiring if contract.snapshot}
    told = with_expiry(everybody(job, tuple(lengths), records), lengths, exported, job.as_of)
    others = records.where(~records["source"].isin(*lengths))
    return job.staged(others.unionByName(conform(told, SOURCE_RECORDS)), "in_force")


def expire(job: Job) -> None:
    """Writes which records are too old by now, where no batch is refined."""
    if _expiring(job.settings) and SOURCE_RECORDS.name in job.lake.versions:
        nothing, nobody = (job.lake.tables.empty(table) for table in (FATES, SOURCE_RECORDS))
        job.upsert(SOURCE_RECORDS, with_those_who_left(job, [], nothing, nobody))


def _expiring(settings: Settings) -> list[SourceContract]:
    return [contract for contract in settings.sources if contract.expires]
