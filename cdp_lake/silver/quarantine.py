"""Records set aside: kept whole, with every rule they broke and how to drive them again."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.silver.fates import PASSED, QUARANTINED

_REDRIVE = (
    "correct it: cdp-lake quarantine fix RECORD_ID; or change the contract; then: cdp-lake quarantine redrive RECORD_ID"
)


def broken_texts(parsed: DataFrame) -> DataFrame:
    """One row per record that broke a rule: where it stood and its text."""
    broken = parsed.where(F.size("rules") > 0)
    return broken.select(F.col("_record_id").alias("record_id"), "_file_id", "_line", "payload")


def broken_by_rule(parsed: DataFrame) -> DataFrame:
    """One row per rule: records that break it and the first line of one; under the rule '' all, with how many pass."""
    each = F.concat(F.array(F.lit("")), "rules")
    told = parsed.select("_line", (F.size("rules") == 0).alias("_passes"), F.explode(each).alias("rule"))
    counts = (F.count("*").alias("records"), F.count_if("_passes").alias("passing"), F.min("_line").alias("first_line"))
    return told.groupBy("rule").agg(*counts).orderBy(F.desc("records"), "rule")


def set_aside(fates: DataFrame, texts: DataFrame, files: DataFrame) -> DataFrame:
    """One row per quarantined record, as received. texts: one row per broken record; files: one per file."""
    paths = files.select("source", F.col("file_id").alias("_file_id"), F.col("path").alias("file"))
    # texts: one row per record; paths: one row per source and file.
    broken = fates.where(F.col("fate") == QUARANTINED).join(texts, "record_id", "left")
    return broken.join(paths, ["source", "_file_id"], "left").select(
        "source",
        "record_id",
        "batch_id",
        "file",
        F.col("_line").alias("line"),
        "rules",
        "payload",
        F.lit(_REDRIVE).alias("redrive"),
    )


def passed_only(parsed: DataFrame, fates: DataFrame) -> DataFrame:
    """The parsed records that passed, each with `_line_key`: its content and which of its likes it is."""
    # Few records fail, so those are named and taken out instead of joining all that passed.
    failed = fates.where(F.col("fate") != PASSED).select(F.col("record_id").alias("_record_id"))
    # failed: one row per record; repeats: one row per record that is not the first of its kind in a file.
    kept = parsed.join(F.broadcast(failed), "_record_id", "left_anti")
    is_repeat = F.col("key_hash").rlike(":[0-9]+$") & ~F.col("key_hash").endswith(":1")
    repeats = fates.where((F.col("fate") == PASSED) & is_repeat)
    named = repeats.select(F.col("record_id").alias("_record_id"), F.col("key_hash").alias("_repeat"))
    first = F.concat(F.col("_record_hash"), F.lit(":1"))
    numbered = kept.join(F.broadcast(named), "_record_id", "left")
    return numbered.withColumn("_line_key", F.coalesce("_repeat", first)).drop("_repeat")
