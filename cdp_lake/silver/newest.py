"""Keeping the newest row of reference tables, whatever order their files arrive in."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.contracts.table import TableContract


def newest_rows(rows: DataFrame, published: DataFrame, contract: TableContract) -> DataFrame:
    """The rows, less those the table already holds in a newer version; only tables with `updated_at`."""
    if "updated_at" not in contract.column_names:
        return rows
    # held: one row per key.
    held = published.select(*contract.key, F.col("updated_at").alias("_held_at"))
    joined = rows.join(held, list(contract.key), "left")
    stale = F.coalesce(F.col("_held_at") > F.col("updated_at"), F.lit(False))
    return joined.where(~stale).select(*contract.column_names)
