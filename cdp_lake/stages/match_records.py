"""Match records: comparable records to entities, learning from the records themselves how often true pairs agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.adapters.similarities import register_similarities
from cdp_lake.adapters.training import chance_agreement, rule_costs
from cdp_lake.identity.matching.blocking import BlockingPlan, candidates, chosen, key_sql
from cdp_lake.identity.matching.calibration import Calibrated, calibrated, smoothed_u, untrained
from cdp_lake.identity.matching.comparisons import Comparison, comparisons
from cdp_lake.identity.matching.compiling import CompiledModel, compiled
from cdp_lake.identity.matching.doubts import Doubts, doubts
from cdp_lake.identity.matching.frequencies import with_frequencies
from cdp_lake.identity.matching.pairs import candidate_pairs, with_records
from cdp_lake.identity.matching.scoring import best_pairs, graded, match_probabilities, patterns, probable
from cdp_lake.identity.matching.splink_form import model_of
from cdp_lake.identity.matching.splitting import PERMISSIVE, components, confidence, pairs_inside, pairs_of_two, settled

# Two cores grade this many pairs in some two minutes; a table of a thousand records can afford all its pairs.
PAIR_BUDGET = 6_000_000
PAIRS_PER_RECORD = 200
SMALL_BUDGET = 600_000
# Fewer matches than this teach less than is known beforehand.
ENOUGH_TO_LEARN = 30
Say = Callable[[str], None]
Labels = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Matched:
    """The entity of each record (the number of its first record), how sure that is, and how it was found."""

    entity: Labels
    confidence: Shares
    plan: BlockingPlan
    learnt: Calibrated | None


@dataclass(frozen=True)
class _Nodes:
    """The records as Spark has them, and the columns that are compared."""

    rows: DataFrame
    columns: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class _Judge:
    """All that turns the grades of a pair into a probability."""

    model: CompiledModel
    learnt: Calibrated
    doubted: Doubts

    def probabilities(self, grades: DataFrame) -> DataFrame:
        return match_probabilities(grades, self.model, self.learnt, self.doubted)


def match(spark: SparkSession, records: pd.DataFrame, say: Say) -> Matched:
    """The entities of records numbered from 0; `records` has `record`, `kind` and comparable parts that tell."""
    keys = key_sql(records.columns)
    budget = min(PAIR_BUDGET, max(SMALL_BUDGET, PAIRS_PER_RECORD * len(records)))
    compared = comparisons(records.columns)
    plan = chosen(rule_costs(records, keys, candidates(keys)), budget)
    _say_plan(plan, say)
    if not plan.rules or not compared:
        say("no two records share anything that could make them one: all stay apart")
        return Matched(np.arange(len(records)), np.ones(len(records)), plan, None)
    register_similarities(spark)
    observed, looked_at = chance_agreement(records, compared)
    chances = {c.name: smoothed_u(c, observed[c.name], looked_at) for c in compared}
    first = compiled(model_of(compared, untrained(compared, chances)))
    columns = tuple(c for c in records.columns if c not in ("record", "kind"))
    nodes = _Nodes(spark.createDataFrame(with_frequencies(records, compared)).persist(), columns, len(records))
    proposed = candidate_pairs(nodes.rows, plan.rules, keys)
    grades = graded(with_records(proposed, nodes.rows, first, nodes.columns), first).persist()
    learnt = _learnt(grades, first, compared, chances, nodes.count)
    _say_learnt(learnt, grades.count(), say)
    model = compiled(model_of(compared, learnt))
    judge = _Judge(model, learnt, doubts(compared, learnt, nodes.count))
    scored = judge.probabilities(grades).persist()
    entity, inside = _entities(spark, nodes, scored, judge)
    matched = Matched(entity, confidence(entity, inside, best_pairs(scored).toPandas()), plan, learnt)
    for frame in (scored, grades, nodes.rows):
        frame.unpersist()
    return matched


def _learnt(
    grades: DataFrame, model: CompiledModel, compared: Sequence[Comparison], chances: dict[str, Shares], count: int
) -> Calibrated:
    seen = patterns(grades, model, [c.name for c in compared if c.is_of_households]).toPandas()
    # Spark gives groups in any order, and sums of floating numbers tell it.
    ordered = seen.sort_values(list(seen.columns), ignore_index=True)
    return calibrated(ordered, compared, chances, count * (count - 1) // 2)


def _entities(spark: SparkSession, nodes: _Nodes, scored: DataFrame, judge: _Judge) -> tuple[Labels, pd.DataFrame]:
    """The entity of each record, and the probability of every pair inside a component."""
    proposed = _in_order(probable(scored, PERMISSIVE).toPandas())
    labels = components(nodes.count, proposed)
    inside, wanted = [pairs_of_two(labels, proposed)], pairs_inside(labels)
    if len(wanted):
        pairs = with_records(spark.createDataFrame(wanted), nodes.rows, judge.model, nodes.columns)
        inside.append(judge.probabilities(graded(pairs, judge.model)).toPandas())
    every = _in_order(pd.concat(inside))
    return settled(labels, every), every


def _in_order(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.sort_values(["record_l", "record_r"], ignore_index=True)


def _say_plan(plan: BlockingPlan, say: Say) -> None:
    for rule in plan.rules:
        say(f"pairs that share {rule.name}: {rule.pairs:,}, largest block {rule.largest:,}")
    if plan.left_out:
        say(f"left out: {plan.left_out} wider rules; the budget is {plan.budget:,} pairs")


def _say_learnt(learnt: Calibrated, pairs: int, say: Say) -> None:
    say(f"{pairs:,} pairs graded, about {learnt.expected_matches:,.0f} of them one entity")
    if learnt.expected_matches < ENOUGH_TO_LEARN:
        say("too few to learn from: how often true pairs agree is mostly what is shipped")
