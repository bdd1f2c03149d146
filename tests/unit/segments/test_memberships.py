"""Membership over time: who entered when, who left when, and a run that changes nothing."""

from datetime import datetime, timezone

import pytest

from cdp_lake.segments import memberships, segment_changes

DAY = {n: datetime(2018, 1, n, tzinfo=timezone.utc) for n in range(1, 10)}
SCHEMA = "segment STRING, profile_id STRING, entered_at TIMESTAMP, exited_at TIMESTAMP"


@pytest.fixture
def history(spark):
    """Runs days one after the other: `{day: "vip:ana vip:bo"}` gives rows (who, entered, exited) and changes."""

    def day_of(instant):
        return None if instant is None else (instant - int(DAY[1].timestamp())) // 86400 + 1

    def run(*days):
        table, changes = spark.createDataFrame([], SCHEMA), []
        for day, members in days:
            pairs = [tuple(member.split(":")) for member in members.split()]
            current = spark.createDataFrame(pairs, "segment STRING, profile_id STRING")
            changed = segment_changes(current, table, DAY[day], "run")
            changes.append(sorted(f"{r['change']} {r['segment']}:{r['profile_id']}" for r in changed.collect()))
            rows = memberships(current, table, DAY[day]).collect()
            table = spark.createDataFrame(rows, SCHEMA)
        seconds = table.selectExpr("segment", "profile_id", "unix_seconds(entered_at)", "unix_seconds(exited_at)")
        stays = sorted((f"{s}:{p}", day_of(a), day_of(b)) for s, p, a, b in seconds.collect())
        return stays, changes

    return run


@pytest.mark.spark
def test_a_profile_enters_stays_and_leaves(history):
    stays, changes = history((1, "vip:ana vip:bo"), (2, "vip:ana new:cy"), (3, "vip:ana"))

    assert stays == [("new:cy", 2, 3), ("vip:ana", 1, None), ("vip:bo", 1, 2)]
    assert changes == [["entered vip:ana", "entered vip:bo"], ["entered new:cy", "exited vip:bo"], ["exited new:cy"]]


@pytest.mark.spark
def test_coming_back_is_a_new_stay_and_the_old_one_remains(history):
    stays, changes = history((1, "vip:ana"), (2, ""), (4, "vip:ana"))

    assert stays == [("vip:ana", 1, 2), ("vip:ana", 4, None)]
    assert changes[2] == ["entered vip:ana"]


@pytest.mark.spark
def test_the_same_run_again_changes_nothing(history):
    stays, changes = history((1, "vip:ana"), (2, "vip:bo"), (2, "vip:bo"))

    assert stays == [("vip:ana", 1, 2), ("vip:bo", 2, None)]
    assert changes[2] == []


@pytest.mark.spark
def test_a_rule_changed_at_the_same_as_of_never_gives_two_rows_of_one_key(history):
    stays, _ = history((1, "vip:ana"), (2, "vip:bo"), (2, ""), (2, "vip:ana vip:bo"))

    assert stays == [("vip:ana", 1, None), ("vip:bo", 2, None)]


@pytest.mark.spark
def test_a_run_with_an_earlier_clock_never_makes_a_stay_end_before_it_began(history):
    stays, _ = history((5, "vip:ana"), (3, ""))

    assert stays == [("vip:ana", 5, 5)]
