"""Traits: what each person did and is, declared in traits.yml, counted up to `as_of`."""

from __future__ import annotations

from cdp_lake.contracts import conform
from cdp_lake.stages.configuration import traits_contract
from cdp_lake.stages.job import Job
from cdp_lake.stages.trait_inputs import traits_at


def compute(job: Job) -> None:
    """Computes every trait of every profile and commits the rows that changed."""
    table = traits_contract(job.settings)
    traits = conform(traits_at(job, job.as_of, "traits"), table).persist()
    job.progress.step(f"{len(table.columns) - 2} traits of {traits.count():,} profiles")
    job.check((table, traits))
    job.upsert(table, traits, complete=True)
