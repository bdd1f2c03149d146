"""A run that dies was never there: readers see the publication before it, and the next run repairs the lake."""

from collections import Counter

import pytest

from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.ops import RUNS
from cdp_lake.contracts.silver import ORDERS, SOURCE_RECORDS
from tests.stages.lakes import fates, opened, people, silver


@pytest.fixture
def lake(spark, hard_life):
    return opened(spark, hard_life.place.settings())


def test_a_run_killed_between_two_commits_is_seen_by_nobody(hard_life):
    before, after = hard_life.before_commits, hard_life.between_commits
    assert before.unpublished == ()
    assert after.unpublished == (SOURCE_RECORDS, ORDERS)
    assert after.versions == before.versions
    assert after.rows == before.rows
    assert all(before.rows.values())


def test_a_run_killed_before_it_publishes_is_seen_by_nobody(hard_life):
    before, after = hard_life.before_publishing, hard_life.not_published
    assert after.unpublished == (ASSIGNMENTS,)
    assert after.versions == before.versions
    assert after.rows == before.rows == {ASSIGNMENTS.name: Counter()}


def test_the_next_run_repairs_what_the_killed_ones_left(lake, undisturbed):
    assert silver(lake) == silver(undisturbed)
    assert fates(lake) == fates(undisturbed)
    assert people(lake) == people(undisturbed)


def test_nothing_is_there_twice(lake, hard_life):
    assert not any(lake.has_unpublished(table) for table in (SOURCE_RECORDS, ORDERS, ASSIGNMENTS))
    for table in (SOURCE_RECORDS, ORDERS, ASSIGNMENTS):
        keys = lake.head(table).select(*table.key)
        assert keys.count() == keys.distinct().count()
    stages = [row["stage"] for row in lake.head(RUNS).collect()]
    assert sorted(stages) == ["land_bronze", "land_bronze", "refine_silver", "refine_silver", "stitch_identity"]
