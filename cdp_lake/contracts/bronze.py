"""Bronze: every record exactly as received, one table per source."""

from __future__ import annotations

from cdp_lake.contracts.table import Column, TableContract

COLUMNS = (
    Column("_record_id", "STRING", "file id and record number; unique in the lake"),
    Column("_source", "STRING", "name of the source contract"),
    Column("_batch_id", "BIGINT", "landing batch"),
    Column("_file_id", "STRING", "first 16 hex digits of the file's SHA-256"),
    Column("_record_no", "BIGINT", "1-based number of the record in its file, header not counted"),
    Column("_line", "BIGINT", "1-based first line of the record in its file"),
    Column("_record_hash", "STRING", "SHA-256 of the record's text, first 32 hex digits"),
    Column("_frame_error", "STRING", "why the record's end could not be trusted, else null"),
    Column("_ingested_at", "TIMESTAMP", "when the batch was landed"),
    Column("payload", "STRING", "the record's text, decoded, otherwise untouched", pii="raw"),
)


def bronze_table(source: str) -> TableContract:
    """The contract of `bronze.<source>`."""
    return TableContract(
        name=f"bronze.{source}",
        grain="one row per received record, exactly as received",
        key=("_record_id",),
        columns=COLUMNS,
        cluster_by=("_batch_id",),
        purpose="landing",
    )
