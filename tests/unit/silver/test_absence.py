"""Who is missing from the newest full export is gone since the first one that lacked them."""

from datetime import datetime, timezone

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cdp_lake.silver.absence import leaving, present_until, with_absences

DAYS = {f"f{day}": datetime(2024, 1, day, tzinfo=timezone.utc) for day in range(1, 6)}
SPARK = settings(
    max_examples=3, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def fates(spark, present):
    """Of each key the days on which it is in the export."""
    rows = [(f"f{day}-{n:09d}", key) for n, (key, days) in enumerate(present.items(), start=1) for day in days]
    return spark.createDataFrame(rows, "record_id STRING, key_hash STRING")


def gone_on(spark, present, taken_at=DAYS):
    rows = present_until(fates(spark, present), taken_at).collect()
    return {row["key_hash"]: row["_gone_at"] and row["_gone_at"].day for row in rows}


@pytest.mark.spark
@SPARK
@given(present=st.dictionaries(st.sampled_from("abcdefgh"), st.sets(st.integers(1, 5), min_size=1), min_size=5))
def test_a_key_is_gone_on_the_first_day_after_its_last(spark, present):
    expected = {key: max(days) + 1 if max(days) < 5 else None for key, days in present.items()}
    assert gone_on(spark, present) == expected


def test_a_file_that_is_no_full_export_says_nothing(spark):
    taken_at = {name: at for name, at in DAYS.items() if name in ("f1", "f3")}
    # In a file of day 5 that is no full export: not seen, and not missed.
    assert gone_on(spark, {"a": {1, 5}, "b": {3}, "c": {5}}, taken_at) == {"a": 3, "b": None}


def test_how_many_leave_with_each_export_is_counted_beside_who_stays(spark):
    presence = present_until(fates(spark, {"a": {1}, "b": {4}, "c": {4}, "d": {5}}), DAYS)
    assert {(row["_gone_at"].day, row["gone"], row["staying"]) for row in leaving(presence).collect()} == {
        (2, 1, 3),
        (5, 2, 1),
    }


def test_all_versions_of_who_left_are_marked_and_a_mark_goes_when_they_are_back(spark):
    told = fates(spark, {"a": {1, 2}, "b": {1, 5}})
    versions = [("a", "f1-000000001", None), ("a", "f2-000000001", None), ("b", "f1-000000002", DAYS["f3"])]
    records = spark.createDataFrame(
        [("crm", *one) for one in versions], "source STRING, source_pk STRING, _record_id STRING, deleted_at TIMESTAMP"
    )
    found = with_absences(records, told, present_until(told, DAYS)).collect()
    assert sorted((row["source_pk"], row["deleted_at"] and row["deleted_at"].day) for row in found) == [
        ("a", 3),
        ("a", 3),
        ("b", None),
    ]
