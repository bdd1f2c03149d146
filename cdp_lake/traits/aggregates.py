"""Traits that one grouping of a fact by profile can give."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.facts import FACTS
from cdp_lake.config.traits import Trait
from cdp_lake.traits.matching import is_counted
from cdp_lake.traits.moment import AT, Moment


def aggregated(facts: DataFrame, traits: Sequence[Trait], moment: Moment) -> DataFrame:
    """One row per profile with at least one fact: every trait of the fact in one grouping."""
    return facts.groupBy("profile_id").agg(*[aggregate(t, moment).alias(t.name) for t in traits])


def aggregate(trait: Trait, moment: Moment) -> Column:
    """The trait's value over the facts it counts, null where it counts none."""
    counted = is_counted(trait, moment)
    value = F.when(counted, F.col(trait.column)) if trait.column else F.lit(None)
    match trait.aggregate:
        case "count":
            found = F.count(F.when(counted, 1))
        case "has":
            found = F.max(counted)
        case "sum":
            found = F.sum(value)
        case "average":
            # Money is averaged exactly; adding floating numbers would depend on the order of rows.
            found = F.avg(value)
        case "min":
            found = F.min(value)
        case "max":
            found = F.max(value)
        case "days_since_last":
            found = moment.days_since(F.max(F.when(counted, F.col("day"))))
        case "days_since_first":
            found = moment.days_since(F.min(F.when(counted, F.col("day"))))
        case _:
            found = _first_or_last(trait, counted)
    return found


def _first_or_last(trait: Trait, counted: Column) -> Column:
    fact = FACTS[str(trait.fact)]
    if trait.column is None:
        time = F.when(counted, F.col(fact.time))
        return F.min(time) if trait.aggregate == "first" else F.max(time)
    value = F.col(trait.column)
    # Two facts of one instant are ordered by their key, so that arrival never decides.
    order = F.when(counted & value.isNotNull(), F.struct(AT, *fact.tie))
    return F.min_by(value, order) if trait.aggregate == "first" else F.max_by(value, order)
