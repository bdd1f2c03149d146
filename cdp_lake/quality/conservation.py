"""Law 1, nothing vanishes: every bronze record has exactly one fate. Fates are counted, not output rows."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

FATES = ("passed", "duplicate", "quarantined")


def bronze_counts(bronze: DataFrame) -> DataFrame:
    """One row per (source, batch_id): how many records were landed, and a fingerprint of their ids."""
    grain = [F.col("_source").alias("source"), F.col("_batch_id").alias("batch_id")]
    return bronze.groupBy(*grain).agg(
        F.count(F.lit(1)).alias("record_count"),
        _fingerprint("_record_id").alias("record_fingerprint"),
    )


def conservation(bronze_counts: DataFrame, fates: DataFrame) -> DataFrame:
    """One row per (source, batch_id) whose records and fates disagree; no rows when the law holds."""
    fated = fates.groupBy("source", "batch_id").agg(
        *[F.count_if(F.col("fate") == fate).alias(f"{fate}_count") for fate in FATES],
        F.count(F.lit(1)).alias("fate_count"),
        _fingerprint("record_id").alias("fate_fingerprint"),
    )
    # Both sides: one row per (source, batch_id); a batch that only one side knows is a violation too.
    both = bronze_counts.join(fated, on=["source", "batch_id"], how="full")
    counts = ["record_count", *(f"{fate}_count" for fate in FATES), "fate_count"]
    filled = both.fillna(0, subset=counts)
    return filled.where(_is_broken()).select("source", "batch_id", *counts, _reason().alias("reason"))


def _fingerprint(record_id: str) -> Column:
    # Equal counts can hide one lost record behind another one fated twice; the exclusive or of hashes cannot.
    return F.bit_xor(F.xxhash64(record_id))


def _is_broken() -> Column:
    return _has_unknown_fate() | _counts_differ() | _ids_differ()


def _reason() -> Column:
    reason = F.when(_counts_differ(), "records and fates differ in number")
    reason = reason.when(_has_unknown_fate(), "a fate has an unknown word")
    return reason.otherwise("records and fates are not the same ones")


def _counts_differ() -> Column:
    return F.col("record_count") != F.col("fate_count")


def _has_unknown_fate() -> Column:
    known = sum((F.col(f"{fate}_count") for fate in FATES), F.lit(0))
    return known != F.col("fate_count")


def _ids_differ() -> Column:
    return ~F.col("record_fingerprint").eqNullSafe(F.col("fate_fingerprint"))
