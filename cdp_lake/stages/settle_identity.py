"""From evidence to profiles with durable ids: what a whole stitch and a single decision have in common."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame

from cdp_lake.adapters.graph_engine import connected_components
from cdp_lake.contracts import conform
from cdp_lake.contracts.identity import ASSIGNMENTS, CHANGES, EDGES
from cdp_lake.errors import InvariantBroken
from cdp_lake.identity.assignments import history, standing
from cdp_lake.identity.changes import CREATED, SPLIT, Making, changes, with_evidence, without_evidence
from cdp_lake.identity.clusters import demoted, edges_inside, live_edges, members, replaced, unexcused, violations
from cdp_lake.identity.invariants import broken_laws
from cdp_lake.identity.rows import edge_rows, of_records, without
from cdp_lake.identity.scope import between_profiles, reachable
from cdp_lake.stages.cohesion import cohesive
from cdp_lake.stages.job import Job
from cdp_lake.stages.settle_households import household_history

PURPOSE = "identity"


def settled(job: Job, nodes: DataFrame, edges: DataFrame, held: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Clusters that keep every limit and hold together, and the edges as they then stand.

    Only what breaks a limit, or does not hold together, is built again. nodes: one row per record. edges: as found,
    with the must-links. held: live identifiers and sides of cannot-links.
    """
    return cohesive(job, *_within_limits(job, nodes, edges, held))


def _within_limits(job: Job, nodes: DataFrame, edges: DataFrame, held: DataFrame) -> tuple[DataFrame, DataFrame]:
    rules = job.settings.identity
    clusters = connected_components(nodes, live_edges(edges), rules.components)
    broken = job.staged(violations(clusters, held, rules), "broken")
    count = broken.count()
    job.progress.step(f"components found, {count:,} of them break a limit")
    if not count:
        return clusters, edges
    judged = job.staged(demoted(edges, clusters, broken, held, rules), "settled")
    inside = members(clusters, broken)
    apart = connected_components(inside, edges_inside(live_edges(judged), inside), rules.components)
    whole = job.staged(replaced(clusters, broken, apart), "clusters")
    still = unexcused(violations(whole, held, rules), whole, judged).count()
    if still:
        raise InvariantBroken(f"{still:,} clusters still break a limit after their evidence was weighed")
    job.progress.step(f"{apart.select('cluster_sk').distinct().count():,} clusters made of those {count:,}")
    return whole, judged


def concerned(job: Job, records: DataFrame, edges: DataFrame, homes: DataFrame) -> DataFrame:
    """One row per record of every profile that the records' evidence reaches, whatever a cluster refused of it.

    records: one row per record. edges: identity.edges. homes: one row per record (record_sk, profile_id).
    """
    open_ends = job.staged(between_profiles(edges, homes), "open_ends")
    profiles = of_records(homes, records).select("profile_id").distinct()
    count = -1
    while (reached := profiles.count()) > count:
        count, profiles = reached, job.staged(reachable(profiles, open_ends), f"reached_{reached}")
    # profiles: one row per profile.
    return homes.join(profiles, "profile_id", "left_semi").select("record_sk")


@dataclass(frozen=True)
class Author:
    """Who changes people, and what it is called when a profile falls apart by it."""

    actor: str
    split: str = SPLIT


@dataclass(frozen=True)
class People:
    """What is to be committed, and what it takes the place of.

    assigned: one row per record (record_sk, profile_id, valid_from). published: the assignments of the same records.
    replacing: the published edges that `edges` take the place of; all of them when None.
    """

    edges: DataFrame
    assigned: DataFrame
    published: DataFrame
    replacing: DataFrame | None = None


def commit_people(job: Job, people: People, author: Author) -> None:
    """Commits edges, assignments and what changed, once the laws of identity hold."""
    edges = conform(edge_rows(people.edges), EDGES).persist()
    laws = broken_laws(people.assigned.select("record_sk"), edges, people.assigned).first()
    if laws is None or any(laws.asDict().values()):
        raise InvariantBroken(f"identity laws do not hold, nothing is published: {laws}")
    job.upsert(EDGES, edges, complete=True, replacing=people.replacing)
    rows = history(people.assigned, people.published, job.as_of).unionByName(household_history(job, _all(job, people)))
    # One commit: a second one to the same table would take the first one back.
    job.upsert(ASSIGNMENTS, conform(rows, ASSIGNMENTS).persist())
    _note_changes(job, edges, people, author)


def _all(job: Job, people: People) -> DataFrame:
    """One row per record of everybody: those put together anew, and those whom nothing concerned."""
    if people.replacing is None:
        return people.assigned
    before = without(standing(job.lake.read(ASSIGNMENTS, PURPOSE)), standing(people.published))
    columns = ("record_sk", "profile_id", "valid_from")
    return job.staged(before.select(*columns).unionByName(people.assigned.select(*columns)), "everybody")


def _note_changes(job: Job, edges: DataFrame, people: People, author: Author) -> None:
    before = standing(people.published)
    made = Making(job.run_id, job.as_of, author.actor, author.split)
    happened = changes(people.assigned, before, made).persist()
    counts = {row["change"]: row["count"] for row in happened.groupBy("change").count().collect()}
    if counts:
        # Why is asked of the edges only where people moved: most runs only create.
        moved = counts.keys() != {CREATED}
        told = with_evidence(happened, edges, people.assigned, before) if moved else without_evidence(happened)
        job.append(CHANGES, conform(told, CHANGES))
    job.facts |= {change: str(count) for change, count in sorted(counts.items())}
    job.progress.step(
        ", ".join(f"{count:,} profiles {change}" for change, count in sorted(counts.items())) or "no change"
    )
