"""Stitch: identifiers become evidence, evidence becomes edges, components become profiles with durable ids."""

from __future__ import annotations

from datetime import timezone

from cdp_lake.adapters.clock import now
from cdp_lake.config.settings import Settings
from cdp_lake.contracts import TableContract, conform
from cdp_lake.contracts.identity import ASSIGNMENTS, COMPARABLES, DECISIONS, HOLDINGS, IDENTIFIERS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.assignments import standing
from cdp_lake.identity.decisions import must_links, sides
from cdp_lake.identity.edges import linked
from cdp_lake.identity.guardrails import guarded
from cdp_lake.identity.holdings import has_holders, holdings
from cdp_lake.identity.identifiers import identifiers_of, people_of
from cdp_lake.identity.owners import has_owners
from cdp_lake.identity.rows import first_seen, identifier_rows, live_identifiers, record_keys, value_keys
from cdp_lake.stages.changed_records import changed_since
from cdp_lake.stages.durable_ids import named
from cdp_lake.stages.job import Job
from cdp_lake.stages.measure_health import measure_health
from cdp_lake.stages.numbering import numbered
from cdp_lake.stages.resemblance import model_in_force, resembling_pairs, resembling_since
from cdp_lake.stages.restitch_identity import restitch
from cdp_lake.stages.settle_identity import Author, People, commit_people, settled

PURPOSE = "identity"
AUTHOR = Author("stitch_identity")


def stitch(job: Job) -> None:
    """Resolves records into profiles: all of them, or where that costs less only those that a change concerns.

    Ids of the last run are kept wherever people overlap.
    """
    _stitched(job)
    measure_health(job)


def _stitched(job: Job) -> None:
    rules = job.settings.identity
    # Values expire on records that nothing happened to; and who owns a value may hang on values of records far off.
    anew = job.rebuild or rules.depends_on_time or has_owners(rules) or has_holders(rules)
    since = None if anew else job.resumes_from(SOURCE_RECORDS)
    if since is not None:
        change = changed_since(job, since)
        changed, records = change.records.count(), standing(job.lake.read(ASSIGNMENTS, PURPOSE)).count()
        if rules.incremental.pays(changed, records):
            alike = resembling_since(job, rules.resemblance, change) if rules.resemblance else None
            if alike is not None or rules.resemblance is None:
                job.progress.step(f"{changed:,} of {records:,} records came, went or changed: only theirs are stitched")
                restitch(job, change, AUTHOR, alike)
                return
    _stitch_all(job)


def _stitch_all(job: Job) -> None:
    rules = job.settings.identity
    records, decisions = job.lake.read(SOURCE_RECORDS, PURPOSE), job.lake.read(DECISIONS, PURPOSE)
    people = job.staged(people_of(records), "people")
    observed = job.staged(identifiers_of(records), "observed")
    guarded_values = job.staged(guarded(observed, people, rules, job.as_of), "guarded")
    known = value_keys(job.lake.head(IDENTIFIERS))
    identifiers = job.staged(numbered(job, guarded_values, known), "identifiers")
    job.progress.step(f"{identifiers.count():,} identifiers")
    nodes = record_keys(people)
    found = linked(identifiers, people, rules).unionByName(must_links(decisions, nodes))
    if rules.resemblance is not None:
        alike = resembling_pairs(job, rules.resemblance)
        found = found if alike is None else found.unionByName(alike)
    else:
        _emptied(job, COMPARABLES)
    edges = job.staged(found, "edges")
    job.progress.step(f"{edges.count():,} edges found")
    clusters, edges = settled(job, nodes, edges, live_identifiers(identifiers).unionByName(sides(decisions)))
    published = job.lake.read(ASSIGNMENTS, PURPOSE)
    people_now = named(job, clusters, standing(published))
    assigned = job.staged(people_now.join(first_seen(records), "record_sk"), "assigned")
    job.upsert(IDENTIFIERS, conform(identifier_rows(identifiers), IDENTIFIERS).persist(), complete=True)
    if has_holders(rules):
        job.upsert(HOLDINGS, conform(holdings(identifiers, people, rules), HOLDINGS).persist(), complete=True)
    else:
        _emptied(job, HOLDINGS)
    commit_people(job, People(edges, assigned, published), AUTHOR)


def _emptied(job: Job, table: TableContract) -> None:
    """Takes back what rules asked for that are no longer in force."""
    if table.name in job.lake.versions:
        job.upsert(table, job.lake.tables.empty(table), complete=True)


def beyond_the_records(settings: Settings) -> str:
    """What else a stitch depends on: the model of resemblance, and the day where values expire."""
    return ";".join(part for part in (model_in_force(settings), day_of_expiry(settings)) if part)


def day_of_expiry(settings: Settings) -> str:
    """The day a run takes place on, where values expire: another day they may be other ones. Else nothing."""
    if not settings.identity.depends_on_time:
        return ""
    return f"{(settings.lake.as_of or now()).astimezone(timezone.utc):%Y-%m-%d}"
