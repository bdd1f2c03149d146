"""Traits about the values of a column: the most frequent one, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.traits import Trait
from cdp_lake.traits.matching import is_counted
from cdp_lake.traits.moment import AT, Moment

VALUE_AGGREGATES = ("most_frequent", "unique_count")


def valued(facts: DataFrame, traits: Sequence[Trait], moment: Moment) -> DataFrame:
    """One row per profile with at least one value: all value traits of a fact, from one pass over it."""
    sums = facts.transform(value_sums, traits, moment)
    return sums.groupBy("profile_id").agg(*[_chosen(trait).alias(trait.name) for trait in traits])


def value_sums(facts: DataFrame, traits: Sequence[Trait], moment: Moment) -> DataFrame:
    """One row per (profile, column, value): per trait the weight of the value and when it was last seen."""
    columns = sorted({str(trait.column) for trait in traits})
    weighed = facts.select(
        "profile_id",
        F.unix_micros(F.col(AT)).alias(AT),
        *[F.col(name).cast("string").alias(f"_v_{name}") for name in columns],
        *[_weight(trait, moment).alias(f"_w_{trait.name}") for trait in traits],
    )
    pairs = [_pair(no, name, traits) for no, name in enumerate(columns)]
    rows = weighed.select("*", F.explode(F.array(*pairs)).alias("pair")).select("*", "pair.*")
    sums = [column for trait in traits for column in _sums(trait, columns.index(str(trait.column)))]
    return rows.where(F.col("value").isNotNull()).groupBy("profile_id", "column_no", "value").agg(*sums)


def _pair(no: int, name: str, traits: Sequence[Trait]) -> Column:
    """The value of a column on a row that any trait of the column counts, else null: most rows drop out early."""
    is_counted_by_any = reduce(or_, [F.col(f"_w_{t.name}").isNotNull() for t in traits if t.column == name])
    return F.struct(F.lit(no).alias("column_no"), F.when(is_counted_by_any, F.col(f"_v_{name}")).alias("value"))


def _weight(trait: Trait, moment: Moment) -> Column:
    weight = F.coalesce(F.col(trait.weight), F.lit(0)) if trait.weight else F.lit(1).cast("bigint")
    return F.when(is_counted(trait, moment), weight)


def _sums(trait: Trait, column_no: int) -> list[Column]:
    weight = F.when(F.col("column_no") == column_no, F.col(f"_w_{trait.name}"))
    if trait.aggregate == "unique_count":
        return [F.max(weight).alias(f"_w_{trait.name}")]
    return [
        F.sum(weight).alias(f"_w_{trait.name}"),
        F.max(F.when(weight.isNotNull(), F.col(AT))).alias(f"_t_{trait.name}"),
    ]


def _chosen(trait: Trait) -> Column:
    weight = F.col(f"_w_{trait.name}")
    if trait.aggregate == "unique_count":
        return F.count(weight)
    # Heaviest first, then most recent, then first in the alphabet: a total order, for the value is part of it.
    order = F.struct((-weight).alias("lightness"), (-F.col(f"_t_{trait.name}")).alias("age"), F.col("value"))
    return F.min_by("value", F.when(weight.isNotNull(), order))
