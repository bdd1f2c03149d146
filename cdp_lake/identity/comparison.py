"""Two answers to who is who, side by side: before and after a change of the rules."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.identity.changes import CREATED, MERGED, SPLIT


def changes_since(now: DataFrame, before: DataFrame, key: tuple[str, ...]) -> DataFrame:
    """The rows of identity.changes that were not there before."""
    # before: one row per key.
    return now.join(before.select(*key), list(key), "left_anti")


def merges(changes: DataFrame) -> DataFrame:
    """One row per profile that takes in others: the retired ids, records that came along, and by which rules."""
    taken = changes.where(F.col("change") == MERGED).groupBy("profile_id")
    return _listed(taken.agg(_ids("other_profile_id").alias("retired"), *_totals()))


def splits(changes: DataFrame) -> DataFrame:
    """One row per profile that loses records to others: those ids, records that left, and what was refused."""
    parted = changes.where(F.col("change") == SPLIT).withColumnsRenamed(
        {"profile_id": "_part", "other_profile_id": "profile_id"}
    )
    return _listed(parted.groupBy("profile_id").agg(_ids("_part").alias("parts"), *_totals()))


def created(changes: DataFrame) -> DataFrame:
    """One row per profile that is nobody's from before: its records."""
    fresh = changes.where(F.col("change") == CREATED)
    return _listed(fresh.select("profile_id", F.col("record_count").alias("records")))


def retired_ids(changes: DataFrame) -> DataFrame:
    """One row per (profile_id, survivor): a retired profile and one that took in records of it."""
    gone = changes.where(F.col("change") == MERGED)
    return gone.select(F.col("other_profile_id").alias("profile_id"), F.col("profile_id").alias("survivor"))


def moved_records(before: DataFrame, after: DataFrame) -> DataFrame:
    """One row: how many records there are on both sides, and how many of them have another profile id.

    before, after: one row per record (record_sk, profile_id).
    """
    old = before.select("record_sk", F.col("profile_id").alias("_old"))
    new = after.select("record_sk", F.col("profile_id").alias("_new"))
    # Both: one row per record.
    both = old.join(new, "record_sk")
    return both.agg(F.count(F.lit(1)).alias("records"), F.count_if(F.col("_old") != F.col("_new")).alias("moved"))


def partition(assigned: DataFrame) -> DataFrame:
    """One row: records, profiles, and `people`, a number that is the same wherever the same records are together.

    assigned: one row per record. The number knows nothing of profile ids, nor of the order of rows.
    """
    profiles = assigned.groupBy("profile_id").agg(
        F.count(F.lit(1)).alias("_records"),
        F.min("record_sk").alias("_first"),
        F.bit_xor(F.xxhash64("record_sk")).alias("_all"),
    )
    return profiles.agg(
        F.coalesce(F.sum("_records"), F.lit(0)).alias("records"),
        F.count(F.lit(1)).alias("profiles"),
        F.coalesce(F.bit_xor(F.xxhash64("_records", "_first", "_all")), F.lit(0)).alias("people"),
    )


def _ids(name: str) -> Column:
    return F.array_sort(F.collect_set(name))


def _totals() -> tuple[Column, Column]:
    rules = F.flatten(F.collect_list(F.split("evidence", ", ")))
    evidence = F.array_join(F.array_sort(F.array_distinct(rules)), ", ")
    return F.sum("record_count").alias("records"), evidence.alias("evidence")


def _listed(found: DataFrame) -> DataFrame:
    """Those that move most records first."""
    return found.orderBy(F.col("records").desc(), "profile_id")
