"""What records carry, over all their versions."""

from datetime import datetime

import pytest

from cdp_lake.identity.identifiers import identifiers_of, people_of

SCHEMA = """
    record_sk BIGINT, version_no INT, is_carrier BOOLEAN, source_pk STRING, given_key STRING, name_key STRING,
    birth_date DATE, postcode STRING,
    identifiers ARRAY<STRUCT<namespace: STRING, value: STRING, first_seen_at: TIMESTAMP, last_seen_at: TIMESTAMP>>
"""
JANUARY, MARCH, JUNE = (datetime(2017, month, 1) for month in (1, 3, 6))


def _records(spark):
    old = [("phone", "+491", JANUARY, MARCH), ("email", "a@x.com", JANUARY, MARCH)]
    new = [("phone", "+492", JUNE, JUNE), ("email", "a@x.com", JUNE, JUNE)]
    rows = [
        (1, 1, False, "C1", "ann", "ann lee", None, "10115", old),
        (1, 2, False, "C1", "", "ann stone", None, "80331", new),
        (2, 1, True, "phone:+491", None, None, None, None, [("phone", "+491", MARCH, JUNE)]),
    ]
    return spark.createDataFrame(rows, SCHEMA)


@pytest.mark.spark
def test_an_identifier_that_the_newest_version_dropped_ends_when_it_was_last_seen(spark):
    rows = identifiers_of(_records(spark)).collect()

    assert {(r["record_sk"], r["value"], r["valid_from"], r["valid_to"]) for r in rows} == {
        (1, "+491", JANUARY, MARCH),
        (1, "+492", JUNE, None),
        (1, "a@x.com", JANUARY, None),
        (2, "+491", MARCH, None),
    }


@pytest.mark.spark
def test_a_person_is_what_the_newest_version_says_and_only_a_carrier_stands_for_a_value(spark):
    rows = people_of(_records(spark)).orderBy("record_sk").collect()

    assert [(r["given_key"], r["name_key"], r["postcode"], r["carrier_key"]) for r in rows] == [
        (None, "ann stone", "80331", None),
        (None, None, None, "phone:+491"),
    ]
