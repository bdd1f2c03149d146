"""What a table promises: its grain, key, columns, layout, owner, purpose and version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from pyspark.sql.types import DataType, StructField, StructType


@cache
def _data_type(ddl: str) -> DataType:
    # Each parse is a call into the JVM, and a few words name hundreds of columns.
    return DataType.fromDDL(ddl)


@dataclass(frozen=True)
class Column:
    """One column of a table; `pii` names the kind of personal value it holds in clear."""

    name: str
    type: str
    about: str = ""
    pii: str | None = None

    @property
    def struct_field(self) -> StructField:
        """The column as a Spark field, its tag in the metadata."""
        metadata = {"comment": self.about} | ({"pii": self.pii} if self.pii else {})
        return StructField(self.name, _data_type(self.type), nullable=True, metadata=metadata)


@dataclass(frozen=True)
class TableContract:
    """The promise of one table. `key` is unique per row; columns are only ever added.

    `present` is the condition of the rows that count, such as those that still stand: others are kept for history, and
    for those who ask. `rebuilt_by` is the stage that makes the table from other tables alone, so that with
    its files nothing is lost for good.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    cluster_by: tuple[str, ...] = ()
    owner: str = "data-platform"
    purpose: str = "operations"
    retention_days: int = 3650
    version: int = 1
    portable: bool = False
    present: str | None = None
    rebuilt_by: str | None = None

    @property
    def schema(self) -> StructType:
        """The table's Spark schema, in column order."""
        return StructType([column.struct_field for column in self.columns])

    @property
    def column_names(self) -> tuple[str, ...]:
        """All column names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def value_columns(self) -> tuple[str, ...]:
        """Columns that make a row what it is: without the `_` columns of the ingest."""
        return tuple(name for name in self.column_names if not name.startswith("_"))

    @property
    def layer(self) -> str:
        """The part before the dot: bronze, silver, identity, gold, activation or ops."""
        return self.name.split(".", 1)[0]

    @property
    def personal_columns(self) -> tuple[str, ...]:
        """Columns that hold personal values in clear; never in statistics."""
        return tuple(column.name for column in self.columns if column.pii)

    @property
    def statistics_columns(self) -> tuple[str, ...]:
        """Columns Delta may keep minimum and maximum of: surrogates, dates, numbers; never personal."""
        plain = ("BIGINT", "INT", "DATE", "TIMESTAMP")
        names = [c.name for c in self.columns if not c.pii and c.type.upper() in plain]
        extra = [name for name in self.cluster_by if name not in names]
        return tuple(extra + names)

    def extended(self, *columns: Column) -> TableContract:
        """The same contract with more columns at the end (traits are declared in YAML)."""
        return replace(self, columns=self.columns + columns)
