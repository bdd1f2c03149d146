"""Ops: the lake's own memory: fates, quarantine and corrections, runs, checks, health, measures, publications."""

from __future__ import annotations

from cdp_lake.contracts.table import Column, TableContract

FATES = TableContract(
    name="ops.fates",
    grain="one row per bronze record: passed, duplicate or quarantined",
    key=("source", "record_id"),
    cluster_by=("batch_id",),
    columns=(
        Column("source", "STRING"),
        Column("record_id", "STRING"),
        Column("batch_id", "BIGINT"),
        Column("key_hash", "STRING", "SHA-256 of the declared key, or content and occurrence"),
        Column("content_hash", "STRING", "record hash, and its occurrence within its file for keyless sources"),
        Column("version_at", "TIMESTAMP", "value of the contract's version column"),
        Column("version_seq", "BIGINT", "value of its `then` column: order within one moment"),
        Column("fate", "STRING", "passed, duplicate or quarantined"),
        Column("duplicate_of", "STRING", "record id of the record that was kept"),
        Column("rules", "ARRAY<STRING>", "every rule the record broke"),
        Column("_row_hash", "BIGINT"),
    ),
)

QUARANTINE = TableContract(
    name="ops.quarantine",
    grain="one row per quarantined record or file",
    key=("source", "record_id"),
    columns=(
        Column("source", "STRING"),
        Column("record_id", "STRING", "record id, or `file:` and the file id"),
        Column("batch_id", "BIGINT"),
        Column("file", "STRING"),
        Column("line", "BIGINT"),
        Column("rules", "ARRAY<STRING>", "every rule broken"),
        Column("payload", "STRING", "as it was judged: as received, or as last corrected; null for a file", pii="raw"),
        Column("redrive", "STRING", "what to do to drive it again"),
        Column("_row_hash", "BIGINT"),
    ),
)

CORRECTIONS = TableContract(
    name="ops.corrections",
    grain="one row per correction of one record; a withdrawal is one too",
    key=("source", "record_id", "correction_no"),
    columns=(
        Column("source", "STRING"),
        Column("record_id", "STRING"),
        Column("correction_no", "INT", "1 for the first of the record; the last one counts"),
        Column("batch_id", "BIGINT"),
        Column("kind", "STRING", "set: single columns; payload: the whole record; withdrawn: as received again"),
        Column("columns", "ARRAY<STRING>", "contract columns that were set; null where the whole record was given"),
        Column("payload", "STRING", "what the record is read as from then on; null: as received", pii="raw"),
        Column("content_hash", "STRING", "record hash of what it is read as from then on"),
        Column("reason", "STRING", pii="free text"),
        Column("actor", "STRING", pii="name"),
        Column("corrected_at", "TIMESTAMP"),
        Column("_row_hash", "BIGINT"),
    ),
)

REDRIVES = TableContract(
    name="ops.redrives",
    grain="one row per record of the quarantine that was driven again in one run",
    key=("run_id", "source", "record_id"),
    columns=(
        Column("run_id", "STRING"),
        Column("source", "STRING"),
        Column("record_id", "STRING"),
        Column("correction_no", "INT", "the correction it was driven with; null: as received"),
        Column("rules_before", "ARRAY<STRING>", "every rule it had broken"),
        Column("fate", "STRING", "what became of it: passed, duplicate or quarantined"),
        Column("rules", "ARRAY<STRING>", "every rule it still breaks"),
        Column("actor", "STRING", "who asked for it; empty: a run found it corrected", pii="name"),
        Column("redriven_at", "TIMESTAMP"),
        Column("_row_hash", "BIGINT"),
    ),
)

FILES = TableContract(
    name="ops.files",
    grain="one row per file seen by landing",
    key=("source", "file_id"),
    columns=(
        Column("source", "STRING"),
        Column("file_id", "STRING", "first 16 hex digits of the content's SHA-256"),
        Column("batch_id", "BIGINT"),
        Column(
            "path", "STRING", "in the landing folder; or connection, topic, partition, offsets; or connection, table"
        ),
        Column("bytes", "BIGINT"),
        Column("modified_ns", "BIGINT", "modification time of the file"),
        Column("encoding", "STRING"),
        Column("header", "ARRAY<STRING>", "column names of a CSV"),
        Column("record_count", "BIGINT"),
        Column("fate", "STRING", "landed, duplicate, quarantined or unlanded"),
        Column("notes", "ARRAY<STRING>", "extra columns and other drift"),
        Column("_row_hash", "BIGINT"),
        Column("position", "STRING", "of an extract: how far it read its table, as JSON"),
    ),
)

