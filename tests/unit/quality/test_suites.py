"""Suites are read strictly and checked against the contracts before any data is."""

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from cdp_lake.config.quality import EXPECTATIONS, Expectation, QualityRules, Suite, check_suites
from cdp_lake.config.shipped import conf_dir
from cdp_lake.contracts.catalogue import TABLES


def shipped() -> QualityRules:
    text = (conf_dir() / "quality.yml").read_text(encoding="utf-8")
    return QualityRules.model_validate(yaml.safe_load(text))


def problems_of(*expectations: dict[str, object], table: str = "silver.orders") -> list[str]:
    suite = Suite.model_validate({"name": table, "expectations": expectations})
    return check_suites([suite], TABLES)


def test_the_shipped_suites_fit_the_contracts():
    assert check_suites(shipped().suites, TABLES) == []


def test_every_silver_and_gold_table_has_a_shipped_suite():
    promised = {table.name for table in TABLES if table.layer in ("silver", "gold")}
    assert promised <= {suite.name for suite in shipped().suites}


def test_every_shipped_suite_says_that_the_key_of_the_table_is_unique():
    keys = {table.name: table.key for table in TABLES}
    for suite in shipped().suites:
        unique = [e.all_columns for e in suite.expectations if "unique" in e.expect]
        assert keys[suite.name] in unique, suite.name


@pytest.mark.parametrize(
    ("expectation", "hint"),
    [
        ({"expect": "column_values_to_not_be_nul", "column": "order_id"}, "'column_values_to_not_be_null'"),
        ({"expect": "column_values_to_not_be_null", "column": "ordr_id"}, "'order_id'"),
        (
            {
                "expect": "column_values_to_be_in_table",
                "column": "record_sk",
                "in_table": "silver.source_record",
            },
            "'silver.source_records'",
        ),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest_known_one(expectation, hint):
    (problem,) = problems_of(expectation)
    assert "silver.orders" in problem
    assert f"Did you mean {hint}?" in problem


def test_a_misspelt_table_is_answered_with_the_nearest_known_one():
    rows = {"expect": "table_row_count_to_be_between", "min_value": 1}
    (problem,) = problems_of(rows, table="silver.order")
    assert "Did you mean 'silver.orders'?" in problem


def test_a_misspelt_setting_is_refused_when_the_file_is_read():
    with pytest.raises(ValidationError, match=r"unknown key 'minvalue'.*Did you mean 'min_value'"):
        Expectation.model_validate({"expect": "table_row_count_to_be_between", "minvalue": 1})


@pytest.mark.parametrize(
    ("expectation", "said"),
    [
        ({"expect": "column_values_to_not_be_null", "column": "order_id", "regex": "^a"}, "takes no `regex`"),
        ({"expect": "column_values_to_not_be_null"}, "needs `column`"),
        ({"expect": "column_values_to_be_between", "column": "amount"}, "needs `min_value` or `max_value`"),
        ({"expect": "column_values_to_match_regex", "column": "amount", "regex": "^a"}, "is DECIMAL"),
        (
            {"expect": "column_values_to_be_between", "column": "ordered_on", "min_value": 3},
            "its bounds are not",
        ),
        (
            {"expect": "column_values_to_be_between", "column": "amount", "min_value": date(2017, 1, 1)},
            "bounds are not",
        ),
        ({"expect": "compound_columns_to_be_unique", "columns": ["order_id"]}, "needs two columns or more"),
        (
            {"expect": "column_pair_values_a_to_be_greater_than_b", "columns": ["amount"]},
            "needs two columns, found 1",
        ),
        (
            {"expect": "column_values_to_be_in_table", "column": "order_id", "in_table": "silver.products"},
            "silver.products has no column 'order_id'",
        ),
    ],
)
def test_a_setting_that_does_not_fit_is_named(expectation, said):
    assert any(said in problem for problem in problems_of(expectation))


def test_zero_is_a_bound():
    assert problems_of({"expect": "column_values_to_be_between", "column": "amount", "min_value": 0}) == []


def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(ValidationError, match="min_value 5 is above max_value 2"):
        Expectation(expect="column_values_to_be_between", column="amount", min_value=5, max_value=2)


def test_the_same_expectation_twice_is_a_problem_because_results_are_kept_by_its_name():
    twice = {"expect": "column_values_to_not_be_null", "column": "order_id"}
    assert any("is given twice" in problem for problem in problems_of(twice, twice))


def test_every_problem_is_told_at_once():
    unknown_column = {"expect": "column_values_to_not_be_null", "column": "nope"}
    assert len(problems_of({"expect": "no_such"}, unknown_column)) == 2


def test_a_suite_knows_the_tables_it_looks_values_up_in():
    suite = shipped().suite_of("silver.order_lines")
    assert suite is not None
    assert suite.references == ("silver.orders", "silver.products")


def test_a_table_without_suite_is_none_not_an_error():
    assert shipped().suite_of("ops.sequences") is None


def test_every_known_expectation_is_a_word_of_great_expectations_or_the_look_up():
    spec = find_spec("great_expectations")
    assert spec is not None and spec.origin
    core = Path(spec.origin).parent / "expectations" / "core"
    shipped_words = {path.stem.removeprefix("expect_") for path in core.glob("expect_*.py")}
    assert set(EXPECTATIONS) - shipped_words == {"column_values_to_be_in_table"}
