"""Surrogates of identifiers: old ones kept, new ones given out."""

from __future__ import annotations

from pyspark.sql import DataFrame

from cdp_lake.adapters.surrogates import allocate
from cdp_lake.stages.job import Job


def numbered(job: Job, identifiers: DataFrame, known: DataFrame) -> DataFrame:
    """Identifiers with their surrogates. known: one row per (namespace, value) that has one (identifier_sk)."""
    fresh = identifiers.select("namespace", "value").distinct().join(known, ["namespace", "value"], "left_anti")
    given = allocate(job.lake, fresh, "identifier_sk", "identifier_sk")
    # Both: one row per (namespace, value), disjoint.
    return identifiers.join(known.unionByName(given), ["namespace", "value"])
