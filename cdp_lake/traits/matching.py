"""Which facts a trait looks at, as one boolean column."""

from __future__ import annotations

from functools import reduce
from operator import and_

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.config.facts import FACTS
from cdp_lake.config.traits import Scalar, Trait
from cdp_lake.traits.moment import AT, Moment


def is_counted(trait: Trait, moment: Moment) -> Column:
    """True for a fact inside the trait's window and filters; an absent value equals nothing."""
    kinds = FACTS[str(trait.fact)].columns
    inside = [F.col(AT) > moment.days_before(trait.window_days)] if trait.window_days else []
    wanted = [_equals(name, values, kinds[name]) for name, values in trait.where.items()]
    refused = [~_equals(name, values, kinds[name]) for name, values in trait.unless.items()]
    return reduce(and_, [*inside, *wanted, *refused], F.lit(True))


def _equals(name: str, values: Scalar | tuple[Scalar, ...], kind: str) -> Column:
    listed = values if isinstance(values, tuple) else (values,)
    return F.coalesce(F.col(name).isin([F.lit(value).cast(kind) for value in listed]), F.lit(False))
