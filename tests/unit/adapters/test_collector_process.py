"""The collector beside this process: what it took is handed over when the block ends, and it never outlives it."""

import pytest

from cdp_lake.adapters.collector_process import collecting
from cdp_lake.errors import EnvironmentProblem
from tests.collector.collecting import KEYS, collected, project

CALLS = [
    {"type": "page", "messageId": "m-1", "anonymousId": "a-1", "timestamp": "2018-01-01T21:00:00Z"},
    {"type": "track", "event": "Order Completed", "messageId": "m-2", "anonymousId": "a-1"},
]


@pytest.fixture
def options(tmp_path):
    project(tmp_path / "conf", senders="write_keys: [{name: shop, source: segment, key_env: SHOP_KEY}]\n")
    return ["--conf", str(tmp_path / "conf"), "--set", f"lake.landing={tmp_path / 'landing'}"]


def test_calls_are_acknowledged_one_by_one_and_lie_in_the_landing_folder_once_it_has_ended(options, tmp_path):
    with collecting(options, {"SHOP_KEY": "k-1"}) as collector:
        assert len(collector.take(CALLS, "k-1")) == len(CALLS)
    taken = collected(tmp_path / "landing", "segment")
    assert [event["messageId"] for event in taken] == ["m-1", "m-2"]
    assert taken[0]["timestamp"] == "2018-01-01T21:00:00Z"
    with pytest.raises(EnvironmentProblem, match="does not answer"):
        collector.take(CALLS, "k-1")


def test_an_event_that_is_refused_is_an_error_and_the_collector_ends_all_the_same(options):
    with (
        pytest.raises(EnvironmentProblem, match=r"refused an event \(401\)"),
        collecting(options, {"SHOP_KEY": "k-1"}) as c,
    ):
        c.take(CALLS, KEYS["segment"])
    with pytest.raises(EnvironmentProblem, match="does not answer"):
        c.take(CALLS, "k-1")


def test_a_collector_that_does_not_start_says_why(options):
    with pytest.raises(EnvironmentProblem, match=r"did not start:\n.*SHOP_KEY is not set"), collecting(options, {}):
        pass
