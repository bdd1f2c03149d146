"""Taking back: how ops.files remembers that a batch was landed and removed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

UNLANDED = "unlanded"


def unlanded(files: DataFrame, batch: int) -> DataFrame:
    """One row per landed file of the batch, its fate now `unlanded`: it is known, so it is not landed again."""
    mine = files.where((F.col("batch_id") == batch) & (F.col("fate") == "landed"))
    return mine.withColumn("fate", F.lit(UNLANDED))


def position_before(files: Iterable[Mapping[str, Any]], batch: int) -> str | None:
    """Where a table is read on once a batch is gone: where the landed extract before it had ended, None before all.

    files: those of one source. What the table still holds of the batch then comes again, and nothing else does.
    """
    before = [file for file in files if file["fate"] == "landed" and file["batch_id"] < batch and file["position"]]
    return str(max(before, key=lambda file: int(file["batch_id"]))["position"]) if before else None


def batches(files: DataFrame) -> DataFrame:
    """One row per (batch_id, source, fate): files and records."""
    grouped = files.groupBy("batch_id", "source", "fate")
    counted = grouped.agg(F.count(F.lit(1)).alias("files"), F.sum("record_count").alias("records"))
    return counted.orderBy("batch_id", "source", "fate")
