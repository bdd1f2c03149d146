"""Reading incoming files: what they are, and their records, in one Spark task per file.

Spark's own readers give no line numbers, refuse GBK for CSV, and let one broken quote swallow its
neighbours; so one Python task per file streams its bytes and hands framed records to Spark as Arrow.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.adapters.decoding import KEPT_BYTES
from cdp_lake.adapters.landing_folder import DamagedArchive, IncomingFile, opened, outer_file
from cdp_lake.adapters.row_files import RowLayout, UnreadableRows, row_frames, row_header
from cdp_lake.bronze import FileFacts, Frame, frames, inspected, names_of, text_header
from cdp_lake.config.sources import SourceContract

CHUNK_BYTES = 4_194_304
BATCH_RECORDS = 20_000
FRAME_DDL = "source STRING, file_id STRING, record_no BIGINT, line BIGINT, payload STRING, frame_error STRING"
FACTS_DDL = (
    "source STRING, path STRING, bytes BIGINT, modified_ns BIGINT, file_id STRING, header ARRAY<STRING>, "
    "problems ARRAY<STRING>, notes ARRAY<STRING>"
)


def file_facts(
    spark: SparkSession, landing: Path, files: list[IncomingFile], contracts: dict[str, SourceContract]
) -> DataFrame:
    """One row per file: what its bytes say of it."""

    def facts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                found = _facts(landing, row["path"], contracts[row["source"]])
                yield pa.RecordBatch.from_pylist([{**row, **found._asdict()}], schema=_FACTS_SCHEMA)

    listed = [(f.source, f.path, f.bytes, f.modified_ns) for f in files]
    one_task_each = spark.createDataFrame(listed, "source STRING, path STRING, bytes BIGINT, modified_ns BIGINT")
    return one_task_each.repartition(len(listed)).mapInArrow(facts, FACTS_DDL)


def framed_records(
    spark: SparkSession, landing: Path, files: list[tuple[str, str, str]], contracts: dict[str, SourceContract]
) -> DataFrame:
    """One row per record of the files, given as (source, path, file_id), biggest first."""

    def records(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                contract = contracts[row["source"]]
                yield from _framed(landing, row["path"], contract, row["file_id"])

    one_task_each = spark.createDataFrame(files, "source STRING, path STRING, file_id STRING")
    return one_task_each.repartition(len(files)).mapInArrow(records, FRAME_DDL)


def _facts(landing: Path, path: str, contract: SourceContract) -> FileFacts:
    """What the file is; one that cannot be unpacked or read as its format keeps its identity and says why."""
    try:
        with opened(landing, path) as handle:
            facts = inspected(_chunks(handle), _header_of(landing, path, contract), names_of(contract))
        problems = [*facts.problems, *_without_a_day(path, contract)]
        return facts._replace(file_id=_dated(facts.file_id, path, contract), problems=problems)
    except FileNotFoundError:
        # Taken away since it was listed: whoever listed it sees that.
        return FileFacts("", [], ["vanished"], [])
    except UnreadableRows as problem:
        return FileFacts(_identity(landing, path), [], [f"unreadable_file: {problem}"], [])
    except DamagedArchive as problem:
        return FileFacts(_identity(landing, path), [], [f"damaged_archive: {problem}"], [])


def _dated(file_id: str, path: str, contract: SourceContract) -> str:
    """Of a full export also its day: the same content on another day says that nothing changed, and nobody left."""
    taken_at = contract.snapshot.taken_at(path) if contract.snapshot else None
    return (
        file_id if taken_at is None else hashlib.sha256(f"{file_id} {taken_at.isoformat()}".encode()).hexdigest()[:16]
    )


def _without_a_day(path: str, contract: SourceContract) -> Iterator[str]:
    """Where nothing but its file tells which record is the newer one, a file that does not say is no use."""
    if contract.orders_by_export and contract.snapshot and contract.snapshot.taken_at(path) is None:
        yield (
            f"no_export_day: its name has no day like {contract.snapshot.at} (snapshot.at), and the feed has no "
            "`version`; rename it"
        )


def _identity(landing: Path, path: str) -> str:
    """That of the bytes on disk, where no content tells a file; with its path, for an archive holds several."""
    digest = hashlib.sha256(path.encode())
    with outer_file(landing, path).open("rb") as handle:
        for chunk in _chunks(handle):
            digest.update(chunk)
    return digest.hexdigest()[:16]


def _chunks(handle: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: handle.read(CHUNK_BYTES), b"")


def _header_of(landing: Path, path: str, contract: SourceContract) -> Callable[[bytes], list[str] | None]:
    def of_rows(_: bytes) -> list[str]:
        with opened(landing, path) as handle:
            return row_header(handle, _layout(contract))

    if contract.holds_rows:
        return of_rows
    if contract.format == "csv":
        return partial(text_header, encoding=contract.encoding, delimiter=contract.delimiter)
    return lambda head: None


def _layout(contract: SourceContract) -> RowLayout:
    return RowLayout(contract.format, contract.sheet, contract.header_row)


def _framed(landing: Path, path: str, contract: SourceContract, file_id: str) -> Iterator[pa.RecordBatch]:
    with opened(landing, path) as handle:
        rows: list[tuple[int, int, str, str | None]] = []
        for number, frame in enumerate(_frames(handle, contract), start=1):
            rows.append((number, frame.line, frame.text, frame.error))
            if len(rows) == BATCH_RECORDS:
                yield _batch(rows, contract.name, file_id)
                rows = []
        if rows:
            yield _batch(rows, contract.name, file_id)


def _frames(handle: IO[bytes], contract: SourceContract) -> Iterator[Frame]:
    if contract.holds_rows:
        return row_frames(handle, _layout(contract))
    text = io.TextIOWrapper(handle, encoding=contract.encoding, errors=KEPT_BYTES, newline="\n")
    return frames(text, contract.format, contract.delimiter)


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
        ("bytes", pa.int64()),
        ("modified_ns", pa.int64()),
        ("file_id", pa.string()),
        ("header", pa.list_(pa.string())),
        ("problems", pa.list_(pa.string())),
        ("notes", pa.list_(pa.string())),
    ]
)
