"""DuckDB, and the way from it into Delta tables and back."""

from __future__ import annotations

from pathlib import Path

import duckdb
from deltalake import DeltaTable, convert_to_deltalake


def connected(memory: str, spill: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that uses all cores, spills below `spill` and counts time in UTC."""
    spill.mkdir(parents=True, exist_ok=True)
    db = duckdb.connect(config={"memory_limit": memory, "temp_directory": str(spill)})
    db.execute("SET TimeZone = 'UTC'")
    # No table here has an order, and keeping one would hold every result in memory.
    db.execute("SET preserve_insertion_order = false")
    return db


def written(db: duckdb.DuckDBPyConnection, query: str, table: Path) -> None:
    """The rows of a query as a new Delta table: DuckDB writes the files, delta-rs the log.

    Handing rows over as a stream of Arrow batches hung in DuckDB 1.5.5 as soon as the query had spilt to disk.
    """
    table.mkdir(parents=True)
    files = "FORMAT parquet, COMPRESSION snappy, PER_THREAD_OUTPUT true, OVERWRITE_OR_IGNORE true"
    db.execute(f"COPY ({query}) TO {text(table.as_posix())} ({files})")
    convert_to_deltalake(table)


def scan(table: Path, version: int | None = None) -> str:
    """SQL that reads a Delta table at a version: the files its log lists, which have no deletion vectors here."""
    files = DeltaTable(table, version=version).file_uris()
    if not files:
        return f"(SELECT {', '.join(f'NULL AS {quoted(n)}' for n in _columns(table, version))} WHERE false)"
    return f"read_parquet([{', '.join(map(text, sorted(files)))}], union_by_name = true)"


def quoted(name: str) -> str:
    """A column name in SQL."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def text(value: str) -> str:
    """A text in SQL."""
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def texts(values: tuple[str, ...] | list[str]) -> str:
    """Texts in SQL, in brackets as IN takes them."""
    return f"({', '.join(map(text, values))})"


def _columns(table: Path, version: int | None) -> list[str]:
    return [field.name for field in DeltaTable(table, version=version).schema().fields]
