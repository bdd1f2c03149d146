"""Traits that follow from other traits of the same profile."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.derivations import Band, Code, Derivation, Difference, Every, Flag, Quintile, Ratio
from cdp_lake.config.traits import Trait

CUTS = "_cuts_"
PERCENTILES = (0.2, 0.4, 0.6, 0.8)


def with_derived(traits_so_far: DataFrame, layer: Sequence[Trait], cuts: DataFrame | None) -> DataFrame:
    """The same profiles with one more layer of derived traits; `cuts` is the layer's one row of percentiles."""
    # One row on the right: a rank would need a window over everybody.
    ranked = traits_so_far.crossJoin(F.broadcast(cuts)) if cuts is not None else traits_so_far
    values = [derived_value(t.derive, t.name).alias(t.name) for t in layer if t.derive]
    return ranked.select(*traits_so_far.columns, *values)


def cut_points(df: DataFrame, layer: Sequence[Trait]) -> DataFrame:
    """One row: the percentiles that each quintile trait of the layer compares with."""
    return df.agg(
        *[
            F.percentile(_ranked_value(t.derive), list(PERCENTILES)).alias(CUTS + t.name)
            for t in layer
            if isinstance(t.derive, Quintile)
        ]
    )


def derived_value(form: Derivation, name: str) -> Column:
    """The derived value of one profile."""
    match form:
        case Quintile():
            value = quintile(_ranked_value(form), F.col(CUTS + name), form.order)
        case Ratio(ratio=(upper, lower)):
            bottom = F.col(lower).cast("double")
            value = F.when(bottom != 0, F.col(upper).cast("double") / bottom)
        case Difference(difference=(left, right)):
            value = F.col(left) - F.col(right)
        case Code():
            value = F.concat(*[F.col(n).cast("string") for n in form.concat])
        case Flag():
            value = F.coalesce(reduce(and_, _comparisons(form)), F.lit(False))
        case Every():
            value = reduce(and_, [_is_true(n) for n in form.all_of] + [~_is_true(n) for n in form.none_of])
        case Band():
            value = band(F.col(form.band), form)
        case _:
            raise AssertionError(f"no rule derives {type(form).__name__}")
    return value


def quintile(value: Column, cuts: Column, order: str) -> Column:
    """1 for a value up to the 20th percentile, 5 for one above the 80th; turned round when descending."""
    above = [F.when(value > cuts[i], 1).otherwise(0) for i in range(len(PERCENTILES))]
    rank = F.lit(1) + sum(above[1:], above[0])
    turned = F.lit(6) - rank if order == "descending" else rank
    return F.when(value.isNotNull(), turned).cast("bigint")


def band(value: Column, form: Band) -> Column:
    """The label of the first bound above the value."""
    labels = [F.when(value < b.below, F.lit(b.label)) for b in form.labels if b.below is not None]
    return F.when(value.isNotNull(), F.coalesce(*labels, F.lit(form.labels[-1].label)))


def _ranked_value(form: Quintile) -> Column:
    value = F.col(form.quintile).cast("double")
    return F.when(F.col(form.among), value) if form.among else value


def _is_true(name: str) -> Column:
    return F.coalesce(F.col(name), F.lit(False))


def _comparisons(form: Flag) -> list[Column]:
    value = F.col(form.flag)
    compare = {
        "equals": value.eqNullSafe,
        "at_least": value.__ge__,
        "at_most": value.__le__,
        "above": value.__gt__,
        "below": value.__lt__,
    }
    return [compare[operator](F.lit(given)) for operator, given in form.comparisons.items()]
