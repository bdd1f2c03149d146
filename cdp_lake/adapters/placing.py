"""Putting rows in order and counting them through, without bringing them all into one place."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

PLACE = "_place"


def in_order(rows: DataFrame, columns: Sequence[str]) -> tuple[DataFrame, int]:
    """The rows with `_place`, counted from 0 in order of the columns, and how many there are. They are computed once.

    Partitions are ranges of the columns; each is counted by itself from an offset, so no window holds all rows.
    """
    order = [F.col(column) for column in columns]
    ranged = rows.repartitionByRange(*order).withColumn("_part", F.spark_partition_id()).persist()
    counts = {row["_part"]: row["count"] for row in ranged.groupBy("_part").count().collect()}
    offsets, total = {0: 0}, 0
    for part in sorted(counts):
        offsets[part] = total
        total += counts[part]
    lookup = F.create_map(*[F.lit(x).cast("bigint") for pair in offsets.items() for x in pair])
    place = F.row_number().over(Window.partitionBy("_part").orderBy(*order)) - 1
    offset = lookup[F.col("_part").cast("bigint")]
    return ranged.select(*rows.columns, (offset + place).cast("bigint").alias(PLACE)), total
