"""One pass over a table tells how many rows break each expectation."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from cdp_lake.config.quality import Expectation, Suite
from cdp_lake.errors import InvariantBroken
from cdp_lake.quality import duplicate_counts, suite_counts, suspects

pytestmark = pytest.mark.spark

ORDERS = """source string, order_id string, amount decimal(18,4), channel string,
    ordered_on date, sent_at timestamp"""
ROWS = [
    ("shop", "1", Decimal("5"), "online", date(2017, 1, 1), datetime(2017, 1, 1, 12)),
    ("shop", "1", Decimal("0"), "store", date(1999, 1, 1), datetime(2017, 1, 1, 13)),
    ("pos", "1", Decimal("-1"), "fax", date(2017, 1, 3), datetime(2018, 1, 1)),
    ("pos", None, None, None, None, None),
    (None, None, Decimal("7"), "online", date(2017, 1, 4), None),
]


@pytest.fixture(scope="module")
def orders(spark):
    return spark.createDataFrame(ROWS, ORDERS)


def counts_of(orders, *expectations, references=None):
    suite = Suite(name="silver.orders", expectations=tuple(Expectation(**e) for e in expectations))
    (row,) = suite_counts(orders, suite, references or {}).collect()
    return row.asDict(), suite


def test_each_expectation_counts_the_rows_that_break_it_and_the_rows_it_cannot_judge(orders):
    counts, _ = counts_of(
        orders,
        {"expect": "column_values_to_not_be_null", "column": "order_id"},
        {"expect": "column_values_to_be_between", "column": "amount", "min_value": 0, "max_value": 5},
        {"expect": "column_values_to_be_in_set", "column": "channel", "value_set": ["online", "store"]},
        {"expect": "column_values_to_not_be_in_set", "column": "channel", "value_set": ["fax"]},
        {"expect": "column_values_to_match_regex", "column": "channel", "regex": "^o"},
        {"expect": "column_values_to_not_match_regex", "column": "channel", "regex": "^o"},
        {"expect": "column_value_lengths_to_be_between", "column": "channel", "min_value": 4, "max_value": 5},
        {"expect": "column_values_to_be_between", "column": "ordered_on", "min_value": date(2000, 1, 1)},
        {"expect": "column_values_to_be_between", "column": "sent_at", "max_value": datetime(2017, 12, 31)},
        {"expect": "column_pair_values_a_to_be_greater_than_b", "columns": ["order_id", "amount"]},
        {"expect": "table_row_count_to_be_between", "min_value": 1},
    )
    assert counts.pop("rows") == 5
    unexpected = [counts[f"unexpected_{number}"] for number in range(10)]
    missing = [counts[f"missing_{number}"] for number in range(10)]
    assert unexpected == [2, 2, 1, 1, 2, 2, 3, 1, 1, 1]
    assert missing == [2, 1, 1, 1, 1, 1, 1, 1, 2, 2]


def test_a_repeated_key_is_suspected_and_then_counted_exactly(orders):
    key = {"expect": "compound_columns_to_be_unique", "columns": ["source", "order_id"]}
    counts, suite = counts_of(orders, key)
    assert suspects(counts, suite) == {0: ("source", "order_id")}
    assert duplicate_counts(orders, ["source", "order_id"]).collect()[0].rows == 2


def test_a_key_that_never_repeats_is_proved_unique_in_the_first_pass(orders):
    sent = {"expect": "column_values_to_be_unique", "column": "sent_at"}
    whole = {"expect": "compound_columns_to_be_unique", "columns": ["source", "order_id", "amount"]}
    counts, suite = counts_of(orders, sent, whole)
    # sent_at is null twice: nulls look alike to a hash, so it is suspected, and then acquitted.
    assert suspects(counts, suite) == {0: ("sent_at",)}
    assert duplicate_counts(orders, ["sent_at"]).collect()[0].rows == 0


def test_a_look_up_counts_strangers_and_leaves_nulls_out(spark, orders):
    rows = [("shop", "1"), ("shop", "1"), ("pos", "9")]
    known = spark.createDataFrame(rows, "source string, order_id string")
    alone = {"expect": "column_values_to_be_in_table", "column": "order_id", "in_table": "other"}
    counts, _ = counts_of(orders, alone, alone | {"within": ["source"]}, references={"other": known})
    assert (counts["rows"], counts["unexpected_0"], counts["missing_0"]) == (5, 0, 2)
    assert (counts["unexpected_1"], counts["missing_1"]) == (1, 2)


def test_a_look_up_without_its_table_is_an_error_not_a_pass(orders):
    look_up = {"expect": "column_values_to_be_in_table", "column": "order_id", "in_table": "silver.products"}
    with pytest.raises(InvariantBroken, match=r"silver\.products, which was not given"):
        counts_of(orders, look_up)


def test_an_empty_table_counts_nothing(orders):
    counts, suite = counts_of(orders.limit(0), {"expect": "column_values_to_be_unique", "column": "order_id"})
    assert counts["rows"] == 0
    assert suspects(counts, suite) == {}
