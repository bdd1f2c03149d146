"""What a person asks about the lake itself: fates, what was set aside, what ran last, how many rows there are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.quality.conservation import FATES

_RUN = ("run_id", "status", "as_of", "started_at", "seconds", "rows_written")


def fate_counts(fates: DataFrame) -> DataFrame:
    """One row per source: how many records there were, and how many met each fate."""
    counts = [F.count_if(F.col("fate") == fate).alias(fate) for fate in FATES]
    return fates.groupBy("source").agg(F.count(F.lit(1)).alias("records"), *counts).orderBy("source")


def file_counts(files: DataFrame) -> DataFrame:
    """One row per source: files that landed and their records, files set aside, and the last batch with one."""
    landed = F.col("fate") == "landed"
    return files.groupBy("source").agg(
        F.count_if(landed).alias("landed"),
        F.coalesce(F.sum(F.when(landed, F.col("record_count"))), F.lit(0)).alias("records"),
        F.count_if(F.col("fate") == "quarantined").alias("refused"),
        F.max("batch_id").alias("last_batch"),
    )


def quarantine_counts(quarantine: DataFrame, corrected: DataFrame) -> DataFrame:
    """One row per (source, rule): how many records or files broke it, how many of them are corrected; their batches.

    corrected: one row per record that is to be read otherwise than it was received.
    """
    mark = corrected.select("source", "record_id", F.lit(True).alias("is_corrected"))
    # mark: one row per record.
    marked = quarantine.join(mark, ["source", "record_id"], "left")
    broken = marked.select("source", "batch_id", "is_corrected", F.explode("rules").alias("rule"))
    counted = broken.groupBy("source", "rule").agg(
        F.count(F.lit(1)).alias("records"),
        F.count_if(F.col("is_corrected").isNotNull()).alias("corrected"),
        F.min("batch_id").alias("first_batch"),
        F.max("batch_id").alias("last_batch"),
    )
    return counted.orderBy("source", "rule")


def rules_broken(quarantine: DataFrame) -> DataFrame:
    """One row per rule that any record or file broke."""
    return quarantine.select(F.explode("rules").alias("rule")).distinct()


def having_broken(quarantine: DataFrame, rule: str) -> DataFrame:
    """The records and files that broke a rule."""
    return quarantine.where(F.array_contains("rules", rule))


def quarantine_examples(quarantine: DataFrame, limit: int) -> DataFrame:
    """At most `limit` quarantined records or files, in order of source, file and line."""
    return quarantine.orderBy("source", "file", F.col("line").asc_nulls_first(), "record_id").limit(limit)


def newest_runs(runs: DataFrame) -> DataFrame:
    """One row per stage: its newest run, its newest one that was done, and the newest facts any run reported."""
    has_facts = F.size("facts") > 0
    return runs.groupBy("stage").agg(
        _newest(F.struct(*_RUN), F.lit(True)).alias("last"),
        _newest(F.struct("as_of", "input_versions", "config_hash", "fingerprint"), F.col("status") == "done").alias(
            "done"
        ),
        _newest(F.col("facts"), has_facts).alias("facts"),
    )


def row_counts(tables: Mapping[str, DataFrame]) -> DataFrame:
    """One row per table: its name and its rows, which Delta answers from its log."""
    counts = [
        rows.agg(F.count(F.lit(1)).alias("rows")).select(F.lit(n).alias("name"), "rows") for n, rows in tables.items()
    ]
    return reduce(DataFrame.unionByName, counts)


def _newest(value: Column, condition: Column) -> Column:
    # Runs that began in the same second are told apart by their id.
    return F.max_by(value, F.when(condition, F.struct("started_at", "run_id")))
