"""Which correction counts, what a record is read as because of it, and whether it was driven yet."""

from datetime import datetime

import pytest
from pyspark.sql import functions as F

from cdp_lake.contracts.ops import CORRECTIONS
from cdp_lake.silver.corrections.in_force import (
    SET,
    WITHDRAWN,
    Told,
    corrected,
    correction_rows,
    having_one,
    last_ones,
    not_driven,
    record_hash,
    with_correction,
    with_new_payload,
)
from tests.unit.silver.feeds import bronze

pytestmark = pytest.mark.spark
AT = datetime(2024, 3, 1)
FATES = "source STRING, record_id STRING, content_hash STRING, fate STRING"


def history(spark, *rows):
    """Corrections: record, number, payload (None: withdrawn), and the hash of what counts then."""
    every = [
        ("feed", f"f1-{record}", number, 1, SET if payload else WITHDRAWN, None, payload, hashed, "why", "ann", AT, 0)
        for record, number, payload, hashed in rows
    ]
    return spark.createDataFrame(every, CORRECTIONS.schema)


@pytest.fixture
def last(spark):
    return last_ones(history(spark, (1, 1, "a", "ha"), (1, 2, "b", "hb"), (2, 1, "c", "hc"), (2, 2, None, "h-two")))


def test_the_last_word_counts_and_a_withdrawal_is_one(last):
    found = {row["record_id"]: (row["correction_no"], row["payload"]) for row in last.collect()}
    assert found == {"f1-1": (2, "b"), "f1-2": (2, None)}


def test_a_corrected_record_is_read_so_and_its_doubts_are_gone(spark, last):
    received = bronze(spark, "one", "two", "three", error="open_quote")
    rows = {row["_record_id"]: row for row in corrected(received, last).collect()}
    assert {name: (row["payload"], row["_record_hash"], row["_frame_error"]) for name, row in rows.items()} == {
        "f1-1": ("b", "hb", None),
        "f1-2": ("two", "h-two", "open_quote"),
        "f1-3": ("three", "h-three", "open_quote"),
    }
    assert corrected(received, last).columns == received.columns


def test_a_record_is_due_while_its_fate_was_decided_by_other_content(spark, last):
    def due(*fates):
        frame = spark.createDataFrame([("feed", *fate, "quarantined") for fate in fates], FATES)
        return {row["record_id"]: row["correction_no"] for row in not_driven(last, frame).collect()}

    assert due(("f1-1", "h-one"), ("f1-2", "hc"), ("f1-3", "h-three")) == {"f1-1": 2, "f1-2": None}
    # Without a key the occurrence stands behind the hash.
    assert due(("f1-1", "hb:2"), ("f1-2", "h-two:1")) == {}


def test_the_chosen_records_come_with_the_correction_they_are_driven_with(spark, last):
    fates = spark.createDataFrame([("feed", f"f1-{n}", "h", "quarantined") for n in (1, 2, 3)], FATES)
    chosen = spark.createDataFrame([("feed", f"f1-{n}") for n in (1, 2, 3)], "source STRING, record_id STRING")
    found = {row["record_id"]: row["correction_no"] for row in with_correction(fates, chosen, last).collect()}
    assert found == {"f1-1": 2, "f1-2": None, "f1-3": None}
    assert [row["record_id"] for row in having_one(fates, last).collect()] == ["f1-1"]


def test_corrections_are_numbered_on_and_hashed_as_landing_would(spark, last):
    received = bronze(spark, "one", "two", "three").withColumn("_source", F.lit("feed"))
    why = spark.createDataFrame([("asked him",)], "reason STRING")
    rows = correction_rows(received, last, Told(SET, ("born",), "ann", AT), why).collect()
    assert {row["record_id"]: (row["correction_no"], row["payload"], row["columns"]) for row in rows} == {
        "f1-1": (3, "one", ["born"]),
        "f1-2": (3, "two", ["born"]),
        "f1-3": (1, "three", ["born"]),
    }
    (taken_back,) = correction_rows(received.limit(1), last, Told(WITHDRAWN, (), "ann", AT), why).collect()
    assert {row["reason"] for row in (*rows, taken_back)} == {"asked him"}
    assert (taken_back["payload"], taken_back["content_hash"], taken_back["columns"]) == (None, "h-one", None)


@pytest.mark.parametrize(("is_whole", "problem"), [(True, None), (False, "doubtful")])
def test_one_value_more_does_not_mend_a_record_whose_end_is_doubtful(spark, is_whole, problem):
    new = F.struct(F.lit("new").alias("payload"), F.lit(None).cast("string").alias("problem"))
    (row,) = with_new_payload(bronze(spark, "old", error="open_quote"), new, is_whole=is_whole).collect()
    assert (row["payload"], row["problem"], row["_frame_error"]) == ("new", problem, None)
    hashed = spark.range(1).select(record_hash(F.lit("new")).alias("h")).first()["h"]
    assert row["_record_hash"] == hashed


def test_a_record_that_says_so_already_is_not_corrected(spark):
    new = F.struct(F.lit("old").alias("payload"), F.lit(None).cast("string").alias("problem"))
    (row,) = with_new_payload(bronze(spark, "old"), new, is_whole=True).collect()
    assert row["problem"] == "same"
