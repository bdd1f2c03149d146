"""Restitch: of what changed in silver, only the people concerned are put together anew, to what a whole run gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame

from cdp_lake.contracts import conform
from cdp_lake.contracts.identity import ASSIGNMENTS, DECISIONS, EDGES, IDENTIFIERS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity import affected
from cdp_lake.identity.assignments import standing
from cdp_lake.identity.clusters import as_found
from cdp_lake.identity.decisions import must_links, sides
from cdp_lake.identity.edges import composite_links, value_links
from cdp_lake.identity.guardrails import guarded
from cdp_lake.identity.identifiers import KEY, identifiers_of, own_values, people_of
from cdp_lake.identity.names_at_values import HOPS
from cdp_lake.identity.namespaces import OF_VALUE
from cdp_lake.identity.rows import (
    first_seen,
    given_names,
    identifier_rows,
    of_records,
    record_keys,
    value_keys,
    without,
)
from cdp_lake.identity.scope import edges_over, edges_touching, edges_within, ends
from cdp_lake.stages.changed_records import Change
from cdp_lake.stages.durable_ids import named
from cdp_lake.stages.job import Job
from cdp_lake.stages.numbering import numbered
from cdp_lake.stages.resemblance import Alike
from cdp_lake.stages.settle_identity import Author, People, commit_people, concerned, settled

PURPOSE = "identity"


@dataclass(frozen=True)
class Judged:
    """Identifiers judged anew, the values and carriers they belong to, and everything live as it now stands."""

    rows: DataFrame
    reached: DataFrame
    live: DataFrame


@dataclass(frozen=True)
class Links:
    """Edges found anew, the published ones they take the place of, and numbered identifiers of their values."""

    edges: DataFrame
    replaced: DataFrame
    identifiers: DataFrame


def restitch(job: Job, change: Change, author: Author, alike: Alike | None = None) -> None:
    """Brings identity up to date with the changed records. alike: their resemblance, where rules ask for it."""
    judged = _judged(job, change)
    links = _links(job, change, judged, alike)
    job.progress.step(f"{links.edges.count():,} edges found anew")
    _put_together(job, change, judged, links, author)


def _judged(job: Job, change: Change) -> Judged:
    """Every value that changed records hold or held is judged again, with all its holders as witnesses."""
    records, stored = job.lake.read(SOURCE_RECORDS, PURPOSE), job.lake.read(IDENTIFIERS, PURPOSE)
    fresh = job.staged(identifiers_of(of_records(records, change.alive)), "fresh")
    rows = without(stored, change.records).select(*KEY).unionByName(fresh.select(*KEY))
    old, new = affected.values_of(stored, change.records), affected.values_of(fresh, change.records)
    touched = job.staged(affected.together(old, new), "touched")
    holders = job.staged(affected.together(affected.holders_of(rows, touched), change.alive), "holders")
    carriers = job.staged(people_of(of_records(records, holders)), "carriers")
    rejudged = job.staged(affected.together(affected.carriers_of(carriers, touched), change.alive), "rejudged")
    reached = job.staged(affected.together(touched, affected.values_of(rows, rejudged)), "reached")
    own = own_values(carriers).select(*OF_VALUE)
    witnesses = affected.together(affected.holders_of(rows, affected.together(reached, own)), change.alive)
    testimony = of_records(records, job.staged(witnesses, "witnesses"))
    observed, people = job.staged(identifiers_of(testimony), "observed"), job.staged(people_of(testimony), "people")
    again = guarded(observed, people, job.settings.identity, job.as_of)
    judged = job.staged(affected.judged_anew(again, touched, rejudged), "judged")
    live = job.staged(affected.name_links(stored, judged, change.records), "live")
    return Judged(judged, reached, live)


def _links(job: Job, change: Change, judged: Judged, alike: Alike | None) -> Links:
    """Edges of every value at which another name may be heard now, and of the attributes that changed."""
    records, stored = job.lake.read(SOURCE_RECORDS, PURPOSE), job.lake.read(IDENTIFIERS, PURPOSE)
    published = job.lake.read(EDGES, PURPOSE)
    heard = job.staged(_heard(judged.reached, judged.live), "heard")
    # What decides which names are heard there lies as far again.
    around = job.staged(_heard(heard, judged.live), "around")
    rows = without(stored, change.records).select(*KEY).unionByName(judged.rows.select(*KEY)).distinct()
    holders = job.staged(affected.holders_of(rows, around), "around_holders")
    near = of_records(records, holders)
    observed = identifiers_of(near).join(around, list(OF_VALUE), "left_semi")
    told = affected.with_new_judgement(observed, stored, judged.rows).join(given_names(near), "record_sk", "left")
    known = value_keys(stored.join(around, list(OF_VALUE), "left_semi"))
    identifiers = job.staged(numbered(job, told, known), "identifiers")
    heard_numbers = value_keys(identifiers).unionByName(known).join(heard, list(OF_VALUE), "left_semi")
    numbers = job.staged(heard_numbers.select("identifier_sk").distinct(), "numbers")
    rules = job.settings.identity
    found = value_links(identifiers, rules).join(numbers, "identifier_sk", "left_semi")
    gone = edges_over(published, numbers, [namespace.name for namespace in rules.namespaces])
    versions = change.versions.unionByName(of_records(records, change.records).select(*change.versions.columns))
    for rule in rules.composite_rules:
        keys = job.staged(affected.composite_keys(versions, rule), f"keys_{rule.name}")
        some = affected.alike(records, keys, rule).select("record_sk").distinct()
        equal = job.staged(affected.alike(people_of(of_records(records, some)), keys, rule), f"alike_{rule.name}")
        found = found.unionByName(composite_links(equal, rule).select(*found.columns))
        members = affected.together(record_keys(equal), change.records)
        gone = gone.unionByName(edges_touching(published, members, rule.name))
    if alike is not None:
        found = found.unionByName(alike.edges.select(*found.columns))
        gone = gone.unionByName(alike.replaced)
    return Links(job.staged(found, "found"), job.staged(gone, "replaced"), identifiers)


def _heard(values: DataFrame, links: DataFrame) -> DataFrame:
    return reduce(lambda reached, _: affected.heard_further(reached, links), range(HOPS), values)


def _put_together(job: Job, change: Change, judged: Judged, links: Links, author: Author) -> None:
    assignments, published = job.lake.read(ASSIGNMENTS, PURPOSE), job.lake.read(EDGES, PURPOSE)
    decisions, homes = job.lake.read(DECISIONS, PURPOSE), standing(assignments)
    seeds = (ends(links.edges), ends(links.replaced), change.records, record_keys(judged.rows).distinct())
    before = concerned(job, job.staged(affected.together(*seeds), "seeds"), published, homes)
    before = job.staged(affected.together(before, change.records), "before")
    gone = without(change.records, change.alive)
    nodes = job.staged(without(affected.together(before, change.alive), gone), "nodes")
    job.progress.step(f"{nodes.count():,} records of the people concerned")
    within = edges_within(published, before)
    kept = as_found(edges_within(without(within, links.replaced, EDGES.key), nodes))
    found = kept.unionByName(links.edges).unionByName(must_links(decisions, nodes))
    held = judged.live.select(*KEY, "valid_from").unionByName(sides(decisions))
    clusters, edges = settled(job, nodes, job.staged(found, "edges"), of_records(held, nodes))
    old = of_records(assignments, before)
    people = named(job, clusters, standing(old))
    since = first_seen(of_records(job.lake.read(SOURCE_RECORDS, PURPOSE), change.alive))
    since = without(standing(old), change.records).select("record_sk", "valid_from").unionByName(since)
    assigned = job.staged(people.join(since, "record_sk"), "assigned")
    _commit_identifiers(job, change, judged, links)
    commit_people(job, People(edges, assigned, old, replacing=within), author)


def _commit_identifiers(job: Job, change: Change, judged: Judged, links: Links) -> None:
    stored = job.lake.read(IDENTIFIERS, PURPOSE)
    rows = identifier_rows(judged.rows.join(value_keys(links.identifiers), list(OF_VALUE)))
    replacing = of_records(stored, change.records)
    job.upsert(IDENTIFIERS, conform(rows, IDENTIFIERS).persist(), complete=True, replacing=replacing)
