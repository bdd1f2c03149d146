"""Cohesion: what a resemblance joined is weighed as a whole, by the version of the model that joined it."""

from __future__ import annotations

from pyspark.sql import DataFrame

from cdp_lake.adapters.graph_engine import connected_components
from cdp_lake.adapters.similarities import register_similarities
from cdp_lake.contracts.identity import COMPARABLES
from cdp_lake.identity.clusters import edges_inside, live_edges, members, replaced
from cdp_lake.identity.cohesion import (
    clusters_of,
    joined_by_resemblance,
    loosened,
    model_versions,
    pairs_within,
    unlike_the_others,
)
from cdp_lake.identity.matching.frequencies import with_kept_frequencies
from cdp_lake.identity.matching.pairs import with_ends
from cdp_lake.identity.matching.scoring import graded
from cdp_lake.identity.resemblance import as_compared
from cdp_lake.stages.job import Job
from cdp_lake.stages.resemblance import KeptModel, kept_version


def cohesive(job: Job, clusters: DataFrame, edges: DataFrame) -> tuple[DataFrame, DataFrame]:
    """The clusters and edges, those resemblances refused whose ends do not hold together with all they join.

    clusters: one row per record (record_sk, cluster_sk). edges: as found and judged by limits.
    """
    if job.settings.identity.resemblance is None:
        return clusters, edges
    suspects = job.staged(joined_by_resemblance(clusters, edges), "suspects")
    kept = _model_of(job, edges) if suspects.count() else None
    if kept is None:
        return clusters, edges
    scored = _scored(job, kept, clusters, suspects)
    apart = job.staged(unlike_the_others(edges, clusters, suspects, scored), "apart")
    count = apart.count()
    job.progress.step(f"{suspects.count():,} clusters held by resemblance weighed, {count:,} resemblances refused")
    if not count:
        return clusters, edges
    judged, broken = job.staged(loosened(edges, apart), "loosened"), job.staged(clusters_of(apart, clusters), "loose")
    inside = members(clusters, broken)
    parts = connected_components(inside, edges_inside(live_edges(judged), inside), job.settings.identity.components)
    return job.staged(replaced(clusters, broken, parts), "cohesive"), judged


def _model_of(job: Job, edges: DataFrame) -> KeptModel | None:
    """The version that all resemblances come from: with another one everybody is stitched anew."""
    versions = [row["model_version"] for row in model_versions(edges).collect()]
    return kept_version(job.settings, max(versions)) if versions else None


def _scored(job: Job, kept: KeptModel, clusters: DataFrame, suspects: DataFrame) -> DataFrame:
    # The newest rows: what this run compared is not published yet.
    records = as_compared(job.lake.head(COMPARABLES))
    pairs = job.staged(pairs_within(clusters, suspects, records), "pairs_within")
    nodes = with_kept_frequencies(records, kept.frequencies)
    model = kept.model
    register_similarities(job.spark, model.compiled)
    return model.probabilities(graded(with_ends(pairs, nodes, model.compiled, model.columns), model.compiled))
