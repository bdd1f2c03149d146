"""The rows one landing batch adds: records to bronze, files to ops, refused files to quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.bronze.offsets import GAPS

LANDED, DUPLICATE_FILE, REFUSED = "landed", "duplicate", "quarantined"
_MEND_FILE = "mend the file and drop it into the landing folder again"
_MEND_TABLE = "mend the table or the contract: the next run reads it again"


def bronze_rows(framed: DataFrame, batch: int, ingested_at: datetime) -> DataFrame:
    """One row per framed record with its envelope."""
    return framed.select(
        F.format_string("%s-%09d", "file_id", "record_no").alias("_record_id"),
        F.col("source").alias("_source"),
        F.lit(batch).cast("bigint").alias("_batch_id"),
        F.col("file_id").alias("_file_id"),
        F.col("record_no").alias("_record_no"),
        F.col("line").alias("_line"),
        record_hash().alias("_record_hash"),
        F.col("frame_error").alias("_frame_error"),
        F.lit(ingested_at).alias("_ingested_at"),
        "payload",
    )


def record_hash() -> Column:
    """What tells records of one content: the first 32 hex digits of the SHA-256 of their text."""
    return F.substring(F.sha2("payload", 256), 1, 32)


def records_per_file(bronze: DataFrame) -> DataFrame:
    """One row per file with the number of its records, and their first and last line."""
    lines = (F.min("_line").alias("first_line"), F.max("_line").alias("last_line"))
    return bronze.groupBy("_file_id").agg(F.count(F.lit(1)).alias("records"), *lines)


def file_rows(
    facts: Iterable[Mapping[str, Any]], known: set[tuple[str, str]], batch: int, encodings: Mapping[str, str]
) -> list[dict[str, Any]]:
    """One row per file of the batch, in order of source and path; content seen before is a duplicate file."""
    rows, seen = [], set(known)
    for fact in sorted(facts, key=lambda f: (f["source"], f["path"])):
        identity = (fact["source"], fact["file_id"])
        fate = DUPLICATE_FILE if identity in seen else REFUSED if fact["problems"] else LANDED
        # ops.files has one row per content: a file that appears again adds none.
        if identity not in seen:
            rows.append(_file_row(fact, fate, batch, encodings[fact["source"]]))
        seen.add(identity)
    return rows


def quarantined_files(files: DataFrame) -> DataFrame:
    """One row per file that could not be landed, with everything that is wrong with it."""
    return files.where(F.col("fate") == REFUSED).select(
        "source",
        F.concat(F.lit("file:"), "file_id").alias("record_id"),
        "batch_id",
        F.col("path").alias("file"),
        F.lit(None).cast("bigint").alias("line"),
        F.col("notes").alias("rules"),
        F.lit(None).cast("string").alias("payload"),
        F.when(F.col("notes")[0].isin(*GAPS), F.lit("let the source send those messages again"))
        .when(F.col("modified_ns").isNull(), F.lit(_MEND_TABLE))
        .otherwise(F.lit(_MEND_FILE))
        .alias("redrive"),
    )


def _file_row(fact: Mapping[str, Any], fate: str, batch: int, encoding: str) -> dict[str, Any]:
    kept = ("source", "file_id", "path", "bytes", "modified_ns", "header")
    # A refused file's notes are the rules it broke; they become its quarantine row.
    notes = fact["problems"] if fate == REFUSED else fact["notes"]
    own = {"batch_id": batch, "encoding": encoding, "record_count": 0, "fate": fate, "notes": list(notes)}
    return {key: fact[key] for key in kept} | own
