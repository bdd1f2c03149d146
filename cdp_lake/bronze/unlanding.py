"""Taking back: how ops.files remembers that a batch was landed and removed again."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

UNLANDED = "unlanded"


def unlanded(files: DataFrame, batch: int) -> DataFrame:
    """One row per landed file of the batch, its fate now `unlanded`: it is known, so it is not landed again."""
    mine = files.where((F.col("batch_id") == batch) & (F.col("fate") == "landed"))
    return mine.withColumn("fate", F.lit(UNLANDED))


def batches(files: DataFrame) -> DataFrame:
    """One row per (batch_id, source, fate): files and records."""
    grouped = files.groupBy("batch_id", "source", "fate")
    counted = grouped.agg(F.count(F.lit(1)).alias("files"), F.sum("record_count").alias("records"))
    return counted.orderBy("batch_id", "source", "fate")
