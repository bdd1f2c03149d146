"""Profiles: the golden record of every person, published as one table."""

from __future__ import annotations

from cdp_lake.contracts.gold import PROFILES
from cdp_lake.contracts.identity import ASSIGNMENTS, IDENTIFIERS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.gold import build_profiles
from cdp_lake.stages.job import Job

PURPOSE = "profiles"


def build(job: Job) -> None:
    """Rebuilds the golden records and commits those that changed."""
    records, assignments, identifiers = (
        job.lake.read(table, PURPOSE) for table in (SOURCE_RECORDS, ASSIGNMENTS, IDENTIFIERS)
    )
    profiles = build_profiles(records, assignments, identifiers, job.settings.survivorship).persist()
    job.progress.step(f"{profiles.count():,} profiles built")
    job.check((PROFILES, profiles))
    job.upsert(PROFILES, profiles, complete=True)
