"""What a run changed about who is who: profiles created, merged into others, split from others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

CREATED, MERGED, SPLIT = "created", "merged", "split"


@dataclass(frozen=True)
class Making:
    """Of which run and whose making changes are, when they count, and the word for a profile that fell apart."""

    run_id: str
    as_of: datetime
    actor: str
    split: str = SPLIT


def changes(assigned: DataFrame, before: DataFrame, made: Making) -> DataFrame:
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
    change = F.when(F.col("_alive"), F.lit(made.split)).otherwise(F.lit(MERGED))
    renamed = kinds.select(change.alias("change"), "profile_id", "other_profile_id", "record_count")
    sizes = both.groupBy("profile_id").agg(
        F.count("*").alias("record_count"), F.count("other_profile_id").alias("_known")
    )
    fresh = sizes.where("_known = 0").join(existed, "profile_id", "left_anti")
    created = fresh.select(
        F.lit(CREATED).alias("change"), "profile_id", F.lit("").alias("other_profile_id"), "record_count"
    )
    return renamed.unionByName(created).withColumns(
        {"run_id": F.lit(made.run_id), "effective_at": F.lit(made.as_of), "actor": F.lit(made.actor)}
    )


def with_evidence(changed: DataFrame, edges: DataFrame, assigned: DataFrame, before: DataFrame) -> DataFrame:
    """The same changes with `evidence`: the rules that joined the parts of a merge, or were refused in a split.

    edges: identity.edges as they now are. A split without evidence is one whose evidence is gone from the records.
    """
    old, new = before.select("record_sk", F.col("profile_id").alias("_old")), assigned.select("record_sk", "profile_id")
    # old, new: one row per record.
    home = new.join(old, "record_sk", "left").withColumnRenamed("profile_id", "_new")
    ends = edges.select("src_record_sk", "dst_record_sk", "rule", "refused_by")
    for end, mark in (("src", "_a"), ("dst", "_b")):
        named = {"record_sk": f"{end}_record_sk", "_old": f"{mark}_old", "_new": f"{mark}_new"}
        ends = ends.join(home.withColumnsRenamed(named), f"{end}_record_sk")
    is_live = F.col("refused_by").isNull()
    joined = _rules(ends.where(is_live & ~F.col("_a_old").eqNullSafe(F.col("_b_old"))), "_old", F.col("rule"))
    refused = F.concat_ws(": ", "refused_by", "rule")
    parted = _rules(ends.where(~is_live & (F.col("_a_new") != F.col("_b_new"))), "_new", refused)
    # Both: one row per profile.
    part = F.when(F.col("change") == MERGED, F.col("other_profile_id")).otherwise(F.col("profile_id"))
    told = changed.withColumn("_part", part)
    told = told.join(joined.withColumnRenamed("_rules", "_joined"), "_part", "left")
    told = told.join(parted.withColumnRenamed("_rules", "_parted"), "_part", "left")
    why = F.when(F.col("change") == MERGED, F.col("_joined")).when(F.col("change") != CREATED, F.col("_parted"))
    return told.withColumn("evidence", why).drop("_part", "_joined", "_parted")


def without_evidence(changed: DataFrame) -> DataFrame:
    """The same changes where nothing has to be explained."""
    return changed.withColumn("evidence", F.lit(None).cast("string"))


def _rules(ends: DataFrame, side: str, rule: Column) -> DataFrame:
    """One row per profile at either end: the rules of those edges as one text."""
    both = ends.select(F.explode(F.array(f"_a{side}", f"_b{side}")).alias("_part"), rule.alias("_rule"))
    rules = F.array_sort(F.collect_set("_rule"))
    return both.where(F.col("_part").isNotNull()).groupBy("_part").agg(F.array_join(rules, ", ").alias("_rules"))
