"""Tables of databases through Spark's JDBC source: the only place that knows JDBC, and the only one with a password.

Nothing here writes to a database, and no message says more than the database does about itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException, PythonException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as t

from cdp_lake.adapters import sql_texts as sql
from cdp_lake.adapters.jdbc_problems import why
from cdp_lake.bronze.extracts import Bounds, WatermarkKind, Window
from cdp_lake.bronze.rows import row_frame
from cdp_lake.config.ways_in import Database, TableFeed
from cdp_lake.errors import SourceNotRead, did_you_mean

ROWS_AT_ONCE = 5_000
PAYLOAD_DDL = "payload STRING, _order STRING"
_PAYLOAD_SCHEMA = pa.schema([("payload", pa.string()), ("_order", pa.string())])
_DRIVERS = {
    "postgresql": "org.postgresql.Driver",
    "mysql": "com.mysql.cj.jdbc.Driver",
    "mariadb": "org.mariadb.jdbc.Driver",
    "sqlserver": "com.microsoft.sqlserver.jdbc.SQLServerDriver",
    "oracle": "oracle.jdbc.OracleDriver",
}
# Spark reads in a transaction of its own, and says this first in it; the driver's `readOnly` does not reach that far.
_READ_ONLY = {"postgresql": {"sessionInitStatement": "SET TRANSACTION READ ONLY"}}
_WHOLE = (t.ByteType, t.ShortType, t.IntegerType, t.LongType)


@dataclass(frozen=True)
class DatabaseTable:
    """One table or query as it is now. Every method raises SourceNotRead when the database does not give it."""

    spark: SparkSession
    database: Database
    feed: TableFeed

    @property
    def name(self) -> str:
        """How messages name it."""
        return f"{self.database.name}: {self.feed.table or 'a query'}"

    @cached_property
    def columns(self) -> dict[str, t.StructField]:
        """The columns by name, in the order of the table, with the types Spark gives them."""
        with self.told():
            return {field.name: field for field in self._answer(sql.relation(self.feed)).schema.fields}

    def watermark(self) -> tuple[str, WatermarkKind] | None:
        """Name and kind of the watermark column, None where the contract declares none."""
        if self.feed.watermark is None:
            return None
        field = self._column("watermark", self.feed.watermark)
        kind = _kind(field)
        if kind is None:
            known = f"'{field.name}' is {_said(field)}; dates, times and numbers have an order"
            raise SourceNotRead(f"{self.name}: no watermark: {known}; name another column, or leave `watermark` out")
        return field.name, kind

    def bounds(self, column: str, kind: WatermarkKind, ceiling: str | None) -> Bounds:
        """How far the table goes now: one query."""
        asked = sql.bounds(sql.relation(self.feed), self._quoted(column), Window(ceiling=ceiling), kind)
        with self.told():
            [row] = self._answer(asked).select(_as_watermark(F.col("high"), kind), "undated", "ahead").collect()
        return Bounds(row[0], int(row[1]), int(row[2]))

    def rows(self, window: Window | None, watermark: tuple[str, WatermarkKind] | None) -> DataFrame:
        """The rows of a window, all of them for None, in the parts the contract asks for."""
        where = "1 = 1"
        if window is not None and watermark is not None:
            where = sql.condition(self._quoted(watermark[0]), window, watermark[1])
        with self.told():
            parts = [f"({where}) AND ({part})" for part in self._parts(where)]
            table, options = sql.relation(self.feed), self._options() | self._as_text()
            return self.spark.read.jdbc(self.database.url, table, predicates=parts, properties=options)

    def payloads(self, rows: DataFrame, key: Sequence[str]) -> DataFrame:
        """One row per row: the JSON object that bronze keeps, and the text of its key, to be put in order by."""
        times = [name for name, field in self.columns.items() if isinstance(field.dataType, t.TimestampNTZType)]

        def texts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                found = [_text(row, times, key) for row in _plain_rows(batch)]
                yield pa.RecordBatch.from_pylist(found, schema=_PAYLOAD_SCHEMA)

        return rows.mapInArrow(texts, PAYLOAD_DDL)

    def first_payloads(self, count: int) -> Iterator[str]:
        """So many rows of the table, whichever it gives first, as the JSON objects that bronze keeps."""
        with self.told():
            some = self.payloads(self.rows(None, None).limit(count), ()).select("payload")
            for row in some.toLocalIterator():
                yield row["payload"]

    @property
    def times(self) -> list[str]:
        """The columns that are times or dates in the database."""
        return [name for name, field in self.columns.items() if _kind(field) not in (None, "number")]

    @contextmanager
    def told(self) -> Iterator[None]:
        """What goes wrong with the database in here becomes SourceNotRead: also where its rows are used."""
        try:
            yield
        except PythonException:
            raise
        except (Py4JJavaError, PySparkException) as problem:
            found = why(problem, self._password())
            if found is None:
                raise
            # The chain of causes stays behind: it repeats queries, and what drivers say of their properties.
            raise SourceNotRead(f"{self.name}: {found}") from None

    def _parts(self, where: str) -> list[str]:
        if self.feed.partition_by is None:
            return ["1 = 1"]
        field = self._column("partition_by", self.feed.partition_by)
        is_whole = isinstance(field.dataType, _WHOLE) or getattr(field.dataType, "scale", None) == 0
        if not is_whole:
            raise SourceNotRead(f"{self.name}: partition_by '{field.name}' is {_said(field)}; name a whole number")
        column = self._quoted(field.name)
        [row] = self._answer(sql.extremes(sql.relation(self.feed), column, where)).collect()
        if row["lowest"] is None:
            return ["1 = 1"]
        return sql.parts(column, int(row["lowest"]), int(row["highest"]), self.feed.partitions)

    def _column(self, setting: str, name: str) -> t.StructField:
        """The column of that name, in whatever case where only one is called so."""
        alike = [field for field in self.columns.values() if field.name.lower() == name.lower()]
        exact = [field for field in alike if field.name == name]
        if not exact and len(alike) != 1:
            known = did_you_mean(name, self.columns)
            raise SourceNotRead(f"{self.name}: {setting} '{name}' is no column of it; {known}")
        return (exact or alike)[0]

    def _quoted(self, column: str) -> str:
        return sql.quoted(column, self.database)

    def _as_text(self) -> dict[str, str]:
        """Columns that are read as the database writes them, for Spark's own type would change or refuse values.

        An unbounded numeric would get 18 decimals, a time of day a date, and a local time may be infinite.
        """
        exact = [f"`{name.replace('`', '``')}` STRING" for name, field in self.columns.items() if _loses(field)]
        return {"customSchema": ", ".join(exact)} if exact else {}

    def _answer(self, asked: str) -> DataFrame:
        return self.spark.read.format("jdbc").options(**self._options(), url=self.database.url, dbtable=asked).load()

    def _options(self) -> dict[str, str]:
        kind = self.database.url.split(":")[1]
        driver = {"driver": _DRIVERS[kind]} if kind in _DRIVERS else {}
        login = {"user": self.database.user, "password": self._password()}
        return {
            **_READ_ONLY.get(kind, {}),
            **driver,
            **self.database.options,
            **{name: value for name, value in login.items() if value is not None},
            "fetchsize": str(ROWS_AT_ONCE),
            "preferTimestampNTZ": "true",
        }

    def _password(self) -> str | None:
        variable = self.database.password_env
        if variable is None:
            return None
        if variable not in os.environ:
            raise SourceNotRead(f"{self.name}: the environment variable {variable}, its password, is not set")
        return os.environ[variable]


def _kind(field: t.StructField) -> WatermarkKind | None:
    if (field.metadata or {}).get("logical_time_type"):
        return None
    kinds: list[tuple[Any, WatermarkKind]] = [
        (t.TimestampType, "moment"),
        (t.TimestampNTZType, "local"),
        (t.DateType, "date"),
        ((*_WHOLE, t.DecimalType), "number"),
    ]
    return next((kind for types, kind in kinds if isinstance(field.dataType, types)), None)


def _as_watermark(high: Column, kind: WatermarkKind) -> Column:
    if kind in ("moment", "local"):
        text = F.date_format(high, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS")
        return F.concat(text, F.lit("+00:00")) if kind == "moment" else text
    return high.cast("string")


def _loses(field: t.StructField) -> bool:
    is_time_of_day = bool((field.metadata or {}).get("logical_time_type"))
    return is_time_of_day or isinstance(field.dataType, t.DecimalType | t.FloatType | t.TimestampNTZType)


def _said(field: t.StructField) -> str:
    return (field.metadata or {}).get("jdbcClientType") or field.dataType.simpleString()


def _plain_rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except (OverflowError, ValueError):
        # Python ends at the year 9999; Arrow can write such a time all the same.
        columns = [_listed(column) for column in batch.columns]
        return [dict(zip(batch.schema.names, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return rows


def _listed(column: pa.Array) -> list[Any]:
    try:
        cells: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):
        cells = column.cast(pa.string()).to_pylist()
    return cells


def _text(row: dict[str, Any], times: Sequence[str], key: Sequence[str]) -> dict[str, str]:
    local = {name: row[name].replace(" ", "T", 1) for name in times if row[name] is not None}
    order = "\u001f".join(str(row.get(name)) for name in key)
    return {"payload": row_frame(0, {**row, **local}).text, "_order": order}
