"""Counting rows while they are written, without reading them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F


def counted_by_file(rows: DataFrame, file_ids: Sequence[str]) -> tuple[DataFrame, Callable[[], dict[str, int]]]:
    """The same rows, and a function that gives the rows per file once they have been written."""
    observation = Observation()
    columns = [F.count_if(F.col("_file_id") == file_id).alias(f"f{i}") for i, file_id in enumerate(file_ids)]
    observed = rows.observe(observation, *columns)

    def counts() -> dict[str, int]:
        found = observation.get
        return {file_id: int(found[f"f{i}"]) for i, file_id in enumerate(file_ids)}

    return observed, counts
