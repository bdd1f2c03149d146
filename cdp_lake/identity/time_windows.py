"""Limits within a window of time: a person gets few new values of a kind at once."""

from __future__ import annotations

from typing import NamedTuple

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.config.identity import IdentityRules
from cdp_lake.identity.namespaces import NAMESPACE


class TimeWindow(NamedTuple):
    """At most so many values of the namespace may be first seen less than so many days apart."""

    namespace: str
    days: int
    most: int


def time_windows(rules: IdentityRules) -> list[TimeWindow]:
    """Every window that the rules have, scopes of a namespace each by itself."""
    return [TimeWindow(n.name, days, most) for n in rules.namespaces for days, most in n.limit_within_days.items()]


def has_window(rules: IdentityRules) -> Column:
    """True when the row's namespace has a limit within a window."""
    return F.col(NAMESPACE).isin(*{window.namespace for window in time_windows(rules)})


def crowded(values: DataFrame, of: str, window: TimeWindow) -> DataFrame:
    """One row per group (`of`) that got too many values within the window.

    values: one row per (group, namespace, value) with when it was first seen (`valid_from`), if that is known.
    """
    dated = values.where((F.col(NAMESPACE) == window.namespace) & F.col("valid_from").isNotNull())
    earlier = F.lag("valid_from", window.most).over(Window.partitionBy(of).orderBy("valid_from"))
    is_crowded = F.col("valid_from") < earlier + F.make_dt_interval(F.lit(window.days))
    return dated.withColumn("_is_crowded", is_crowded).where("_is_crowded").select(of).distinct()
