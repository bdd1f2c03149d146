"""Which correction of a record counts, and what the record is read as because of it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.silver.corrections.refusal import DOUBTFUL, SAME

RECORD = ("source", "record_id")
SET, WHOLE, WITHDRAWN = "set", "payload", "withdrawn"
_KEPT = ("correction_no", "kind", "payload", "content_hash")


class Told(NamedTuple):
    """Who makes a correction, of which kind, and when."""

    kind: str
    columns: tuple[str, ...]
    actor: str
    at: datetime


def last_ones(corrections: DataFrame) -> DataFrame:
    """One row per record that was ever corrected: its last correction, or that it was withdrawn."""
    last = F.max_by(F.struct(*_KEPT), "correction_no").alias("last")
    return corrections.groupBy(*RECORD).agg(last).select(*RECORD, "last.*")


def corrected(bronze: DataFrame, last: DataFrame) -> DataFrame:
    """Bronze records of one source as they are to be read: corrected where a correction stands, else as received."""
    # last: one row per record.
    said = in_force(last).select(
        F.col("record_id").alias("_record_id"),
        F.col("payload").alias("_said"),
        F.col("content_hash").alias("_said_hash"),
    )
    is_corrected = F.col("_said").isNotNull()
    return (
        bronze.join(said, "_record_id", "left")
        .withColumns(
            {
                "payload": F.coalesce("_said", "payload"),
                "_record_hash": F.coalesce("_said_hash", "_record_hash"),
                # Whoever wrote the record anew said where it ends.
                "_frame_error": F.when(~is_corrected, F.col("_frame_error")),
            }
        )
        .select(*bronze.columns)
    )


def not_driven(last: DataFrame, fates: DataFrame) -> DataFrame:
    """Fates that were decided by another content than the one that counts now, with the `correction_no` of it."""
    # last and fates: one row per record. A record without a key has its occurrence behind the hash.
    judged = F.substring_index(fates["content_hash"], ":", 1)
    now = last.select(*RECORD, F.col("content_hash").alias("_said_hash"), _driven_with())
    return fates.join(now, list(RECORD), "inner").where(judged != F.col("_said_hash")).drop("_said_hash")


def with_correction(fates: DataFrame, chosen: DataFrame, last: DataFrame) -> DataFrame:
    """The fates of the chosen records, each with the `correction_no` it is driven with, null for none."""
    # chosen and last: one row per record.
    now = last.select(*RECORD, _driven_with())
    return fates.join(chosen.select(*RECORD), list(RECORD), "left_semi").join(now, list(RECORD), "left")


def having_one(fates: DataFrame, last: DataFrame) -> DataFrame:
    """The fates of records that a correction is in force of."""
    return fates.join(in_force(last), list(RECORD), "left_semi")


def in_force(last: DataFrame) -> DataFrame:
    """One row per record that is to be read otherwise than it was received."""
    return last.where(F.col("payload").isNotNull())


def as_received(bronze: DataFrame) -> DataFrame:
    """Bronze records, with the `problem` that none of them has."""
    return bronze.withColumn("problem", F.lit(None).cast("string"))


def with_header(bronze: DataFrame, files: DataFrame, source: str) -> DataFrame:
    """Bronze records of one source, each with the `_header` of its file."""
    # headers: one row per file.
    headers = files.where(F.col("source") == source).select(
        F.col("file_id").alias("_file_id"), F.col("header").alias("_header")
    )
    return bronze.join(headers, "_file_id", "left")


def with_new_payload(records: DataFrame, new: Column, *, is_whole: bool) -> DataFrame:
    """Bronze records with a new payload, and the `problem` that keeps one from being read so.

    new: a struct of payload and problem; is_whole: the record is written anew, not only some of its values.
    """
    text, was = F.col("_new.payload"), F.col("_was")
    doubtful = F.col("_frame_error").isNotNull() & F.lit(not is_whole)
    why = F.when(doubtful, DOUBTFUL).when(text == was, SAME).otherwise(F.col("_new.problem"))
    judged = records.withColumns({"_new": new, "_was": F.col("payload")}).withColumn("problem", why)
    read = {"payload": text, "_record_hash": record_hash(text), "_frame_error": F.lit(None).cast("string")}
    return judged.withColumns(read).drop("_new", "_was")


def correction_rows(records: DataFrame, last: DataFrame, told: Told, why: DataFrame) -> DataFrame:
    """One row per record, the next of its corrections. records: bronze records as they are to be read from now on.

    why: one row with the `reason`. As a table, for a text that may name somebody has no place in a query.
    """
    before = last.select(*RECORD, F.col("correction_no").alias("_before"))
    named = records.withColumns({"source": F.col("_source"), "record_id": F.col("_record_id")})
    names = F.array(*[F.lit(name) for name in told.columns]) if told.columns else F.lit(None)
    # before: one row per record.
    numbered = named.join(before, list(RECORD), "left").crossJoin(why.select("reason"))
    return numbered.select(
        *RECORD,
        (F.coalesce("_before", F.lit(0)) + 1).cast("int").alias("correction_no"),
        F.col("_batch_id").alias("batch_id"),
        F.lit(told.kind).alias("kind"),
        names.cast("array<string>").alias("columns"),
        (F.lit(None) if told.kind == WITHDRAWN else F.col("payload")).cast("string").alias("payload"),
        F.col("_record_hash").alias("content_hash"),
        "reason",
        F.lit(told.actor).alias("actor"),
        F.lit(told.at).alias("corrected_at"),
    )


def _driven_with() -> Column:
    """The number of the correction, null for a withdrawal: the record is driven as received."""
    return F.when(F.col("payload").isNotNull(), F.col("correction_no")).alias("correction_no")


def record_hash(payload: Column) -> Column:
    """The hash landing would give a record of this text."""
    return F.substring(F.sha2(payload, 256), 1, 32)
