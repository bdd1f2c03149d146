"""Data that expires: a record counts no longer than its source allows after the last that was told of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def with_expiry(
    records: DataFrame, expires: Mapping[str, timedelta], exported: Collection[str], as_of: datetime
) -> DataFrame:
    """The source records with `deleted_at` of those that expired: when they did, by the day of `as_of`.

    records: all versions of every node of sources that expire. expires: how long, by source (at least one). exported:
    sources of full exports, whose `deleted_at` is as their exports say; of others it is read off their versions, so
    that an expiry of an earlier run, or of another length, is forgotten.
    """
    node = Window.partitionBy("source", "source_pk")
    is_deletion = F.coalesce("is_deletion", F.lit(False))
    told = F.max_by(F.when(is_deletion, F.col("valid_from")), "version_no").over(node)
    deleted = F.when(F.col("source").isin(*exported), F.col("deleted_at")).otherwise(told)
    pairs = [F.lit(part) for source, length in sorted(expires.items()) for part in (source, length)]
    ends = F.max("last_seen_at").over(node) + F.create_map(*pairs)[F.col("source")]
    is_over = F.to_date("_ends") <= F.to_date(F.lit(as_of))
    return records.withColumns({"_deleted": deleted, "_ends": ends}).select(
        *[name for name in records.columns if name != "deleted_at"],
        F.coalesce("_deleted", F.when(is_over, F.col("_ends"))).alias("deleted_at"),
    )
