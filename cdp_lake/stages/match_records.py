"""Match records: comparable records to entities, learning from the records themselves how often true pairs agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.identity.matching.blocking import BlockingPlan
from cdp_lake.identity.matching.calibration import Calibrated
from cdp_lake.identity.matching.pairs import with_records
from cdp_lake.identity.matching.scoring import best_pairs, graded, probable
from cdp_lake.identity.matching.splitting import PERMISSIVE, components, confidence, pairs_inside, pairs_of_two, settled
from cdp_lake.stages.learn_matching import Lesson, Say, budget_for, learn, planned

Labels = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Matched:
    """The entity of each record (the number of its first record), how sure that is, and how it was found."""

    entity: Labels
    confidence: Shares
    plan: BlockingPlan
    learnt: Calibrated | None


def match(spark: SparkSession, records: pd.DataFrame, say: Say, labels: pd.DataFrame | None = None) -> Matched:
    """The entities of records numbered from 0; `records` has `record`, `kind` and comparable parts that tell.

    labels: as in `learn`.
    """
    plan = planned(records, budget_for(len(records)), say)
    lesson = learn(spark, records, plan, say, labels)
    if lesson is None:
        say("no two records share anything that could make them one: all stay apart")
        return Matched(np.arange(len(records)), np.ones(len(records)), plan, None)
    scored = lesson.model.probabilities(lesson.grades).persist()
    entity, inside = _entities(spark, lesson, scored, len(records))
    matched = Matched(entity, confidence(entity, inside, best_pairs(scored).toPandas()), plan, lesson.model.learnt)
    scored.unpersist()
    lesson.forget()
    return matched


def _entities(spark: SparkSession, lesson: Lesson, scored: DataFrame, count: int) -> tuple[Labels, pd.DataFrame]:
    """The entity of each record, and the probability of every pair inside a component."""
    proposed = _in_order(probable(scored, PERMISSIVE).toPandas())
    labels = components(count, proposed)
    inside, wanted = [pairs_of_two(labels, proposed)], pairs_inside(labels)
    if len(wanted):
        model = lesson.model
        pairs = with_records(spark.createDataFrame(wanted), lesson.nodes, model.compiled, model.columns)
        inside.append(model.probabilities(graded(pairs, model.compiled)).toPandas())
    every = _in_order(pd.concat(inside))
    return settled(labels, every), every


def _in_order(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.sort_values(["record_l", "record_r"], ignore_index=True)
