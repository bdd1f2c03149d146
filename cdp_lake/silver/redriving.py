"""Records driven again: which others have to come along, what they had left in silver, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.fates import CONFLICT_RULE, PASSED, QUARANTINED

RECORD = ("source", "record_id")
_DRIVEN = (*RECORD, "batch_id")


def with_companions(asked: DataFrame, fates: DataFrame, contracts: Iterable[SourceContract]) -> DataFrame:
    """One row per record to be driven: those asked for, and those that can be judged only together with them.

    asked, fates: one row per record, in the shape of ops.fates.
    """
    whole = [contract.name for contract in contracts if _is_judged_by_file(contract)]
    files = asked.where(F.col("source").isin(*whole)).select("source", file_of("record_id").alias("_file")).distinct()
    of_file = fates.withColumn("_file", file_of("record_id")).join(files, ["source", "_file"], "left_semi")
    # When one of two contents under one key goes elsewhere, the other and its copies have to be judged anew.
    conflicts = asked.where(F.array_contains("rules", CONFLICT_RULE)).select("source", "key_hash").distinct()
    rivals = fates.where((F.col("fate") != QUARANTINED) | F.array_contains("rules", CONFLICT_RULE))
    of_key = rivals.join(conflicts, ["source", "key_hash"], "left_semi")
    every = [frame.select(*_DRIVEN) for frame in (asked, of_file, of_key)]
    return every[0].unionByName(every[1]).unionByName(every[2]).distinct()


def parts_of(driven: DataFrame) -> DataFrame:
    """One row per source: how many records are driven, and of which batches and files they are."""
    return driven.groupBy("source").agg(
        F.count(F.lit(1)).alias("records"),
        F.sort_array(F.collect_set("batch_id")).alias("batches"),
        F.sort_array(F.collect_set(file_of("record_id"))).alias("files"),
    )


def those_of(bronze: DataFrame, driven: DataFrame) -> DataFrame:
    """The bronze records of one source that are among those driven."""
    return bronze.join(driven.select(F.col("record_id").alias("_record_id")), "_record_id", "left_semi")


def no_longer_passing(before: DataFrame, fates: DataFrame) -> DataFrame:
    """Records (source, record_id) that had passed and do not any more. Both sides: one row per record."""
    had = before.where(F.col("fate") == PASSED).select(*RECORD)
    return had.join(fates.where(F.col("fate") != PASSED).select(*RECORD), list(RECORD), "left_semi")


def keys_that_turned(before: DataFrame, fates: DataFrame) -> DataFrame:
    """Keys (source, key_hash) of which a known record passes that did not, or the other way round.

    before, fates: one row per record, as it was and as it is judged.
    """
    had = before.select(*RECORD, (F.col("fate") == PASSED).alias("_passed"))
    both = fates.join(had, list(RECORD), "inner")
    return both.where(F.col("_passed") != (F.col("fate") == PASSED)).select("source", "key_hash").distinct()


def of_keys(fates: DataFrame, keys: DataFrame) -> DataFrame:
    """One row per record (source, record_id, batch_id) of these keys. keys: one row per (source, key_hash)."""
    return fates.join(keys, ["source", "key_hash"], "left_semi").select(*_DRIVEN)


def left_by(rows: DataFrame, records: DataFrame) -> DataFrame:
    """The published rows of a silver table that records had left; carriers stand for many records, and stay."""
    ids = records.select(F.col("record_id").alias("_record_id"))
    own = rows.where(~F.col("is_carrier")) if "is_carrier" in rows.columns else rows
    return own.join(ids, "_record_id", "left_semi")


def without(rows: DataFrame, records: DataFrame) -> DataFrame:
    """Published source records without the versions that records had left."""
    ids = records.select(F.col("record_id").alias("_record_id"))
    return rows.where("is_carrier").unionByName(rows.where(~F.col("is_carrier")).join(ids, "_record_id", "left_anti"))


def those_among(rows: DataFrame, records: DataFrame) -> DataFrame:
    """The rows, each of one record, that are of these records."""
    return rows.join(records.select(*RECORD), list(RECORD), "left_semi")


def not_among(rows: DataFrame, records: DataFrame) -> DataFrame:
    """The rows, each of one record, that are of others."""
    return rows.join(records.select(*RECORD), list(RECORD), "left_anti")


def judged_anew(quarantine: DataFrame, fates: DataFrame | None) -> DataFrame:
    """Rows of the quarantine whose records have a new fate; of all records where no fates are given, never of files."""
    records = quarantine.where(~F.col("record_id").startswith("file:"))
    return records if fates is None else those_among(records, fates)


def redrive_rows(asked: DataFrame, fates: DataFrame, run_id: str, actor: str, at: datetime) -> DataFrame:
    """One row per record asked for: what it broke before, and its fate now."""
    before = asked.select(*RECORD, "correction_no", F.col("rules").alias("rules_before"))
    # Both sides: one row per record.
    return before.join(fates.select(*RECORD, "fate", "rules"), list(RECORD), "inner").select(
        F.lit(run_id).alias("run_id"),
        *RECORD,
        "correction_no",
        "rules_before",
        "fate",
        "rules",
        F.lit(actor).alias("actor"),
        F.lit(at).alias("redriven_at"),
    )


def file_of(record_id: str) -> Column:
    """The id of the file a record came in, from its own id."""
    return F.regexp_extract(record_id, "^(.*)-", 1)


def _is_judged_by_file(contract: SourceContract) -> bool:
    """True where identical records of a file are counted, or rows of a file make up one order."""
    return not contract.key or contract.kind == "order_rows"
