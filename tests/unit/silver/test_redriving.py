"""Records driven again: what has to come along, what they had left behind, what is written down."""

from datetime import datetime

import pytest

from cdp_lake.silver.fates import CONFLICT_RULE
from cdp_lake.silver.redriving import (
    judged_anew,
    left_by,
    no_longer_passing,
    parts_of,
    redrive_rows,
    with_companions,
    without,
)
from tests.unit.silver.feeds import contract

pytestmark = pytest.mark.spark
FATES = "source STRING, record_id STRING, batch_id BIGINT, key_hash STRING, fate STRING, rules ARRAY<STRING>"
COLUMNS = [{"name": "id", "field": "order_id"}]
FEEDS = (
    contract([{"name": "id"}], name="keyed", key=["id"]),
    contract([{"name": "id"}], name="keyless"),
    contract(COLUMNS, name="orders", kind="order_rows", key=["id"]),
)
PASSED, BROKEN, CONFLICT = ("passed", []), ("quarantined", ["type:a"]), ("quarantined", [CONFLICT_RULE])


def together(spark, rows, *asked):
    """Which of these fates (source, record, key, fate and rules) are driven when some are asked for."""
    frame = spark.createDataFrame([(source, record, 1, key, *fate) for source, record, key, fate in rows], FATES)
    chosen = frame.where(frame["record_id"].isin(*asked))
    return {(row["source"], row["record_id"]) for row in with_companions(chosen, frame, FEEDS).collect()}


def test_a_record_with_a_key_is_driven_alone(spark):
    rows = [("keyed", "f-1", "k", BROKEN), ("keyed", "f-2", "k", PASSED), ("keyed", "f-3", "l", BROKEN)]
    assert together(spark, rows, "f-1") == {("keyed", "f-1")}


@pytest.mark.parametrize("source", ["keyless", "orders"])
def test_where_rows_of_a_file_belong_together_the_file_is_driven(spark, source):
    rows = [(source, "f-1", "k", BROKEN), (source, "f-2", "l", PASSED), (source, "f-g-1", "m", BROKEN)]
    other = [("keyed", "f-9", "k", PASSED)]
    assert together(spark, rows + other, "f-1") == {(source, "f-1"), (source, "f-2")}
    assert together(spark, rows + other, "f-g-1") == {(source, "f-g-1")}


def test_a_conflict_is_judged_with_all_records_of_its_key(spark):
    rows = [
        ("keyed", "f-1", "k", PASSED),
        ("keyed", "f-2", "k", CONFLICT),
        ("keyed", "f-3", "k", ("duplicate", [])),
        ("keyed", "f-4", "k", BROKEN),
        ("keyed", "f-5", "l", PASSED),
    ]
    assert together(spark, rows, "f-2") == {("keyed", "f-1"), ("keyed", "f-2"), ("keyed", "f-3")}


def test_batches_and_files_are_told_by_source(spark):
    rows = [("a", "f-1", 2), ("a", "f-2", 2), ("a", "g-1", 1), ("b", "h-1", 3)]
    found = parts_of(spark.createDataFrame(rows, "source STRING, record_id STRING, batch_id BIGINT")).collect()
    assert {row["source"]: (row["records"], row["batches"], row["files"]) for row in found} == {
        "a": (3, [1, 2], ["f", "g"]),
        "b": (1, [3], ["h"]),
    }


def test_what_driven_records_had_left_goes_but_a_carrier_stands_for_others_too(spark):
    driven = spark.createDataFrame([("a", "f-1"), ("a", "f-2")], "source STRING, record_id STRING")
    records = spark.createDataFrame(
        [("p1", False, "f-1"), ("p2", False, "f-3"), ("c1", True, "f-2")],
        "source_pk STRING, is_carrier BOOLEAN, _record_id STRING",
    )
    assert {row["source_pk"] for row in left_by(records, driven).collect()} == {"p1"}
    assert {row["source_pk"] for row in without(records, driven).collect()} == {"p2", "c1"}
    facts = records.drop("is_carrier")
    assert {row["source_pk"] for row in left_by(facts, driven).collect()} == {"p1", "c1"}


def test_only_records_that_had_passed_and_do_not_any_more_are_lost(spark):
    shape = "source STRING, record_id STRING, fate STRING"
    before = spark.createDataFrame([("a", "1", "passed"), ("a", "2", "passed"), ("a", "3", "quarantined")], shape)
    now = spark.createDataFrame([("a", "1", "passed"), ("a", "2", "duplicate"), ("a", "3", "quarantined")], shape)
    assert [tuple(row) for row in no_longer_passing(before, now).collect()] == [("a", "2")]


def test_rows_of_the_quarantine_are_replaced_for_records_with_a_new_fate_and_never_for_files(spark):
    shape = "source STRING, record_id STRING"
    aside = spark.createDataFrame([("a", "f-1"), ("a", "f-2"), ("b", "f-1"), ("a", "file:f")], shape)
    fates = spark.createDataFrame([("a", "f-1"), ("a", "file:f")], shape)
    assert [tuple(row) for row in judged_anew(aside, fates).collect()] == [("a", "f-1")]
    assert judged_anew(aside, None).count() == 3


def test_what_became_of_a_record_is_written_down_beside_what_it_was(spark):
    asked = spark.createDataFrame(
        [("a", "f-1", 2, ["type:a"]), ("a", "f-2", None, ["type:a"])],
        "source STRING, record_id STRING, correction_no INT, rules ARRAY<STRING>",
    )
    fates = spark.createDataFrame(
        [
            ("a", "f-1", 1, "k", "passed", []),
            ("a", "f-2", 1, "l", "quarantined", ["type:b"]),
            ("a", "f-3", 1, "m", *PASSED),
        ],
        FATES,
    )
    rows = redrive_rows(asked, fates, "r1", "ann", datetime(2024, 3, 1)).collect()
    assert {r["record_id"]: (r["correction_no"], r["rules_before"], r["fate"], r["rules"]) for r in rows} == {
        "f-1": (2, ["type:a"], "passed", []),
        "f-2": (None, ["type:a"], "quarantined", ["type:b"]),
    }
