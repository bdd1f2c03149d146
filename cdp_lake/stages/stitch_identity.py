"""Stitch: identifiers become evidence, evidence becomes edges, components become profiles with durable ids."""

from __future__ import annotations

from pyspark.sql import DataFrame

from cdp_lake.adapters.graph_engine import connected_components
from cdp_lake.adapters.surrogates import allocate
from cdp_lake.contracts import conform
from cdp_lake.contracts.identity import ASSIGNMENTS, CHANGES, EDGES, IDENTIFIERS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.errors import InvariantBroken
from cdp_lake.identity.assignments import history, minted, mutual_best, overlaps, standing, without_used
from cdp_lake.identity.changes import changes
from cdp_lake.identity.clusters import demoted, edges_inside, live_edges, members, replaced, violations
from cdp_lake.identity.edges import linked
from cdp_lake.identity.guardrails import guarded
from cdp_lake.identity.identifiers import identifiers_of, people_of
from cdp_lake.identity.invariants import broken_laws
from cdp_lake.identity.rows import edge_rows, first_seen, identifier_rows, live_identifiers, record_keys, value_keys
from cdp_lake.stages.job import Job


def stitch(job: Job) -> None:
    """Resolves all records into profiles; ids of the last run are kept wherever people overlap."""
    rules = job.settings.identity
    records = job.lake.read(SOURCE_RECORDS, "identity")
    people = job.staged(people_of(records), "people")
    observed = job.staged(identifiers_of(records), "observed")
    guarded_values = job.staged(guarded(observed, people, rules), "guarded")
    identifiers = job.staged(_numbered(job, guarded_values), "identifiers")
    job.progress.step(f"{identifiers.count():,} identifiers")
    edges = job.staged(linked(identifiers, people, rules), "edges")
    job.progress.step(f"{edges.count():,} edges found")
    clusters, edges = _clusters(job, record_keys(people), edges, identifiers)
    before = standing(job.lake.read(ASSIGNMENTS, "identity"))
    assigned = job.staged(_named(job, clusters, before).join(first_seen(records), "record_sk"), "assigned")
    _commit(job, identifiers, edges, assigned, before)


def _numbered(job: Job, identifiers: DataFrame) -> DataFrame:
    """Identifiers with their surrogates, old ones kept, new ones given out."""
    known = value_keys(job.lake.head(IDENTIFIERS))
    fresh = identifiers.select("namespace", "value").distinct().join(known, ["namespace", "value"], "left_anti")
    numbered = allocate(job.lake, fresh, "identifier_sk", "identifier_sk")
    # Both: one row per (namespace, value), disjoint.
    return identifiers.join(known.unionByName(numbered), ["namespace", "value"])


def _clusters(job: Job, nodes: DataFrame, edges: DataFrame, identifiers: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Clusters that keep every limit, and the edges as they then stand; only what breaks a limit is built again."""
    rules = job.settings.identity
    values = live_identifiers(identifiers)
    clusters = connected_components(nodes, live_edges(edges), rules.components)
    broken = job.staged(violations(clusters, values, rules), "broken")
    count = broken.count()
    job.progress.step(f"components found, {count:,} of them break a limit")
    if not count:
        return clusters, edges
    settled = job.staged(demoted(edges, clusters, broken, values, rules), "settled")
    inside = members(clusters, broken)
    apart = connected_components(inside, edges_inside(live_edges(settled), inside), rules.components)
    whole = job.staged(replaced(clusters, broken, apart), "clusters")
    still = violations(whole, values, rules).count()
    if still:
        raise InvariantBroken(f"{still:,} clusters still break a limit after their evidence was weighed")
    job.progress.step(f"{apart.select('cluster_sk').distinct().count():,} clusters made of those {count:,}")
    return whole, settled


def _named(job: Job, clusters: DataFrame, before: DataFrame) -> DataFrame:
    """One row per record with its profile id: kept by overlap, or new."""
    pairs = overlaps(clusters, before).persist()
    kept = job.spark.createDataFrame([], "cluster_sk BIGINT, profile_id STRING")
    while not pairs.isEmpty():
        best = mutual_best(pairs).persist()
        kept, pairs = kept.unionByName(best), without_used(pairs, best).persist()
    nameless = clusters.select("cluster_sk").distinct().join(kept, "cluster_sk", "left_anti")
    fresh = minted(allocate(job.lake, nameless, "profile_id", "number"))
    # Both: one row per cluster, disjoint.
    return clusters.join(kept.unionByName(fresh), "cluster_sk").select("record_sk", "profile_id")


def _commit(job: Job, identifiers: DataFrame, edges: DataFrame, assigned: DataFrame, before: DataFrame) -> None:
    edge_table = conform(edge_rows(edges), EDGES).persist()
    laws = broken_laws(assigned.select("record_sk"), edge_table, assigned).first()
    if laws is None or any(laws.asDict().values()):
        raise InvariantBroken(f"identity laws do not hold, nothing is published: {laws}")
    published = job.lake.read(ASSIGNMENTS, "identity")
    job.upsert(IDENTIFIERS, conform(identifier_rows(identifiers), IDENTIFIERS).persist(), complete=True)
    job.upsert(EDGES, edge_table, complete=True)
    job.upsert(ASSIGNMENTS, conform(history(assigned, published, job.as_of), ASSIGNMENTS).persist())
    happened = conform(changes(assigned, before, job.run_id, job.as_of, "stitch_identity"), CHANGES).persist()
    counts = {row["change"]: row["count"] for row in happened.groupBy("change").count().collect()}
    if counts:
        job.append(CHANGES, happened)
    job.facts |= {change: str(count) for change, count in sorted(counts.items())}
    job.progress.step(
        ", ".join(f"{count:,} profiles {change}" for change, count in sorted(counts.items())) or "no change"
    )
