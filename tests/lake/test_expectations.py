"""The gate: Great Expectations judges our counts as it would judge the rows, and no value gets out."""

import re
from datetime import datetime

import pytest

from cdp_lake.adapters.data_docs import write_data_docs
from cdp_lake.adapters.expectations import Gate, _judge, checks_rows, great_expectations
from cdp_lake.config.quality import Expectation, Suite
from cdp_lake.contracts.ops import CHECKS

pytestmark = [pytest.mark.spark, pytest.mark.lake]

PLANTED = "planted.person@example.org"
SCHEMA = "id string, email string, score double, low bigint, high bigint, seen_at timestamp"
ROWS = [
    ("a", PLANTED, 0.5, 1, 2, datetime(2017, 1, 1)),
    ("b", "b@x.org", 1.5, 2, 2, datetime(2017, 1, 2)),
    ("b", PLANTED, -1.0, 3, 1, datetime(2017, 1, 3)),
    ("c", None, None, None, 4, datetime(2017, 1, 4)),
    (None, "d@x.org", 0.1, 5, 9, datetime(2017, 1, 5)),
]
EXPECTATIONS = [
    {"expect": "table_row_count_to_be_between", "min_value": 1, "max_value": 4},
    {"expect": "column_values_to_not_be_null", "column": "email", "mostly": 0.8},
    {"expect": "column_values_to_not_be_null", "column": "id"},
    {"expect": "column_values_to_be_unique", "column": "id"},
    {"expect": "column_values_to_be_unique", "column": "email", "mostly": 0.5},
    {"expect": "compound_columns_to_be_unique", "columns": ["id", "score"]},
    {"expect": "compound_columns_to_be_unique", "columns": ["id", "id"]},
    {"expect": "column_values_to_be_between", "column": "score", "min_value": 0, "max_value": 1},
    {"expect": "column_values_to_be_between", "column": "score", "min_value": -1, "mostly": 0.9},
    {"expect": "column_value_lengths_to_be_between", "column": "email", "max_value": 10},
    {"expect": "column_values_to_be_in_set", "column": "id", "value_set": ["a", "b"], "mostly": 0.75},
    {"expect": "column_values_to_not_be_in_set", "column": "email", "value_set": ["b@x.org"]},
    {"expect": "column_values_to_match_regex", "column": "email", "regex": "^[bd]@"},
    {
        "expect": "column_values_to_not_match_regex",
        "column": "email",
        "regex": "planted",
        "severity": "warning",
        "about": "Test addresses are nobody's.",
    },
    {"expect": "column_pair_values_a_to_be_greater_than_b", "columns": ["high", "low"], "or_equal": True},
    {"expect": "column_pair_values_a_to_be_greater_than_b", "columns": ["high", "low"]},
]


def suite_of(*expectations):
    return Suite(name="silver.people", expectations=tuple(Expectation(**e) for e in expectations))


@pytest.fixture(scope="module")
def people(spark):
    return spark.createDataFrame(ROWS, SCHEMA)


@pytest.fixture(scope="module")
def judged(people):
    return Gate().validate("silver.people", people, suite_of(*EXPECTATIONS))


def test_counts_lead_to_the_verdicts_great_expectations_gives_on_the_rows_themselves(people, judged):
    context = great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("people")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": people.toPandas()})
    for expectation, ours in zip(suite_of(*EXPECTATIONS).expectations, judged.evidence.results, strict=True):
        theirs = batch.validate(_judge(expectation))
        assert (ours.success, ours.result.get("unexpected_count")) == (
            theirs.success,
            theirs.result.get("unexpected_count"),
        ), expectation.label


def test_only_failed_expectations_of_severity_error_are_reasons_not_to_publish(judged):
    failed = [check.expectation for check in judged.checks if not check.passed]
    assert "column_values_to_not_match_regex(email)" in failed
    assert not any("not_match_regex" in failure for failure in judged.failures)
    score = "silver.people: expect column_values_to_be_between(score): 2 of 4 rows unexpected (50.00%)"
    assert score in judged.failures


def test_a_look_up_is_judged_by_its_share(spark, people):
    known = spark.createDataFrame([("a",), ("b",)], "id string")
    look_up = {"expect": "column_values_to_be_in_table", "column": "id", "in_table": "silver.known"}
    strict, lenient = (
        Gate().validate("silver.people", people, suite_of(look_up | {"mostly": share}), {"silver.known": known})
        for share in (1.0, 0.75)
    )
    assert [c.observed for c in strict.checks] == ["1 of 4 rows unexpected (25.00%)"]
    assert (strict.checks[0].passed, lenient.checks[0].passed) == (False, True)


def test_an_empty_table_keeps_everything_but_its_row_count(people):
    result = Gate().validate("silver.people", people.limit(0), suite_of(*EXPECTATIONS))
    failed = [check.expectation for check in result.checks if not check.passed]
    assert failed == ["table_row_count_to_be_between()"]


def test_rows_for_ops_checks_have_the_columns_of_the_contract_and_its_key(judged):
    rows = checks_rows([judged], "run-1")
    assert len(rows) == len(EXPECTATIONS)
    assert {tuple(row) for row in rows} == {CHECKS.column_names}


def test_data_docs_show_every_judged_table_and_no_value_of_a_row(judged, tmp_path):
    index = write_data_docs([judged], tmp_path / "docs", "run-1")
    files = [path for path in index.parent.rglob("*") if path.is_file()]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    assert set(texts) == {"index.html", "silver.people.html", "silver.people.json"}
    for name, text in texts.items():
        assert PLANTED not in text, name
        assert "partial_unexpected" not in text, name
    assert 'href="tables/silver.people.html"' in texts["index.html"]
    assert "must be unique" in texts["silver.people.html"]
    assert "Test addresses are nobody" in texts["silver.people.html"]


def test_data_docs_need_no_network(judged, tmp_path):
    index = write_data_docs([judged], tmp_path / "docs", "run-1")
    for page in index.parent.rglob("*.html"):
        assert not re.search(r"<script|<link|\bsrc=|https?://", page.read_text(encoding="utf-8")), page.name


def test_a_table_that_was_not_judged_again_keeps_its_page(judged, tmp_path):
    write_data_docs([judged], tmp_path, "run-1")
    index = write_data_docs([], tmp_path, "run-2")
    assert "silver.people" in index.read_text(encoding="utf-8")
    assert "run-1" in index.read_text(encoding="utf-8")
