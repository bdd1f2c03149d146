"""What a person asks about profiles: how many, how large, how many visitors turned out to be somebody known."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# Largest number of records in a size class, and what the class is called.
SIZE_CLASSES = ((1, "1"), (2, "2"), (5, "3-5"), (10, "6-10"), (20, "11-20"))
LARGEST = "21+"


def profile_sizes(profiles: DataFrame) -> DataFrame:
    """One row per size class: profiles, how many are known people, and their largest record count."""
    return profiles.groupBy(_size_class().alias("size")).agg(
        F.count(F.lit(1)).alias("profiles"),
        F.count_if("is_known").alias("known"),
        F.max("record_count").alias("largest"),
    )


def cluster_sizes(assigned: DataFrame) -> DataFrame:
    """One row per size class: profiles, and their largest record count. assigned: one row per record."""
    counted = assigned.groupBy("profile_id").agg(F.count(F.lit(1)).alias("record_count"))
    sizes = counted.groupBy(_size_class().alias("size"))
    return sizes.agg(F.count(F.lit(1)).alias("profiles"), F.max("record_count").alias("largest"))


def visitor_stitching(records: DataFrame, assignments: DataFrame, profiles: DataFrame) -> DataFrame:
    """One row: anonymous visitors (carriers of an anonymous id), and how many belong to a known person."""
    visitor = F.col("is_carrier") & F.col("source_pk").startswith("anonymous_id:")
    standing = assignments.where("entity_type = 'person' and known_to is null").select("record_sk", "profile_id")
    # Carriers have one version; standing: one row per record; profiles: one row per profile.
    placed = records.where(visitor).select("record_sk").join(standing, "record_sk")
    known = placed.join(profiles.select("profile_id", "is_known"), "profile_id")
    return known.agg(F.count(F.lit(1)).alias("visitors"), F.count_if("is_known").alias("known"))


def segment_sizes(memberships: DataFrame) -> DataFrame:
    """One row per segment: the profiles in it now."""
    return memberships.where("exited_at is null").groupBy("segment").agg(F.count(F.lit(1)).alias("members"))


def _size_class() -> Column:
    chosen = F.lit(LARGEST)
    for most, name in reversed(SIZE_CLASSES):
        chosen = F.when(F.col("record_count") <= most, F.lit(name)).otherwise(chosen)
    return chosen
