"""Audiences before and after: who stays, enters, leaves, or stays under another id."""

from datetime import datetime

import pytest

from cdp_lake.segments.comparison import members_now, move_counts, movers, moves, named_audience

pytestmark = pytest.mark.spark
MEMBERS = "audience STRING, profile_id STRING"


@pytest.fixture(scope="module")
def moved(spark):
    before = spark.createDataFrame([("vip", "P1"), ("vip", "P2"), ("vip", "P3"), ("new", "P2"), ("new", "P4")], MEMBERS)
    after = spark.createDataFrame([("vip", "P1"), ("vip", "P5"), ("new", "P4")], MEMBERS)
    # P2 fell apart and went to two who are both in vip, and is in neither's other segment.
    retired = spark.createDataFrame([("P2", "P1"), ("P2", "P5")], "profile_id STRING, survivor STRING")
    return moves(before, after, retired).persist()


def test_an_id_that_was_merged_into_a_member_has_not_left(moved):
    assert [tuple(row) for row in movers(moved).collect()] == [
        ("new", "P2", "leaves"),
        ("vip", "P2", "merges"),
        ("vip", "P3", "leaves"),
        ("vip", "P5", "enters"),
    ]


def test_what_is_before_and_what_happens_is_what_is_after(moved):
    counts = {row["audience"]: row.asDict() for row in move_counts(moved).collect()}
    assert counts["vip"] == {"audience": "vip", "before": 3, "after": 2, "entering": 1, "leaving": 1, "merging": 1}
    for row in counts.values():
        assert row["before"] + row["entering"] - row["leaving"] - row["merging"] == row["after"]


def test_members_are_those_whose_stay_has_not_ended(spark):
    stays = spark.createDataFrame(
        [("vip", "P1", None), ("vip", "P2", datetime(2018, 1, 1))],
        "segment STRING, profile_id STRING, exited_at TIMESTAMP",
    )
    assert [tuple(row) for row in members_now(stays).collect()] == [("vip", "P1")]
    [row] = named_audience(members_now(stays).select("profile_id"), "meta").collect()
    assert tuple(row) == ("meta", "P1")
