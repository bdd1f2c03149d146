"""What takes minutes to make is made by one process of several."""

import pytest


def test_a_group_is_part_of_the_id_by_which_tests_are_handed_out(request: pytest.FixtureRequest) -> None:
    # xdist appends it there. A pytest that keeps ids elsewhere spreads every group over all processes, without a word.
    grouped = request.config.getoption("loadgroup", default=False)
    assert request.node.nodeid.endswith("@test_one_process.py") == bool(grouped)
