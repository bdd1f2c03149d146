"""A process is killed at a point of a run; nothing is lost or doubled. `make torture` has all points and many seeds."""

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


@pytest.mark.parametrize("point", EVERY_TIME)
def test_a_run_killed_there_loses_nothing_and_doubles_nothing(spark, office, undisturbed, tmp_path, point):
    mine = office.copy(tmp_path / "office")
    killed(mine, point)
    assert finished(spark, mine) == undisturbed
