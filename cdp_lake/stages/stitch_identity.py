"""Stitch: identifiers become evidence, evidence becomes edges, components become profiles with durable ids."""

from __future__ import annotations

from pyspark.sql import DataFrame

from cdp_lake.adapters.surrogates import allocate
from cdp_lake.contracts import conform
from cdp_lake.contracts.identity import ASSIGNMENTS, DECISIONS, IDENTIFIERS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.assignments import standing
from cdp_lake.identity.decisions import must_links, sides
from cdp_lake.identity.edges import linked
from cdp_lake.identity.guardrails import guarded
from cdp_lake.identity.identifiers import identifiers_of, people_of
from cdp_lake.identity.rows import first_seen, identifier_rows, live_identifiers, record_keys, value_keys
from cdp_lake.stages.job import Job
from cdp_lake.stages.settle_identity import Author, People, commit_people, named, settled

PURPOSE = "identity"


def stitch(job: Job) -> None:
    """Resolves all records into profiles; ids of the last run are kept wherever people overlap."""
    rules = job.settings.identity
    records, decisions = job.lake.read(SOURCE_RECORDS, PURPOSE), job.lake.read(DECISIONS, PURPOSE)
    people = job.staged(people_of(records), "people")
    observed = job.staged(identifiers_of(records), "observed")
    guarded_values = job.staged(guarded(observed, people, rules), "guarded")
    identifiers = job.staged(_numbered(job, guarded_values), "identifiers")
    job.progress.step(f"{identifiers.count():,} identifiers")
    nodes = record_keys(people)
    found = linked(identifiers, people, rules).unionByName(must_links(decisions, nodes))
    edges = job.staged(found, "edges")
    job.progress.step(f"{edges.count():,} edges found")
    clusters, edges = settled(job, nodes, edges, live_identifiers(identifiers).unionByName(sides(decisions)))
    published = job.lake.read(ASSIGNMENTS, PURPOSE)
    people_now = named(job, clusters, standing(published))
    assigned = job.staged(people_now.join(first_seen(records), "record_sk"), "assigned")
    job.upsert(IDENTIFIERS, conform(identifier_rows(identifiers), IDENTIFIERS).persist(), complete=True)
    commit_people(job, People(edges, assigned, published), Author("stitch_identity"))


def _numbered(job: Job, identifiers: DataFrame) -> DataFrame:
    """Identifiers with their surrogates, old ones kept, new ones given out."""
    known = value_keys(job.lake.head(IDENTIFIERS))
    fresh = identifiers.select("namespace", "value").distinct().join(known, ["namespace", "value"], "left_anti")
    numbered = allocate(job.lake, fresh, "identifier_sk", "identifier_sk")
    # Both: one row per (namespace, value), disjoint.
    return identifiers.join(known.unionByName(numbered), ["namespace", "value"])
