"""Two processes write to one lake: behind its lock nothing is lost; without it Delta's own log store loses a commit.

On local files Delta looks whether a version is free, writes a draft and renames it, and a rename there takes the place
of what is there. Between the two a second process can do the same. That needs no luck here: both are held at a
barrier within the real log store, after they have looked and before they rename. `make torture` makes 1,000 commits.
"""

import pytest

from tests.torture.two_writers import two_writers

EACH = 50


@pytest.fixture(scope="module")
def writers(spark, tmp_path_factory):
    with two_writers(spark, tmp_path_factory.mktemp("writers")) as both:
        yield both


def test_behind_the_lock_nothing_is_lost_or_doubled_and_without_it_a_commit_is(spark, writers):
    writers.commit(EACH)
    # The first version made the table.
    assert writers.kept(spark) == (2 * EACH, 0, 0, 2 * EACH)

    writers.commit_without_the_lock()
    # Both were told that theirs is done.
    assert writers.kept(spark) == (2 * EACH + 1, 1, 0, 2 * EACH + 1)
