"""A full export says in its name when it was taken."""

from datetime import datetime, timezone

import pytest
from pydantic import ValidationError

from cdp_lake.config.snapshot import Snapshot
from cdp_lake.stages.configuration import configured


@pytest.mark.parametrize(
    ("at", "path", "found"),
    [
        ("yyyy-MM-dd", "crm/customers_2017-06-30.csv", (2017, 6, 30)),
        ("yyyy-MM-dd", "crm/2017.zip!/customers_2017-06-30.csv", (2017, 6, 30)),
        ("yyyy-MM-dd", "2017-06-30/customers.csv", None),
        ("yyyy-MM-dd", "customers_2017-13-30.csv", None),
        ("yyyyMMdd", "part_120170630.csv", None),
        ("dd.MM.yyyy", "Kunden 30.06.2017.csv.gz", (2017, 6, 30)),
        ("yyyyMMdd_HHmm", "a_20170630_0915.csv", (2017, 6, 30, 9, 15)),
    ],
)
def test_the_time_is_found_in_the_name_as_it_is_described(at, path, found):
    assert Snapshot(at=at).taken_at(path) == (found and datetime(*found, tzinfo=timezone.utc))


@pytest.mark.parametrize("at", ["yyyy-MM", "yyyy-MM-dd-dd", "today"])
def test_a_time_that_names_no_day_is_refused(at):
    with pytest.raises(ValidationError, match="does not name a day"):
        Snapshot(at=at)


def test_how_many_may_leave_can_be_said_for_one_run(project):
    text = "name: crm\nsnapshot: {at: yyyy-MM-dd}\n"
    settings = configured(project(sources__crm=text), None, ["sources.crm.snapshot.most_gone=1"]).settings
    assert settings.source("crm").snapshot == Snapshot(at="yyyy-MM-dd", most_gone=1)
