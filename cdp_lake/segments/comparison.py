"""Two states of audiences, side by side: who is in both, who enters, who leaves."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

_KEY = ["audience", "profile_id"]
STAYS, ENTERS, LEAVES, MERGES = "stays", "enters", "leaves", "merges"


def members_now(memberships: DataFrame) -> DataFrame:
    """One row per (audience, profile_id): who is in each segment now."""
    return memberships.where(F.col("exited_at").isNull()).select(F.col("segment").alias("audience"), "profile_id")


def named_audience(profiles: DataFrame, name: str) -> DataFrame:
    """One row per (audience, profile_id): those profiles under one name."""
    return profiles.select(F.lit(name).alias("audience"), "profile_id")


def moves(before: DataFrame, after: DataFrame, retired: DataFrame) -> DataFrame:
    """One row per (audience, profile_id) of either side, and its `move`: stays, enters, leaves or merges.

    merges: the id is retired and the person stays, because a profile that took it in is a member.
    before, after: one row per (audience, profile_id). retired: (profile_id, survivor).
    """
    survivors = after.select("audience", F.col("profile_id").alias("survivor"))
    # One retired id may have several survivors, so: one row per (audience, profile_id).
    homes = retired.join(survivors, "survivor").select(*_KEY).distinct().withColumn("_home", F.lit(True))
    was, now = before.select(*_KEY, F.lit(True).alias("_was")), after.select(*_KEY, F.lit(True).alias("_is"))
    both = was.join(now, _KEY, "full").join(homes, _KEY, "left")
    gone = F.when(F.col("_home"), MERGES).otherwise(LEAVES)
    move = F.when(F.col("_is") & F.col("_was"), STAYS).when(F.col("_is"), ENTERS).otherwise(gone)
    return both.select(*_KEY, move.alias("move"))


def move_counts(moved: DataFrame) -> DataFrame:
    """One row per audience: members before and after, and how many enter, leave, or merge into another member."""
    return (
        moved.groupBy("audience")
        .agg(
            F.count_if(F.col("move") != ENTERS).alias("before"),
            F.count_if(_is_one_of(STAYS, ENTERS)).alias("after"),
            F.count_if(_is_one_of(ENTERS)).alias("entering"),
            F.count_if(_is_one_of(LEAVES)).alias("leaving"),
            F.count_if(_is_one_of(MERGES)).alias("merging"),
        )
        .orderBy("audience")
    )


def movers(moved: DataFrame) -> DataFrame:
    """The rows of those who do not stay, in order."""
    return moved.where(F.col("move") != STAYS).orderBy(*_KEY)


def _is_one_of(*words: str) -> Column:
    return F.col("move").isin(*words)
