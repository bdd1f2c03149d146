"""Reading incoming files: listing them, and framing them in one Spark task per file.

Spark's own readers give no line numbers, refuse GBK for CSV, and let one broken quote swallow its
neighbours; so one Python task per file streams its bytes and hands framed records to Spark as Arrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.adapters.decoding import KEPT_BYTES
from cdp_lake.bronze import frames, inspected
from cdp_lake.config.sources import SourceContract

CHUNK_BYTES = 4_194_304
BATCH_RECORDS = 20_000
FRAME_DDL = "source STRING, file_id STRING, record_no BIGINT, line BIGINT, payload STRING, frame_error STRING"
FACTS_DDL = (
    "source STRING, path STRING, modified_ns BIGINT, file_id STRING, bytes BIGINT, header ARRAY<STRING>, "
    "problems ARRAY<STRING>, notes ARRAY<STRING>"
)


@dataclass(frozen=True)
class IncomingFile:
    """A file waiting below the landing folder."""

    source: str
    path: str
    bytes: int
    modified_ns: int


def incoming_files(landing: Path, contracts: Iterable[SourceContract]) -> list[IncomingFile]:
    """Files that match the sources' patterns, in order of source and path; half-uploaded `.tmp`/`.part` skipped."""
    found = []
    for contract in contracts:
        for path in sorted(landing.glob(contract.files)):
            if path.is_file() and path.suffix not in {".tmp", ".part"} and not path.name.startswith("."):
                stat = path.stat()
                relative = path.relative_to(landing).as_posix()
                found.append(IncomingFile(contract.name, relative, stat.st_size, stat.st_mtime_ns))
    return found


def file_facts(
    spark: SparkSession, landing: Path, files: list[IncomingFile], contracts: dict[str, SourceContract]
) -> DataFrame:
    """One row per file: what its bytes say of it."""

    def facts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                contract = contracts[row["source"]]
                known = [column.source_path for column in contract.columns]
                headers = (list(contract.required_headers), known)
                with (landing / row["path"]).open("rb") as handle:
                    chunks = iter(lambda: handle.read(CHUNK_BYTES), b"")
                    found = inspected(chunks, contract.format, contract.encoding, contract.delimiter, headers)
                yield pa.RecordBatch.from_pylist([{**row, **found._asdict()}], schema=_FACTS_SCHEMA)

    listed = [(f.source, f.path, f.modified_ns) for f in files]
    one_task_each = spark.createDataFrame(listed, "source STRING, path STRING, modified_ns BIGINT")
    return one_task_each.repartition(len(listed)).mapInArrow(facts, FACTS_DDL)


def framed_records(
    spark: SparkSession, landing: Path, files: list[tuple[str, str, str]], contracts: dict[str, SourceContract]
) -> DataFrame:
    """One row per record of the files, given as (source, path, file_id), biggest first."""

    def records(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                contract = contracts[row["source"]]
                yield from _framed(landing / row["path"], contract, row["source"], row["file_id"])

    one_task_each = spark.createDataFrame(files, "source STRING, path STRING, file_id STRING")
    return one_task_each.repartition(len(files)).mapInArrow(records, FRAME_DDL)


def _framed(path: Path, contract: SourceContract, source: str, file_id: str) -> Iterator[pa.RecordBatch]:
    with path.open(encoding=contract.encoding, errors=KEPT_BYTES, newline="\n") as handle:
        rows: list[tuple[int, int, str, str | None]] = []
        for number, frame in enumerate(frames(handle, contract.format, contract.delimiter), start=1):
            rows.append((number, frame.line, frame.text, frame.error))
            if len(rows) == BATCH_RECORDS:
                yield _batch(rows, source, file_id)
                rows = []
        if rows:
            yield _batch(rows, source, file_id)


def _batch(rows: list[tuple[int, int, str, str | None]], source: str, file_id: str) -> pa.RecordBatch:
    numbers, lines, texts, errors = map(list, zip(*rows, strict=True))
    try:
        payload = pa.array(texts, pa.string())
    except UnicodeEncodeError:
        errors = [e or (None if _is_clean(t) else "undecodable_bytes") for e, t in zip(errors, texts, strict=True)]
        payload = pa.array([t.encode("utf-8", "backslashreplace").decode() for t in texts], pa.string())
    count = len(rows)
    columns = [
        pa.array([source] * count, pa.string()),
        pa.array([file_id] * count, pa.string()),
        pa.array(numbers, pa.int64()),
        pa.array(lines, pa.int64()),
        payload,
        pa.array(errors, pa.string()),
    ]
    return pa.RecordBatch.from_arrays(
        columns, names=["source", "file_id", "record_no", "line", "payload", "frame_error"]
    )


def _is_clean(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


_FRAME_NAMES = ["source", "file_id", "record_no", "line", "payload", "frame_error"]
_FACTS_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("path", pa.string()),
        ("modified_ns", pa.int64()),
        ("file_id", pa.string()),
        ("bytes", pa.int64()),
        ("header", pa.list_(pa.string())),
        ("problems", pa.list_(pa.string())),
        ("notes", pa.list_(pa.string())),
    ]
)
