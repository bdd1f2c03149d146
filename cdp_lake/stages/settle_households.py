"""From people to households with durable ids: computed whole whenever people change, for one reaches into another."""

from __future__ import annotations

from pyspark.sql import DataFrame

from cdp_lake.adapters.graph_engine import connected_components
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.assignments import HOUSEHOLD, history, standing
from cdp_lake.identity.households import homes, households_of, living_together, ties
from cdp_lake.identity.scope import ends
from cdp_lake.stages.durable_ids import named
from cdp_lake.stages.job import Job

PURPOSE = "identity"


def household_history(job: Job, persons: DataFrame) -> DataFrame:
    """Rows of identity.assignments to write for households.

    persons: one row per record (record_sk, profile_id, valid_from), all there are.
    """
    published, rules = job.lake.read(ASSIGNMENTS, PURPOSE), job.settings.identity.households
    if not rules.any_of:
        nobody = persons.limit(0)
        return history(nobody, published, job.as_of, HOUSEHOLD)
    evidence = job.staged(homes(job.lake.read(SOURCE_RECORDS, PURPOSE), persons, rules), "homes")
    tied = ties(evidence)
    # Only people with a tie: most have none, and are a component by themselves.
    components = connected_components(ends(tied).distinct(), tied, job.settings.identity.components)
    people = living_together(evidence, components, rules)
    clusters = job.staged(households_of(persons, people), "households")
    named_ones = named(job, clusters, standing(published, HOUSEHOLD), HOUSEHOLD)
    assigned = job.staged(named_ones.join(persons.select("record_sk", "valid_from"), "record_sk"), "housed")
    count = assigned.select("profile_id").distinct().count()
    job.progress.step(f"{count:,} households")
    return history(assigned, published, job.as_of, HOUSEHOLD)
