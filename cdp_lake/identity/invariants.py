"""The laws of identity, checked after every run, not only in tests."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def broken_laws(records: DataFrame, edges: DataFrame, assigned: DataFrame) -> DataFrame:
    """One row: how many records lack a profile or have two, and how many live edges lie across profiles.

    records: one row per node. assigned: one row per record. edges: one row per piece of evidence.
    """
    placed = assigned.groupBy("record_sk").agg(F.count("*").alias("_profiles"))
    homeless = records.join(placed, "record_sk", "full").agg(
        F.count_if(F.coalesce(F.col("_profiles"), F.lit(0)) != 1).alias("records_not_in_one_profile")
    )
    home = assigned.select("record_sk", "profile_id")
    # home: one row per record, for either end.
    live = edges.where("is_live").select("src_record_sk", "dst_record_sk")
    ends = live.join(
        home.withColumnsRenamed({"record_sk": "src_record_sk", "profile_id": "_a"}), "src_record_sk", "left"
    )
    ends = ends.join(
        home.withColumnsRenamed({"record_sk": "dst_record_sk", "profile_id": "_b"}), "dst_record_sk", "left"
    )
    across = ends.agg(
        F.count_if(~F.col("_a").eqNullSafe(F.col("_b")) | F.col("_a").isNull()).alias("live_edges_across_profiles")
    )
    return homeless.crossJoin(across)
