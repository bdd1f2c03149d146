"""Membership as history: who entered a segment when, and when they left."""

from __future__ import annotations

from datetime import datetime, timezone

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

KEY = ["segment", "profile_id"]
ROW_KEY = [*KEY, "entered_at"]


def memberships(current: DataFrame, previous: DataFrame, as_of: datetime) -> DataFrame:
    """One row per (segment, profile_id, entered_at): the whole history with this run's entries and exits in it.

    `current` is the answer of `evaluate_segments`, `previous` the rows of gold.segment_memberships. A profile that is
    no longer in the answer, for whatever reason, leaves. Rows are added or closed, never removed, and a second run at
    the same `as_of` opens a row again that the first one closed.
    """
    latest = latest_stays(previous)
    now = F.lit(_aware(as_of))
    is_open = F.col("entered_at").isNotNull() & F.col("exited_at").isNull()
    stays_on = is_open | F.coalesce(F.col("exited_at") == now, F.lit(False))
    entered = F.when(F.col("is_member") & ~stays_on, now).otherwise(F.col("entered_at"))
    exited = F.when(~F.col("is_member") & is_open, F.greatest(now, "entered_at"))
    ended = F.when(~F.col("is_member"), F.coalesce(exited, "exited_at"))
    newest = _beside(current, latest).select(*KEY, entered.alias("entered_at"), ended.alias("exited_at"))
    # newest: one row per (segment, profile_id), so at most one row per row key.
    older = previous.select(*ROW_KEY, "exited_at").join(newest, on=ROW_KEY, how="left_anti")
    return newest.unionByName(older)


def segment_changes(current: DataFrame, previous: DataFrame, as_of: datetime, run_id: str) -> DataFrame:
    """One row per entry into or exit from a segment in this run."""
    beside = _beside(current, latest_stays(previous))
    was_member = F.col("entered_at").isNotNull() & F.col("exited_at").isNull()
    return beside.where(F.col("is_member") != was_member).select(
        *KEY,
        F.when(F.col("is_member"), "entered").otherwise("exited").alias("change"),
        F.lit(_aware(as_of)).alias("changed_at"),
        F.lit(run_id).alias("run_id"),
    )


def latest_stays(previous: DataFrame) -> DataFrame:
    """One row per (segment, profile_id): its last stay, open or closed."""
    return previous.groupBy(*KEY).agg(
        F.max_by("exited_at", "entered_at").alias("exited_at"), F.max("entered_at").alias("entered_at")
    )


def _beside(current: DataFrame, latest: DataFrame) -> DataFrame:
    members = current.select(*KEY, F.lit(True).alias("is_member"))
    # Both sides: one row per (segment, profile_id).
    return members.join(latest, on=KEY, how="full").withColumn("is_member", _known(F.col("is_member")))


def _known(flag: Column) -> Column:
    return F.coalesce(flag, F.lit(False))


def _aware(as_of: datetime) -> datetime:
    return as_of if as_of.tzinfo else as_of.replace(tzinfo=timezone.utc)
