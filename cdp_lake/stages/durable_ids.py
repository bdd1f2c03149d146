"""Durable ids of clusters: the old ones where they overlap, new ones from the entity's sequence."""

from __future__ import annotations

from pyspark.sql import DataFrame

from cdp_lake.adapters.surrogates import allocate
from cdp_lake.identity.assignments import HOUSEHOLD, PERSON, minted, mutual_best, overlaps, without_used
from cdp_lake.stages.job import Job

_SEQUENCES = {PERSON: "profile_id", HOUSEHOLD: "household_id"}


def named(job: Job, clusters: DataFrame, before: DataFrame, entity: str = PERSON) -> DataFrame:
    """One row per record with its profile id, or that of another entity: kept by overlap, or new."""
    pairs = overlaps(clusters, before).persist()
    kept = job.spark.createDataFrame([], "cluster_sk BIGINT, profile_id STRING")
    more = True
    while more:
        best = mutual_best(pairs).persist()
        kept, pairs = kept.unionByName(best), without_used(pairs, best).persist()
        more = not pairs.isEmpty()
    nameless = clusters.select("cluster_sk").distinct().join(kept, "cluster_sk", "left_anti")
    fresh = minted(allocate(job.lake, nameless, _SEQUENCES[entity], "number"), entity)
    # Both: one row per cluster, disjoint.
    return clusters.join(kept.unionByName(fresh), "cluster_sk").select("record_sk", "profile_id")
