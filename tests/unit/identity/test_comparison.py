"""Before and after a change of the rules, side by side."""

import pytest

from cdp_lake.identity.comparison import (
    changes_since,
    created,
    merges,
    moved_records,
    partition,
    retired_ids,
    splits,
)

pytestmark = pytest.mark.spark

# run | change | profile | other profile | records | evidence
LEDGER = [
    ("r0", "merged", "P1", "P9", 7, "email"),
    ("r1", "merged", "P1", "P3", 1, "phone"),
    ("r1", "merged", "P1", "P2", 4, "email, phone"),
    ("r1", "merged", "P5", "P6", 9, "card"),
    ("r1", "split", "P8", "P7", 2, "limit: email"),
    ("r1", "split", "P1", "P7", 1, None),
    ("r1", "created", "P8", "", 3, None),
]
COLUMNS = (
    "run_id STRING, change STRING, profile_id STRING, other_profile_id STRING, record_count BIGINT, evidence STRING"
)
HOMES = "record_sk BIGINT, profile_id STRING"


@pytest.fixture(scope="module")
def noted(spark):
    now, before = (spark.createDataFrame(rows, COLUMNS) for rows in (LEDGER, LEDGER[:1]))
    return changes_since(now, before, ("run_id", "change", "profile_id", "other_profile_id")).persist()


def told(frame):
    return [tuple(row) for row in frame.collect()]


def test_only_what_the_run_noted_counts(noted):
    assert noted.count() == len(LEDGER) - 1


def test_a_profile_takes_in_others_those_with_most_records_first(noted):
    assert told(merges(noted)) == [("P5", ["P6"], 9, "card"), ("P1", ["P2", "P3"], 5, "email, phone")]
    assert sorted(told(retired_ids(noted))) == [("P2", "P1"), ("P3", "P1"), ("P6", "P5")]


def test_a_profile_loses_records_to_new_and_to_old_ones(noted):
    assert told(splits(noted)) == [("P7", ["P1", "P8"], 3, "limit: email")]
    assert told(created(noted)) == [("P8", 3)]


def test_records_that_are_on_both_sides_stay_or_move(spark):
    before = spark.createDataFrame([(1, "P1"), (2, "P1"), (3, "P2"), (9, "P9")], HOMES)
    after = spark.createDataFrame([(1, "P1"), (2, "P2"), (3, "P2"), (4, "P4")], HOMES)
    assert told(moved_records(before, after)) == [(3, 1)]


def test_a_partition_is_who_is_together_and_not_under_which_id(spark):
    [one, renamed, other, nobody] = (
        partition(spark.createDataFrame(rows, HOMES)).first().asDict()
        for rows in (
            [(1, "P1"), (2, "P1"), (3, "P2"), (4, "P2")],
            [(4, "P7"), (3, "P7"), (1, "P3"), (2, "P3")],
            [(1, "P1"), (2, "P2"), (3, "P2"), (4, "P1")],
            [],
        )
    )
    assert one == renamed
    assert (one["records"], one["profiles"]) == (other["records"], other["profiles"]) == (4, 2)
    assert one["people"] != other["people"]
    assert (nobody["records"], nobody["profiles"], nobody["people"]) == (0, 0, 0)
