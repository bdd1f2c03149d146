"""Surrogate numbers from ops.sequences: given out in key order, never twice, never taken back."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.adapters.lake import Lake
from cdp_lake.contracts.conform import conform
from cdp_lake.contracts.ops import SEQUENCES


def allocate(lake: Lake, keys: DataFrame, sequence: str, name: str) -> DataFrame:
    """The keys, one row each, with a BIGINT column `name` numbered on in key order.

    Partitions are ranges of the key; each is numbered by itself from an offset, so no window holds
    the whole table. The sequence is committed before the numbers are used: a crash leaves a gap,
    never a number given out twice.
    """
    order = [F.col(column) for column in keys.columns]
    ranged = keys.repartitionByRange(*order).withColumn("_part", F.spark_partition_id()).persist()
    counts = {row["_part"]: row["count"] for row in ranged.groupBy("_part").count().collect()}
    if not counts:
        return ranged.select(*keys.columns, F.lit(0).cast("bigint").alias(name))
    start = _take(lake, sequence, sum(counts.values()))
    offsets, total = {}, start
    for part in sorted(counts):
        offsets[part] = total
        total += counts[part]
    lookup = F.create_map(*[F.lit(x).cast("bigint") for pair in offsets.items() for x in pair])
    place = F.row_number().over(Window.partitionBy("_part").orderBy(*order)) - 1
    return ranged.select(*keys.columns, (lookup[F.col("_part").cast("bigint")] + place).cast("bigint").alias(name))


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
