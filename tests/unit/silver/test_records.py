"""Observations become source records: every version of a keyed person, one carrier for what has no key."""

from datetime import datetime, timedelta

import pytest
from pyspark.sql import functions as F

from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.silver.records import as_versions, combined

IDENTIFIERS = "ARRAY<STRUCT<namespace: STRING, value: STRING, first_seen_at: TIMESTAMP, last_seen_at: TIMESTAMP>>"
START = datetime(2017, 1, 1)
OBSERVED = (
    "source STRING, source_pk STRING, is_carrier BOOLEAN, given_name STRING, name_key STRING, email STRING, "
    f"phone STRING, identifiers {IDENTIFIERS}, is_deletion BOOLEAN, _first_seen TIMESTAMP, _last_seen TIMESTAMP, "
    "_record_id STRING"
)


def seen(pk, days, name=None, email=None, *, carrier=False, deletes=False):
    """A person seen from one day to another, by e-mail if one is given."""
    first, last = START + timedelta(days[0]), START + timedelta(days[1])
    held = [("anonymous_id", pk[-1], first, last)] if carrier else []
    held += [("email", email, first, last)] if email else []
    source = "web" if carrier else "crm"
    return (source, pk, carrier, name, name, email, None, held, deletes, first, last, f"r{pk}{days}{name}")


def versions(spark, *rows):
    """The rows in the shape of source records."""
    frame = spark.createDataFrame(list(rows), OBSERVED)
    absent = {c.name: F.lit(None).cast(c.type) for c in SOURCE_RECORDS.columns if c.name not in frame.columns}
    return as_versions(frame.withColumns(absent))


def records(frame):
    """(pk, version) -> name, first and last day, values held."""
    found = {}
    for row in frame.collect():
        held = [(i["value"], *_days(i)) for i in row["identifiers"]]
        found[row["source_pk"], row["version_no"]] = (row["given_name"], _days(row), held)
    return found


def _days(row):
    return tuple((row[name] - START).days for name in ("first_seen_at", "last_seen_at"))


PEOPLE = [seen("1", (5, 5), "Annie"), seen("1", (1, 1), "Ann"), seen("2", (3, 3), "Bo", "bo@x.org")]
VISITS = [
    seen("anonymous_id:a", (1, 2), carrier=True),
    seen("anonymous_id:a", (4, 4), "Cy", "cy@x.org", carrier=True),
    seen("anonymous_id:a", (9, 9), carrier=True),
    seen("anonymous_id:a", (6, 6), None, "cy@x.org", carrier=True),
    seen("anonymous_id:b", (2, 3), carrier=True),
]
WANTED = {
    ("1", 1): ("Ann", (1, 1), []),
    ("1", 2): ("Annie", (5, 5), []),
    ("2", 1): ("Bo", (3, 3), [("bo@x.org", 3, 3)]),
    # The last visit says no name, so the latest that tells anything speaks; its days and values are those of all.
    ("anonymous_id:a", 1): (None, (1, 9), [("a", 1, 9), ("cy@x.org", 4, 6)]),
    ("anonymous_id:b", 1): (None, (2, 3), [("b", 2, 3)]),
}


def test_keyed_people_keep_versions_in_time_and_carriers_become_one(spark):
    nothing = versions(spark).withColumn("version_no", F.lit(1))
    assert records(combined(versions(spark, *PEOPLE, *VISITS), nothing)) == WANTED


@pytest.mark.parametrize("later", [1, 4], ids=["the oldest version", "a visit"])
def test_what_comes_later_changes_a_record_as_if_it_had_come_before(spark, later):
    rows = [*PEOPLE, *VISITS]
    second = rows.pop(later)
    nothing = versions(spark).withColumn("version_no", F.lit(1))
    known = combined(versions(spark, *rows), nothing).localCheckpoint()
    fresh = records(combined(versions(spark, second), known))
    assert fresh == {key: record for key, record in WANTED.items() if key[0] == second[1]}


def test_a_version_that_comes_again_is_no_version_more(spark):
    known = combined(versions(spark, *PEOPLE), versions(spark).withColumn("version_no", F.lit(1))).localCheckpoint()
    again = combined(versions(spark, PEOPLE[0]), known)
    assert records(again) == {key: record for key, record in WANTED.items() if key[0] == "1"}


def test_an_observation_without_a_node_is_no_record(spark):
    assert versions(spark, seen(None, (1, 1), "Nobody")).isEmpty()


HISTORY = [seen("1", (1, 1), "Ann", "a@x.org"), seen("1", (3, 3), "Ann", "a@x.org", deletes=True)]
BACK = seen("1", (5, 5), "Anna", "a@x.org")


def deletions(frame):
    """Per version: name, values held, and the day the record was deleted."""
    rows = sorted(frame.collect(), key=lambda row: row["version_no"])
    days = [row["deleted_at"] and (row["deleted_at"] - START).days for row in rows]
    return [(row["given_name"], len(row["identifiers"]), day) for row, day in zip(rows, days, strict=True)]


def test_a_deletion_is_a_version_that_tells_nothing_and_marks_them_all(spark):
    nothing = versions(spark).withColumn("version_no", F.lit(1))
    assert deletions(combined(versions(spark, *HISTORY), nothing)) == [("Ann", 1, 3), (None, 0, 3)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_a_record_that_comes_back_stands_again_whatever_came_first(spark, order):
    known = versions(spark).withColumn("version_no", F.lit(1))
    for place in order:
        # As a stage keeps it: what was known is read, and not computed again.
        known = combined(versions(spark, [*HISTORY, BACK][place]), known).localCheckpoint()
    assert deletions(known) == [("Ann", 1, None), (None, 0, None), ("Anna", 1, None)]


def test_of_a_deletion_and_a_version_of_one_moment_the_deletion_counts(spark):
    nothing = versions(spark).withColumn("version_no", F.lit(1))
    rows = [seen("1", (1, 1), "Ann", deletes=True), *[seen("1", (1, 1), name) for name in ("Bo", "Cy", "Di")]]
    assert {day for _, _, day in deletions(combined(versions(spark, *rows), nothing))} == {1}
