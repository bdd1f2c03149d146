"""Pairs of records to match weights: the compiled model applied in two projections, grades and then their weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.identity.matching.calibration import LABEL, PROPOSED, Calibrated
from cdp_lake.identity.matching.compiling import CompiledComparison, CompiledModel, GradeWeights
from cdp_lake.identity.matching.doubts import UNPROVEN, Doubts

GRADE, FREQUENCY, BITS = "gamma_", "_log2_frequency_", "bits_"
# Rarity in the patterns that calibration learns from: finer bits would only make more patterns.
_BIT_FRACTIONS = 2
ENDS = ("record_l", "record_r")
# What a pair says beside its probability, to whoever weighs groups of pairs.
FLAGS = (
    *("blind", "can_clash_in_name", "clash_in_name", "can_clash", "clash"),
    *("reached_elsewhere", "reached_alike"),
)


def graded(pairs: DataFrame, model: CompiledModel) -> DataFrame:
    """The pairs with the grade of each comparison, and how frequent the value is whose rarity counts there.

    pairs: `record_l`, `record_r`, columns `<name>_l` and `<name>_r`, and `tf_<name>_l`, `tf_<name>_r`.
    """
    similar = pairs.select("*", *[F.expr(sql).alias(name) for name, sql in model.similarities.items()])
    judged = similar.select("*", *[F.expr(c.grade_sql).alias(f"{GRADE}{c.name}") for c in model.comparisons])
    grades = [f"{GRADE}{c.name}" for c in model.comparisons]
    return judged.select(*ENDS, *grades, *[_frequency(c).alias(f"{FREQUENCY}{c.name}") for c in model.comparisons])


def patterns(grades: DataFrame, model: CompiledModel, shared: Iterable[str]) -> DataFrame:
    """One row per pattern of grades and rarity, of each label by itself if pairs have one: how many pairs show it."""
    keys = [f"{GRADE}{c.name}" for c in model.comparisons]
    keys += [told for told in (LABEL, PROPOSED) if told in grades.columns]
    of_household = [c for c in model.comparisons if c.name in set(shared)]
    bits = {"rarity": _rounded(_rarity(model.comparisons)), "shared_rarity": _rounded(_rarity(of_household))}
    return (
        grades.select(*keys, *[bit.alias(name) for name, bit in bits.items()])
        .groupBy(*keys, *bits)
        .agg(F.count("*").alias("pairs"))
    )


def weighed(grades: DataFrame, model: CompiledModel) -> DataFrame:
    """The same rows with `match_weight`, the log2 odds of a match against everything else, as Splink counts it."""
    prior = math.log2(model.prior / (1 - model.prior))
    weight = _sum(
        [F.lit(prior), *[_weight(c, lambda w: w.weight) for c in model.comparisons], _rarity(model.comparisons)]
    )
    return grades.withColumn("match_weight", weight)


def weighed_beside_households(grades: DataFrame, model: CompiledModel, learnt: Calibrated) -> DataFrame:
    """The same rows with `match_weight`, the log2 odds of a match against a household and strangers together."""
    shared = [c for c in model.comparisons if c.name in learnt.household]
    match = _sum(
        [
            F.lit(math.log2(learnt.match_share)),
            *[_weight(c, lambda w: w.weight) for c in model.comparisons],
            _rarity(model.comparisons),
        ]
    )
    household = _sum(
        [F.lit(math.log2(learnt.household_share)), *[_household_weight(c, learnt) for c in shared], _rarity(shared)]
    )
    stranger = math.log2(1 - learnt.match_share - learnt.household_share)
    return grades.withColumn("match_weight", match - _log2_of_sum(household, F.lit(stranger)))


def match_probabilities(grades: DataFrame, model: CompiledModel, learnt: Calibrated, doubted: Doubts) -> DataFrame:
    """One row per pair: its ends and the probability that they are one entity, doubts considered.

    With the flags of `Doubts`.
    """
    weights = weighed_beside_households(grades, model, learnt)
    weighed_only = probability(F.col("match_weight"))
    believed = (
        F.when(F.expr(doubted.contradicted), F.lit(0.0))
        .when(F.expr(doubted.unproven), F.least(weighed_only, F.lit(UNPROVEN)))
        .otherwise(weighed_only)
    )
    flags = {name: getattr(doubted, name) for name in FLAGS}
    return weights.select(*ENDS, believed.alias("probability"), *[F.expr(c).alias(name) for name, c in flags.items()])


def taken_apart(grades: DataFrame, model: CompiledModel, learnt: Calibrated) -> DataFrame:
    """One row per pair: its ends, by comparison the grade (`gamma_<name>`) and its bits (`bits_<name>`), `bits` in all.

    The bits of all comparisons and of what is known beforehand (`prior_bits`) would be `bits`, were there no
    households: what remains is what those take away.
    """
    weights = weighed_beside_households(grades, model, learnt)
    parts = [(_weight(c, lambda w: w.weight) + _rarity([c])).alias(f"{BITS}{c.name}") for c in model.comparisons]
    prior = F.lit(math.log2(learnt.match_share / (1 - learnt.match_share))).alias("prior_bits")
    found = [f"{GRADE}{c.name}" for c in model.comparisons]
    return weights.select(*ENDS, *found, *parts, prior, F.col("match_weight").alias("bits"))


def probable(scored: DataFrame, least: float) -> DataFrame:
    """The pairs of at least that probability."""
    return scored.where(F.col("probability") >= least)


def best_pairs(scored: DataFrame) -> DataFrame:
    """One row per record: the probability of its best pair."""
    ends = scored.select(F.explode(F.array(*ENDS)).alias("record"), "probability")
    return ends.groupBy("record").agg(F.max("probability").alias("probability"))


def probability(weight: Column) -> Column:
    """The probability that odds of 2 to the power of the weight stand for."""
    return F.lit(1.0) / (F.lit(1.0) + F.pow(F.lit(2.0), -weight))


def _frequency(comparison: CompiledComparison) -> Column:
    """log2 of the shared value's frequency, where the grade makes it count."""
    found = F.lit(None).cast("double")
    for weights in comparison.weights:
        if weights.rarity_of:
            at_grade = F.col(f"{GRADE}{comparison.name}") == weights.grade
            found = F.when(at_grade, F.log2(_larger(weights))).otherwise(found)
    return found


