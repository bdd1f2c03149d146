"""Landing by the reference engine: every new file's records as received, into bronze."""

# ruff: noqa: S608 - SQL is made from names of sources and of files, never from data
from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import polars as pl

from cdp_lake.config.sources import SourceContract
from reference.engine import text, written
from reference.lines import error_column, file_row, inspected, records, text_column

_FILE_SCHEMA = {
    **dict.fromkeys(("source", "path", "file_id", "encoding", "fate"), pl.String),
    **dict.fromkeys(("bytes", "modified_ns", "batch_id", "record_count"), pl.Int64),
    **dict.fromkeys(("header", "notes"), pl.List(pl.String)),
}


class Landed(NamedTuple):
    """Files by source, of which the records are now in tables `bronze_<source>`."""

    files: dict[str, list[dict[str, Any]]]
    records: int


def landed(db: duckdb.DuckDBPyConnection, landing: Path, contracts: Iterable[SourceContract], out: Path) -> Landed:
    """Every source's records in a table and in Delta below `out`, with ops.files."""
    files, counts = {}, 0
    for contract in contracts:
        files[contract.name] = _land_source(db, landing, contract, out)
        counts += sum(file["record_count"] for file in files[contract.name])
    listed = [file for found in files.values() for file in found]
    _register(db, "file_rows", pl.DataFrame(listed, _FILE_SCHEMA))
    db.execute("CREATE TABLE files AS SELECT * FROM file_rows")
    written(db, "SELECT * FROM files", out / "ops" / "files")
    return Landed(files, counts)


def _land_source(
    db: duckdb.DuckDBPyConnection, landing: Path, contract: SourceContract, out: Path
) -> list[dict[str, Any]]:
    rows, seen = [], set()
    db.execute(f"CREATE TABLE bronze_{contract.name} ({_COLUMNS})")
    with ThreadPoolExecutor() as pool:
        facts = list(pool.map(lambda path: inspected(landing, path, contract), _files(landing, contract)))
        for found in facts:
            row = file_row(found, seen, contract.encoding)
            if row is not None:
                rows.append(row | {"record_count": 0})
        waiting = [row for row in rows if row["fate"] == "landed"]
        # The next file is cut into records while the one before is hashed and stored.
        for row, framed in zip(waiting, _ahead(pool, landing, waiting, contract), strict=True):
            row["record_count"] = framed.height
            _register(db, "framed", framed.with_row_index("record_no", 1))
            db.execute(_insert(contract, row["file_id"]))
    if waiting:
        written(db, f"SELECT * FROM bronze_{contract.name}", out / "bronze" / contract.name)
    return rows


def _ahead(pool: ThreadPoolExecutor, landing: Path, rows: list[dict[str, Any]], contract: SourceContract) -> Any:
    """The records of each file, with one file read ahead and no more in memory."""
    if not rows:
        return
    started = pool.submit(records, landing / rows[0]["path"], contract)
    for _, following in pairwise([*rows, None]):
        framed = started.result()
        if following is not None:
            started = pool.submit(records, landing / following["path"], contract)
        yield framed


def _files(landing: Path, contract: SourceContract) -> list[Path]:
    found = sorted(landing.glob(contract.files))
    return [p for p in found if p.is_file() and p.suffix not in {".tmp", ".part"} and not p.name.startswith(".")]


_COLUMNS = (
    "_record_id VARCHAR, _source VARCHAR, _batch_id BIGINT, _file_id VARCHAR, _record_no BIGINT, _line BIGINT, "
    "_record_hash VARCHAR, _frame_error VARCHAR, _ingested_at TIMESTAMPTZ, payload VARCHAR"
)


def _insert(contract: SourceContract, file_id: str) -> str:
    return f"""
        INSERT INTO bronze_{contract.name}
        SELECT '{file_id}-' || lpad(record_no::VARCHAR, 9, '0'), {text(contract.name)}, 1, '{file_id}',
               record_no, line, left(sha256({text_column()}), 32), {error_column()}, now(), {text_column()}
        FROM framed"""


def _register(db: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    db.register(name, frame.to_arrow())
