"""Scores become rows of gold.scores."""

from datetime import datetime, timezone

import pytest
from pyspark.sql import SparkSession

from cdp_lake.contracts.gold import SCORES
from cdp_lake.scoring import score_rows

AS_OF = datetime(2018, 1, 2, tzinfo=timezone.utc)


@pytest.mark.spark
def test_deciles_are_tenths_of_the_scored_people_and_ties_go_by_id(spark: SparkSession) -> None:
    scored = spark.createDataFrame(
        [(f"p{i:02}", 0.5 if i < 10 else i / 100, "3") for i in range(20)],
        "profile_id string, score double, model_version string",
    )
    rows = score_rows(scored.repartition(3), "churn", AS_OF)
    assert tuple(rows.columns) == SCORES.column_names
    found = {row.profile_id: row for row in rows.collect()}
    assert [found[f"p{i}"].decile for i in range(10, 20)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [found[f"p0{i}"].decile for i in range(10)] == [6, 6, 7, 7, 8, 8, 9, 9, 10, 10]
    ana = found["p00"]
    assert (ana.model, ana.model_version, ana.score) == ("churn", "3", 0.5)
    assert ana.scored_at == AS_OF.astimezone().replace(tzinfo=None)


@pytest.mark.spark
def test_the_last_bits_of_a_probability_do_not_make_a_new_row(spark: SparkSession) -> None:
    def hashes(score: float) -> list[int]:
        one = spark.createDataFrame([("p1", score, "1")], "profile_id string, score double, model_version string")
        return [row["_row_hash"] for row in score_rows(one, "churn", AS_OF).collect()]

    assert hashes(0.25) == hashes(0.25 + 1e-12)
    assert hashes(0.25) != hashes(0.26)
