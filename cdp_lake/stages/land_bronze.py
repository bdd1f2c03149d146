"""Land: whatever waits becomes bronze records exactly as received, once, by whichever way it comes in."""

from __future__ import annotations

from cdp_lake.adapters.clock import now
from cdp_lake.bronze.batch import LANDED
from cdp_lake.contracts.ops import FILES
from cdp_lake.stages.job import Job
from cdp_lake.stages.land_files import land_files
from cdp_lake.stages.land_tables import land_tables
from cdp_lake.stages.land_topics import land_topics
from cdp_lake.stages.landing import Landing


def land(job: Job) -> None:
    """Lands what is new since the last publication, as one batch."""
    known = job.lake.collected(FILES, "landing")
    landing = Landing(job, batch=1 + max([0, *(row["batch_id"] for row in known)]), ingested_at=now(), known=known)
    contracts = {contract.name: contract for contract in job.settings.sources}
    rows = [*land_files(landing, contracts), *land_tables(landing, contracts), *land_topics(landing)]
    landing.note(rows)
    if rows:
        landed = [row["record_count"] for row in rows if row["fate"] == LANDED]
        job.facts |= {"files": str(len(landed)), "records": str(sum(landed))}
