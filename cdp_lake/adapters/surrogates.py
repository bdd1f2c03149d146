"""Surrogate numbers from ops.sequences: given out in key order, never twice, never taken back."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.placing import PLACE, in_order
from cdp_lake.contracts.conform import conform
from cdp_lake.contracts.ops import SEQUENCES


def allocate(lake: Lake, keys: DataFrame, sequence: str, name: str) -> DataFrame:
    """The keys, one row each, with a BIGINT column `name` numbered on in key order.

    The sequence is committed before the numbers are used: a crash leaves a gap, never a number given out twice.
    """
    placed, count = in_order(keys, keys.columns)
    start = _take(lake, sequence, count) if count else 0
    return placed.select(*keys.columns, (F.col(PLACE) + start).alias(name))


def _take(lake: Lake, sequence: str, count: int) -> int:
    """The first of so many numbers of the sequence."""
    numbers = lake.next_numbers or _committed(lake)
    start = numbers.get(sequence, 1)
    numbers = {**numbers, sequence: start + count}
    rows = lake.spark.createDataFrame([(*one, 0) for one in sorted(numbers.items())], SEQUENCES.schema)
    lake.overwrite(SEQUENCES, conform(rows, SEQUENCES))
    lake.next_numbers = numbers
    return start


def _committed(lake: Lake) -> dict[str, int]:
    return {row["sequence"]: int(row["next_value"]) for row in lake.head(SEQUENCES).collect()}
