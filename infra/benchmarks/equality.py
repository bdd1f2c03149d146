"""Are two Delta tables the same rows? Hashes that do not depend on the order of rows, and where they differ.

A row's hash is DuckDB's `hash` over the texts of its columns; a table's is the number of rows, the sum and the XOR of
the hashes. Floating numbers are compared to nine significant digits. Only names of tables and columns and counts are
ever told, never a value.
"""

# ruff: noqa: S608 - SQL is made from names of columns, never from data
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb
from reference.engine import quoted, scan

SIGNIFICANT_DIGITS = 9
# Of a record that cannot be read each engine reads another part: its key and version say nothing.
_ONLY_WHERE = dict.fromkeys(("key_hash", "version_at"), "r.fate <> 'quarantined'")


class Side(NamedTuple):
    """One side's table: where it is, at which version, and SQL of its nodes (record_sk, node), if it has surrogates."""

    table: Path
    version: int | None = None
    nodes: str | None = None


class Digest(NamedTuple):
    """What an order-free hash of a table comes to."""

    rows: int
    total: int
    mix: int


@dataclass(frozen=True)
class Verdict:
    """Whether a table is the same on both sides, and how much of which columns is not."""

    table: str
    columns: int
    spark: Digest
    reference: Digest
    differences: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """True for the same rows, each as often."""
        return self.spark == self.reference


def nodes(table: Path, version: int | None = None) -> str:
    """SQL of one row per record_sk with the key it stands for."""
    return f"(SELECT DISTINCT record_sk, source || ' ' || source_pk AS node FROM {scan(table, version)})"


def compared(db: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], sides: tuple[Side, Side]) -> Verdict:
    """The verdict on one table; surrogates are replaced by the keys they stand for."""
    for label, side in zip(("spark_rows", "reference_rows"), sides, strict=True):
        db.execute(f"CREATE OR REPLACE TEMP VIEW {label} AS {_texts(db, columns, side)}")
    spark, reference = (_digest(db, label, columns) for label in ("spark_rows", "reference_rows"))
    found = () if spark == reference else tuple(_differences(db, columns))
    return Verdict(name, len(columns), spark, reference, found)


def _texts(db: duckdb.DuckDBPyConnection, columns: Sequence[str], side: Side) -> str:
    """SQL of the rows with each column as text."""
    rows = scan(side.table, side.version)
    described = db.sql(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    types = {row[0]: row[1] for row in described}
    texts = [f"{_text(name, types.get(name))} AS {quoted(name)}" for name in columns]
    source = f"{rows} r"
    if "record_sk" in columns and side.nodes:
        source += f" LEFT JOIN {side.nodes} n ON n.record_sk = r.record_sk"
    return f"SELECT {', '.join(texts)} FROM {source}"


def _text(name: str, kind: str | None) -> str:
    if kind is None:
        return "NULL::VARCHAR"
    if name == "record_sk":
        return "n.node"
    column = f"r.{quoted(name)}"
    column = f"CASE WHEN {_ONLY_WHERE[name]} THEN {column} END" if name in _ONLY_WHERE else column
    if kind in ("DOUBLE", "FLOAT"):
        return f"printf('%.{SIGNIFICANT_DIGITS - 1}e', {column})"
    if name == "rules":
        # In which order a record's broken rules are named is promised to nobody.
        return f"list_sort({column})::VARCHAR"
    # Spark's Parquet says nothing of a zone; both sides mean UTC, and so does this database.
    plain = kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMP")
    return f"CAST({column} AS {plain})::VARCHAR"


def _digest(db: duckdb.DuckDBPyConnection, label: str, columns: Sequence[str]) -> Digest:
    row = f"hash({', '.join(map(quoted, columns))})"
    query = f"SELECT count(*), coalesce(sum({row}), 0), coalesce(bit_xor({row}), 0) FROM {label}"
    return Digest(*map(int, db.sql(query).fetchone() or (0, 0, 0)))


def _differences(db: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> list[str]:
    """How many rows only one side has, and how many values of each column."""
    found = []
    for label, names in [("rows", columns), *((name, [name]) for name in columns)]:
        listed = ", ".join(map(quoted, names))
        spark_only, reference_only = (
            _count(db, f"SELECT {listed} FROM {one} EXCEPT ALL SELECT {listed} FROM {other}")
            for one, other in (("spark_rows", "reference_rows"), ("reference_rows", "spark_rows"))
        )
        if spark_only or reference_only:
            found.append(f"{label}: {spark_only} only Spark, {reference_only} only reference")
    return found


def _count(db: duckdb.DuckDBPyConnection, query: str) -> int:
    row = db.sql(f"SELECT count(*) FROM ({query})").fetchone()
    return int(row[0]) if row else 0
