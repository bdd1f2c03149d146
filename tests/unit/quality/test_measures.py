"""One pass over a batch gives what a plain reading of its rows gives, and nothing a person could be known by."""

from datetime import datetime, timedelta, timezone

import pandas as pd
import pytest
from pyspark.sql import functions as F

from cdp_lake.config.history import HistoryRules, Watched, check_history
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts.ops import MEASURES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.quality.history import earlier
from cdp_lake.quality.measures import Measure, Question, measured, of_source, of_table

NOON = datetime(2024, 3, 1, 12, tzinfo=timezone.utc)
ROWS = [
    (
        f"c{n}",
        None if n % 4 == 0 else f"p{n % 7}@example.com",
        ("gold", "silver", None)[n % 3],
        NOON - timedelta(hours=n),
    )
    for n in range(2, 50)
]
NAMES = ["id", "email", "tier", "at"]


@pytest.mark.spark
def test_one_pass_equals_a_plain_reading_of_the_rows(spark):
    asked = Question("crm", ("id", "email"), ("id", "email"), ("tier",), F.col("at"), "records")
    rows = spark.createDataFrame(ROWS, "id STRING, email STRING, tier STRING, at TIMESTAMP")
    found = {tuple(row)[:3]: row["value"] for row in measured(rows, asked, NOON).collect()}

    plain = pd.DataFrame(ROWS, columns=NAMES)
    wanted = {("crm", "records", ""): len(plain)}
    wanted |= {("crm", "null_share", name): plain[name].isna().mean() for name in ("id", "email")}
    wanted |= {("crm", "distinct_share", name): plain[name].nunique() / plain[name].count() for name in ("id", "email")}
    tiers = plain["tier"].fillna("(null)").value_counts(normalize=True)
    wanted |= {("crm", "value_share", f"tier={tier}"): share for tier, share in tiers.items()}
    wanted[("crm", "hours_behind", "")] = 2.0
    assert found.keys() == wanted.keys()
    estimated = {key for key in wanted if key[1] == "distinct_share"}
    for key, value in wanted.items():
        assert found[key] == pytest.approx(value, rel=0.1 if key in estimated else 1e-9), key


@pytest.mark.spark
def test_a_record_that_is_set_aside_does_not_make_its_source_fresh(spark):
    rows = spark.createDataFrame(
        [("a", NOON - timedelta(hours=5), []), ("b", NOON + timedelta(days=365), ["before:at"])],
        "id STRING, at TIMESTAMP, rules ARRAY<STRING>",
    )
    given = {"name": "crm", "kind": "person", "format": "csv", "files": "*", "columns": [{"name": "id"}]}
    asked = of_source(SourceContract.model_validate(given), Watched(name="crm"), F.col("at"))
    found = {row["measure"]: row["value"] for row in measured(rows, asked, NOON).collect()}
    assert (found["records"], found["hours_behind"]) == (2, 5)


@pytest.mark.spark
def test_no_rows_are_none_and_have_no_shares(spark):
    rows = spark.createDataFrame([], "id STRING, email STRING, tier STRING, at TIMESTAMP")
    asked = Question("crm", ("id",), ("id",), ("tier",), F.col("at"))
    assert [Measure(*row) for row in measured(rows, asked, NOON).collect()] == [("crm", "rows", "", 0.0)]


@pytest.mark.spark
def test_history_is_what_was_published_last(spark):
    told = [(f"r{n}", "refine_silver", NOON, "crm", "records", "", float(n)) for n in range(6)]
    measures = spark.createDataFrame(told, MEASURES.schema)
    ended = [(f"r{n}", "refine_silver", "failed" if n == 4 else "done") for n in range(5)]
    ended += [(f"r{n}", "land_bronze", "done") for n in range(6)]
    runs = spark.createDataFrame(ended, "run_id STRING, stage STRING, status STRING")
    # r4 failed after it had landed, and r5 was killed before it could say how it ended.
    assert {row["run_id"] for row in earlier(measures, runs, 3).collect()} == {"r1", "r2", "r3"}


def test_of_a_source_every_column_is_measured_and_no_personal_value():
    columns = [
        {"name": "id"},
        {"name": "tier", "one_of": ["gold"]},
        {"name": "plan"},
        {"name": "sex", "one_of": ["f"], "pii": "gender"},
        {"name": "lines", "type": "list", "columns": [{"name": "no"}]},
    ]
    given = {"name": "crm", "kind": "person", "format": "ndjson", "files": "*", "columns": columns}
    asked = of_source(SourceContract.model_validate(given), Watched(name="crm", values=("plan",)), None)
    assert asked.nulls == ("id", "tier", "plan", "sex", "lines")
    assert asked.values == ("tier", "plan")
    assert of_table(Watched(name="t", columns=("a",), values=("b",))).nulls == ("a",)


@pytest.mark.parametrize(
    ("watched", "problem"),
    [
        ({"name": "silver.source_record"}, "Did you mean 'silver.source_records'?"),
        ({"name": SOURCE_RECORDS.name, "columns": ["emial"]}, "no column 'emial'"),
        ({"name": SOURCE_RECORDS.name, "values": ["email"]}, "values of 'email' are personal (email)"),
        (
            {"name": SOURCE_RECORDS.name, "limits": [{"name": "nul_share", "at_most": 1}]},
            "Did you mean 'null_share'?",
        ),
        ({"name": SOURCE_RECORDS.name, "limits": [{"name": "rows.email", "at_most": 1}]}, "rows is not of a column"),
    ],
)
def test_a_rule_that_means_nothing_is_told(watched, problem):
    (line,) = check_history(HistoryRules(tables=(Watched.model_validate(watched),)), [SOURCE_RECORDS], [])
    assert problem in line