POSITIONS = TableContract(
    name="ops.positions",
    grain="one row per source that is read on from where it was left, and part of it",
    key=("source", "part"),
    columns=(
        Column("source", "STRING"),
        Column("part", "STRING", "a topic and the number of its partition; empty for a table"),
        Column("position", "STRING", "as JSON: the next offset to read and of which topic; the highest watermark read"),
        Column("batch_id", "BIGINT", "the landing batch that came so far"),
        Column("_row_hash", "BIGINT"),
    ),
)

RUNS = TableContract(
    name="ops.runs",
    grain="one row per stage of a run",
    key=("run_id", "stage"),
    columns=(
        Column("run_id", "STRING"),
        Column("stage", "STRING"),
        Column("status", "STRING", "done or failed"),
        Column("as_of", "TIMESTAMP"),
        Column("started_at", "TIMESTAMP"),
        Column("seconds", "DOUBLE"),
        Column("input_versions", "MAP<STRING, BIGINT>"),
        Column("output_versions", "MAP<STRING, BIGINT>"),
        Column("rows_written", "MAP<STRING, BIGINT>"),
        Column("facts", "MAP<STRING, STRING>", "counts the stage reports, without personal values"),
        Column("config_hash", "STRING"),
        Column("fingerprint", "STRING", "hash of input versions, configuration and as_of"),
        Column("message", "STRING"),
    ),
)

MICRO_BATCHES = TableContract(
    name="ops.micro_batches",
    grain="one row per micro-batch of a stream that had something to do",
    key=("started_at",),
    columns=(
        Column("started_at", "TIMESTAMP"),
        Column("records", "BIGINT", "records landed"),
        Column("seconds", "DOUBLE", "from landing to the last stage"),
        Column("stage_seconds", "MAP<STRING, DOUBLE>", "of which each stage took"),
        Column("events", "BIGINT", "events that tell when they were received"),
        Column("silver_half_seconds", "DOUBLE", "from receipt to silver: half of the events waited no longer"),
        Column("silver_most_seconds", "DOUBLE", "95 % of them waited no longer"),
        Column("silver_longest_seconds", "DOUBLE"),
        Column("segment_most_seconds", "DOUBLE", "95 % of them: from receipt to the memberships built on them"),
    ),
)

CHECKS = TableContract(
    name="ops.checks",
    grain="one row per expectation of one run",
    key=("run_id", "table_name", "expectation"),
    columns=(
        Column("run_id", "STRING"),
        Column("table_name", "STRING", "a table, or a source"),
        Column("expectation", "STRING"),
        Column("severity", "STRING"),
        Column("passed", "BOOLEAN"),
        Column("observed", "STRING", "aggregate only, never a personal value"),
    ),
)

HEALTH = TableContract(
    name="ops.health",
    grain="one row per measure of one stitch, and what it is of",
    key=("run_id", "measure", "subject"),
    columns=(
        Column("run_id", "STRING"),
        Column("measured_at", "TIMESTAMP", "as_of of the run"),
        Column("measure", "STRING", "such as jitter, stitch_rate, under_merged_pairs"),
        Column("subject", "STRING", "a size class, profile id, namespace or rule; empty for everybody"),
        Column("value", "DOUBLE", "a count, or a share of 1"),
        Column("detail", "STRING", "largest_clusters: live edges by rule; else empty"),
    ),
)

MEASURES = TableContract(
    name="ops.measures",
    grain="one row per measure of a table's or source's batch, and the column or value it is of",
    key=("run_id", "name", "measure", "subject"),
    columns=(
        Column("run_id", "STRING"),
        Column("stage", "STRING"),
        Column("measured_at", "TIMESTAMP", "as_of of the run"),
        Column("name", "STRING", "a table such as silver.events, or a source such as web"),
        Column("measure", "STRING", "such as rows, null_share, quarantined_share, hours_behind"),
        Column("subject", "STRING", "a column, or `column=value` of one without personal values; empty for the whole"),
        Column("value", "DOUBLE", "a count, hours, or a share of 1"),
    ),
)

PUBLICATIONS = TableContract(
    name="ops.publications",
    grain="one row per publication: the consistent version of every table",
    key=("publication_no",),
    columns=(
        Column("publication_no", "BIGINT"),
        Column("run_id", "STRING"),
        Column("stage", "STRING"),
        Column("published_at", "TIMESTAMP"),
        Column("versions", "MAP<STRING, BIGINT>"),
    ),
)

SEQUENCES = TableContract(
    name="ops.sequences",
    grain="one row per surrogate sequence",
    key=("sequence",),
    columns=(
        Column("sequence", "STRING"),
        Column("next_value", "BIGINT", "first value not yet given out; never goes back"),
        Column("_row_hash", "BIGINT"),
    ),
)

OPS_TABLES = (
    *(FATES, QUARANTINE, CORRECTIONS, REDRIVES, FILES, POSITIONS, RUNS, MICRO_BATCHES),
    *(CHECKS, HEALTH, MEASURES, PUBLICATIONS, SEQUENCES),
)
