"""What a run changed about who is who: profiles created, merged into others, split from others."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def changes(assigned: DataFrame, before: DataFrame, run_id: str, as_of: datetime, actor: str) -> DataFrame:
    """One row per change of a profile in this run.

    assigned, before: one row per record (record_sk, profile_id) after and before the run.
    """
    old = before.select("record_sk", F.col("profile_id").alias("other_profile_id"))
    # old: one row per record.
    both = assigned.select("record_sk", "profile_id").join(old, "record_sk", "left")
    alive = assigned.select(F.col("profile_id").alias("other_profile_id")).distinct().withColumn("_alive", F.lit(True))
    existed = old.select(F.col("other_profile_id").alias("profile_id")).distinct().withColumn("_existed", F.lit(True))
    moves = both.where("other_profile_id is not null and other_profile_id != profile_id")
    moved = moves.groupBy("profile_id", "other_profile_id").agg(F.count("*").alias("record_count"))
    # alive, existed: one row per profile.
    kinds = moved.join(alive, "other_profile_id", "left")
    change = F.when(F.col("_alive"), F.lit("split")).otherwise(F.lit("merged"))
    renamed = kinds.select(change.alias("change"), "profile_id", "other_profile_id", "record_count")
    sizes = both.groupBy("profile_id").agg(
        F.count("*").alias("record_count"), F.count("other_profile_id").alias("_known")
    )
    fresh = sizes.where("_known = 0").join(existed, "profile_id", "left_anti")
    created = fresh.select(
        F.lit("created").alias("change"), "profile_id", F.lit("").alias("other_profile_id"), "record_count"
    )
    return renamed.unionByName(created).withColumns(
        {"run_id": F.lit(run_id), "effective_at": F.lit(as_of), "actor": F.lit(actor)}
    )