def _larger(weights: GradeWeights) -> Column:
    one, other = F.col(f"tf_{weights.rarity_of}_l"), F.col(f"tf_{weights.rarity_of}_r")
    larger = F.greatest(F.coalesce(one, other), F.coalesce(other, one))
    # Of null and a floor, greatest would be the floor; an unknown frequency says nothing.
    return F.when(larger.isNotNull(), F.greatest(larger, F.lit(weights.rarity_floor)))


def _rarity(comparisons: Iterable[CompiledComparison]) -> Column:
    """Bits that shared values add for being rarer than shared values are on average; frequent ones take away."""
    return _sum([_rarity_of(c) for c in comparisons if any(w.rarity_of for w in c.weights)])


def _rarity_of(comparison: CompiledComparison) -> Column:
    frequency = F.col(f"{FREQUENCY}{comparison.name}")
    counted = [w for w in comparison.weights if w.rarity_of]
    found = F.lit(0.0)
    for weights in counted:
        bits = F.lit(weights.rarity_weight) * (F.lit(math.log2(weights.rarity_u)) - frequency)
        found = F.when(F.col(f"{GRADE}{comparison.name}") == weights.grade, F.coalesce(bits, F.lit(0.0))).otherwise(
            found
        )
    return found


def _rounded(bits: Column) -> Column:
    return F.round(bits * _BIT_FRACTIONS) / _BIT_FRACTIONS


def _weight(comparison: CompiledComparison, of: Callable[[GradeWeights], float]) -> Column:
    return _looked_up({w.grade: of(w) for w in comparison.weights}, comparison.name)


def _household_weight(comparison: CompiledComparison, learnt: Calibrated) -> Column:
    m = learnt.household[comparison.name]
    return _weight(comparison, lambda w: math.log2(float(m[w.grade]) / w.u))


def _looked_up(weights: Mapping[int, float], comparison: str) -> Column:
    grade, found = F.col(f"{GRADE}{comparison}"), F.lit(0.0)
    for number, weight in weights.items():
        found = F.when(grade == number, F.lit(weight)).otherwise(found)
    return found


def _log2_of_sum(one: Column, other: Column) -> Column:
    """log2(2^one + 2^other) without leaving the range of doubles."""
    larger, smaller = F.greatest(one, other), F.least(one, other)
    return larger + F.log2(F.lit(1.0) + F.pow(F.lit(2.0), smaller - larger))


def _sum(parts: list[Column]) -> Column:
    return reduce(Column.__add__, parts, F.lit(0.0))
