"""Envelopes: change events that wrap the row they are about, read as the row and what is said of the change.

Debezium writes `{before, after, source, op, ts_ms}`, alone or inside `{schema, payload}`; a row that was deleted stands
in `before` only. See "Data change events" in https://debezium.io/documentation/reference/stable/connectors/postgresql.html
"""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StringType, StructField, StructType

# Paths that begin with it name what is said of the change: `envelope.op`, `envelope.source.ts_ms`.
ENVELOPE = "envelope"
# A message without a value, as landing writes it: the key of what is gone, and the message's own time.
_TOMBSTONE, _KEY, _TIME = "_tombstone", "_key", "_timestamp_ms"
_DELETED = "d"


def envelope_schema(columns: StructType) -> StructType:
    """The schema of a wrapped message, from that of the row and of what is said of the change."""
    row, said = _row(columns), _said(columns)
    change = [StructField("before", row), StructField("after", row), *said.fields]
    key = StructType([StructField("payload", row), *(f for f in row.fields if f.name != "payload")])
    tombstone = [StructField(_KEY, key), StructField(_TOMBSTONE, StringType()), StructField(_TIME, StringType())]
    return StructType([StructField("payload", StructType(change)), *change, *tombstone])


def unwrapped(message: Column, columns: StructType, corrupt: str) -> Column:
    """The row as a struct, with `envelope`, what is said of its change, and the text of a message that is no JSON."""
    outer, inner = message, message["payload"]
    key = message[_KEY]
    state = F.coalesce(inner["after"], inner["before"], outer["after"], outer["before"])
    gone = F.when(outer[_TOMBSTONE].isNotNull(), F.coalesce(key["payload"], _of(key, _row(columns))))
    row = F.coalesce(state, gone)

    def said(path: tuple[str, ...]) -> Column:
        return F.coalesce(_at(inner, path), _at(outer, path), _of_tombstone(outer, path))

    fields = [row[name].alias(name) for name in _row(columns).names]
    return F.struct(message[corrupt].alias(corrupt), *fields, _each(_said(columns), said, ()).alias(ENVELOPE))


def _of_tombstone(message: Column, path: tuple[str, ...]) -> Column:
    stands_for = {("op",): F.lit(_DELETED), ("source", "ts_ms"): message[_TIME], ("ts_ms",): message[_TIME]}
    return F.when(message[_TOMBSTONE].isNotNull(), stands_for.get(path, F.lit(None).cast("string")))


def _each(schema: StructType, value: Callable[[tuple[str, ...]], Column], path: tuple[str, ...]) -> Column:
    """A struct of that schema, each leaf as `value` says of its path."""
    if not schema.fields:
        return F.struct(F.lit(None).cast("string").alias("op"))
    return F.struct(*[_leaf(f.name, f.dataType, value, path).alias(f.name) for f in schema.fields])


def _leaf(name: str, kind: DataType, value: Callable[[tuple[str, ...]], Column], path: tuple[str, ...]) -> Column:
    here = (*path, name)
    return _each(kind, value, here) if isinstance(kind, StructType) else value(here)


def _at(message: Column, path: tuple[str, ...]) -> Column:
    for name in path:
        message = message[name]
    return message


def _of(struct: Column, schema: StructType) -> Column:
    return F.struct(*[struct[name].alias(name) for name in schema.names])


def _row(columns: StructType) -> StructType:
    return StructType([f for f in columns.fields if f.name != ENVELOPE])


def _said(columns: StructType) -> StructType:
    found = [f.dataType for f in columns.fields if f.name == ENVELOPE]
    return found[0] if found and isinstance(found[0], StructType) else StructType([])
