"""The one gate between a builder and its table: right columns, right order, right types."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.contracts.table import TableContract
from cdp_lake.errors import InvariantBroken, did_you_mean

ROW_HASH = "_row_hash"


def conform(df: DataFrame, contract: TableContract) -> DataFrame:
    """The same rows with exactly the contract's columns; `_row_hash` is filled where it is declared.

    Raises InvariantBroken when the frame lacks a column: a silent null column is never published.
    """
    hashed = ROW_HASH in contract.column_names
    wanted = [c for c in contract.columns if c.name != ROW_HASH]
    missing = [c.name for c in wanted if c.name not in df.columns]
    if missing:
        hint = did_you_mean(missing[0], df.columns)
        raise InvariantBroken(f"{contract.name}: the builder gave no column {missing}; {hint}")
    typed = df.select(*[F.col(c.name).cast(c.struct_field.dataType).alias(c.name) for c in wanted])
    return typed.transform(with_row_hash, contract) if hashed else typed


def with_row_hash(df: DataFrame, contract: TableContract) -> DataFrame:
    """One 64-bit hash per row over the value columns, in which a null differs from an absent value."""
    # xxhash64 skips nulls, so (null, a) and (a, null) would collide: hash each null flag as well.
    parts = [part for name in contract.value_columns for part in (F.col(name), F.col(name).isNull())]
    return df.select("*", F.xxhash64(*parts).alias(ROW_HASH)).select(*contract.column_names)
