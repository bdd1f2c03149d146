"""Learn matching: which pairs of records are worth a look, and how often true pairs agree; no labels are needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.adapters.similarities import register_similarities
from cdp_lake.adapters.training import RuleCosts, chance_agreement
from cdp_lake.identity.matching.blocking import BlockingPlan, candidates, chosen, key_sql
from cdp_lake.identity.matching.calibration import Calibrated, calibrated, smoothed_u, untrained
from cdp_lake.identity.matching.comparisons import comparisons
from cdp_lake.identity.matching.compiling import CompiledModel, compiled
from cdp_lake.identity.matching.doubts import doubts
from cdp_lake.identity.matching.frequencies import with_frequencies
from cdp_lake.identity.matching.grades import Comparison
from cdp_lake.identity.matching.match_model import MatchModel
from cdp_lake.identity.matching.pairs import candidate_pairs, labelled_beyond, with_labels, with_records
from cdp_lake.identity.matching.scoring import graded, patterns
from cdp_lake.identity.matching.splink_form import model_of

# Two cores grade this many pairs in some two minutes; a table of a thousand records can afford all its pairs.
PAIR_BUDGET = 6_000_000
PAIRS_PER_RECORD = 200
SMALL_BUDGET = 600_000
# Fewer matches than this teach less than is known beforehand.
ENOUGH_TO_LEARN = 30
NOT_COMPARED = ("record", "kind")
# One value in all of so many records tells none of them apart; in fewer it may be what makes them one.
_MANY = 10
Say = Callable[[str], None]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lesson:
    """A model, and what it was learnt from: the records in Spark with their frequencies, and the graded pairs."""

    model: MatchModel
    nodes: DataFrame
    grades: DataFrame

    def forget(self) -> None:
        """Gives the memory back."""
        self.grades.unpersist()
        self.nodes.unpersist()


def budget_for(records: int, most: int = PAIR_BUDGET) -> int:
    """How many pairs that many records may be compared in."""
    return min(most, max(SMALL_BUDGET, PAIRS_PER_RECORD * records))


def learn(
    spark: SparkSession, records: pd.DataFrame, plan: BlockingPlan, say: Say, labels: pd.DataFrame | None = None
) -> Lesson | None:
    """A model of records numbered by `record`, with `kind` and comparable parts that tell; None where nothing does.

    labels: one row per pair (record_l < record_r) of which somebody knows whether it `is_match`; none are needed.
    They teach, and are no reason to compare two records: pairs that blocking does not propose are not in the lesson.
    """
    compared = comparisons(records.columns)
    if not plan.rules or not compared:
        return None
    observed, looked_at = chance_agreement(records, compared)
    chances = {c.name: smoothed_u(c, observed[c.name], looked_at) for c in compared}
    first = compiled(model_of(compared, untrained(compared, chances)))
    register_similarities(spark, first)
    columns = tuple(c for c in records.columns if c not in NOT_COMPARED)
    nodes = spark.createDataFrame(with_frequencies(records, compared)).persist()
    proposed = candidate_pairs(nodes, plan.rules, key_sql(records.columns))
    grades = graded(with_records(proposed, nodes, first, columns), first).persist()
    told, known = grades, _of_one_kind(labels, records, say)
    if known is not None:
        said = spark.createDataFrame(known)
        beyond = graded(with_records(labelled_beyond(grades, said), nodes, first, columns), first)
        told = with_labels(grades, beyond, said)
    learnt = _learnt(told, first, compared, chances, len(records))
    _say_learnt(learnt, grades.count(), known, say)
    model = MatchModel(columns, model_of(compared, learnt), learnt, doubts(compared, learnt, len(records)), plan)
    return Lesson(model, nodes, grades)


def planned(records: pd.DataFrame, budget: int, say: Say) -> BlockingPlan:
    """Which pairs are worth a look, chosen by what they cost; said before any is looked at."""
    keys = key_sql(records.columns)
    with RuleCosts(records, keys, candidates(keys)) as costs:
        plan = chosen(costs, budget)
    work = sum(rule.pairs for rule in plan.rules) or 1
    for rule in plan.rules:
        share = f"{rule.pairs / work:.0%} of the work"
        say(f"pairs that share {rule.name}: {rule.pairs:,} ({share}), largest block {rule.largest:,}")
    if plan.left_out:
        say(f"left out: {plan.left_out} wider rules; the budget is {plan.budget:,} pairs")
    return plan


def what_tells(frame: pd.DataFrame, say: Say) -> pd.DataFrame:
    """The columns that can tell records apart: not those that are empty, or the same in all of many records."""
    empty = [column for column in frame.columns if frame[column].isna().all()]
    told = [column for column in frame.columns if column not in (*NOT_COMPARED, *empty)]
    same = [column for column in told if frame[column].nunique() == 1 and frame[column].count() >= _MANY]
    if same:
        say(f"one value in all records that have any, so no evidence: {', '.join(same)}")
    telling: pd.DataFrame = frame.drop(columns=[*empty, *same])
    return telling


def _of_one_kind(labels: pd.DataFrame | None, records: pd.DataFrame, say: Say) -> pd.DataFrame | None:
    """The labels of pairs that can be compared; None where there are none. Two kinds are never compared."""
    if labels is None:
        return None
    kind = records.set_index("record")["kind"]
    alike = labels["record_l"].map(kind).eq(labels["record_r"].map(kind))
    if not alike.all():
        say(f"{(~alike).sum():,} labelled pairs are of a person and an organisation: they teach nothing")
    return labels[alike] if alike.any() else None


def _learnt(
    grades: DataFrame, model: CompiledModel, compared: Sequence[Comparison], chances: dict[str, Shares], count: int
) -> Calibrated:
    seen = patterns(grades, model, [c.name for c in compared if c.is_of_households]).toPandas()
    # Spark gives groups in any order, and sums of floating numbers tell it.
    ordered = seen.sort_values(list(seen.columns), ignore_index=True)
    return calibrated(ordered, compared, chances, count * (count - 1) // 2)


def _say_learnt(learnt: Calibrated, pairs: int, labels: pd.DataFrame | None, say: Say) -> None:
    say(f"{pairs:,} pairs graded, about {learnt.expected_matches:,.0f} of them one entity")
    known = 0 if labels is None else int(labels["is_match"].sum())
    if labels is not None:
        say(f"{len(labels):,} pairs are labelled, {known:,} of them as one entity")
    if max(learnt.expected_matches, known) < ENOUGH_TO_LEARN:
        say("too few to learn from: how often true pairs agree is mostly what is shipped")
