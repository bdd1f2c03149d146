"""One fixture for all tables of cases: many texts through one Column function in one Spark action."""

from collections.abc import Callable, Sequence

import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

Answers = Callable[..., list[object]]


@pytest.fixture
def answers(spark: SparkSession) -> Answers:
    """answers(fn, rows): fn over the rows' text columns, in the rows' order."""

    def run(fn: Callable[..., Column], rows: Sequence[tuple[str | None, ...]]) -> list[object]:
        names = [f"c{at}" for at in range(len(rows[0]))]
        schema = "n INT, " + ", ".join(f"{name} STRING" for name in names)
        table = spark.createDataFrame([(n, *row) for n, row in enumerate(rows)], schema)
        found = table.select("n", fn(*map(F.col, names)).alias("answer")).collect()
        return [row["answer"] for row in sorted(found, key=lambda row: row["n"])]

    return run
