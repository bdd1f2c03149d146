"""Feeds ordered by their full exports: one that comes late turns copies into versions, and versions into copies."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import DataFrame

from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts.ops import FATES
from cdp_lake.silver import redriving
from cdp_lake.silver.fates import PASSED
from cdp_lake.stages.driven_again import PURPOSE, Again, parts_among
from cdp_lake.stages.job import Job


def turned(job: Job, contracts: Iterable[SourceContract], fates: DataFrame, again: Again | None) -> Again | None:
    """Earlier records that have to be told anew, because a record of their key passes that did not, or no longer does.

    fates: those this run decided, all of a key together. again: what is driven again anyhow. None where nothing turned.
    """
    names = [contract.name for contract in contracts if contract.orders_by_export]
    if job.rebuild or not names:
        return None
    published = job.lake.read(FATES, PURPOSE)
    before = published.where(published["source"].isin(*names))
    keys = job.staged(redriving.keys_that_turned(before, fates), "turned_keys")
    if keys.isEmpty():
        return None
    earlier = job.staged(redriving.of_keys(before, keys), "of_turned_keys")
    passing = redriving.those_among(earlier, fates.where(fates["fate"] == PASSED))
    passing = passing if again is None else redriving.not_among(passing, again.driven)
    driven = job.staged(passing, "told_anew")
    return Again(driven, parts_among(job, driven), lost=earlier, said_anew=earlier)
