"""What changed in silver since a stitch: the records concerned, as they were and as they are."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame

from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.rows import of_records
from cdp_lake.stages.job import Job

PURPOSE = "identity"


@dataclass(frozen=True)
class Change:
    """What came, went or changed: rows of silver as they were and are, their records, and those still there."""

    versions: DataFrame
    records: DataFrame
    alive: DataFrame


def changed_since(job: Job, version: int) -> Change:
    """What changed in silver.source_records after a version."""
    versions = job.staged(job.lake.changes(SOURCE_RECORDS, PURPOSE, version), "versions")
    records = job.staged(versions.select("record_sk").distinct(), "changed")
    alive = of_records(job.lake.read(SOURCE_RECORDS, PURPOSE), records).select("record_sk").distinct()
    return Change(versions, records, job.staged(alive, "alive"))
