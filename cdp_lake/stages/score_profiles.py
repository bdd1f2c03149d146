"""Score: the champion of each model, from the registry, on Spark; every row stamped with its version."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import DataFrame

from cdp_lake.contracts.gold import SCORES
from cdp_lake.scoring import score_rows, scoreable
from cdp_lake.stages.configuration import traits_contract
from cdp_lake.stages.job import Job
from cdp_lake.stages.models import registry_of


def score(job: Job) -> None:
    """Scores the population of every model that has a champion."""
    traits = job.lake.read(traits_contract(job.settings), "scores")
    registry, parts = registry_of(job.settings), []
    for spec in job.settings.models.models:
        scored = registry.score(scoreable(traits, spec), spec.name)
        if scored is None:
            job.progress.step(f"{spec.name}: no champion, nobody is scored")
            continue
        parts.append(score_rows(scored, spec.name, job.as_of))
    scores = reduce(DataFrame.unionByName, parts, job.lake.tables.empty(SCORES)).persist()
    job.progress.step(f"{scores.count():,} scores")
    job.check((SCORES, scores))
    job.upsert(SCORES, scores, complete=True)
