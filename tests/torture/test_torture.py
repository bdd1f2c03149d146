"""Processes are killed on their way, nothing is lost or doubled. `make torture` has all points and many seeds."""

import pytest

from cdp_lake.contracts.ops import RUNS
from tests.stages.lakes import opened
from tests.torture.points import EVERY_TIME
from tests.torture.trial import begun, finished, killed


@pytest.fixture(scope="module")
def office(spark, tmp_path_factory):
    return begun(spark, tmp_path_factory.mktemp("torture") / "office", seed=1)


@pytest.fixture(scope="module")
def undisturbed(spark, office, tmp_path_factory):
    return finished(spark, office.copy(tmp_path_factory.mktemp("undisturbed") / "office"))


def test_an_undisturbed_lake_holds_what_was_delivered(spark, undisturbed, office):
    assert undisturbed["unpublished"] == undisturbed["twice"] == []
    assert {fate[2] for fate in undisturbed["fates"]} == {"passed", "duplicate", "quarantined"}
    assert opened(spark, office.settings).head(RUNS).count() == 3


def test_a_run_killed_at_every_step_loses_nothing_and_doubles_nothing(spark, office, undisturbed, tmp_path):
    # One after the other: each run that follows repairs what the last one left, and dies further on.
    mine = office.copy(tmp_path / "office")
    for point in EVERY_TIME:
        killed(mine, point)
    assert finished(spark, mine) == undisturbed
