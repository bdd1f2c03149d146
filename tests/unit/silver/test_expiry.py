"""Data that expires: who was not told of for too long is gone since, and back with the next word of their source."""

from datetime import datetime, timedelta

import pytest

from cdp_lake.silver.expiry import with_expiry

pytestmark = pytest.mark.spark
VERSION = (
    "source STRING, source_pk STRING, version_no INT, valid_from TIMESTAMP, last_seen_at TIMESTAMP, "
    "is_deletion BOOLEAN, deleted_at TIMESTAMP"
)
MARCH = {"bought": timedelta(days=10), "exported": timedelta(days=20)}


def version(pk, number, day, *, deletes=None, deleted=None, source="bought"):
    at = datetime(2024, 3, day)
    return (source, pk, number, at, at, deletes, deleted and datetime(2024, 3, deleted))


def deleted_on(spark, rows, day, hour=12):
    found = with_expiry(spark.createDataFrame(rows, VERSION), MARCH, {"exported"}, datetime(2024, 3, day, hour))
    return {row["source_pk"]: row["deleted_at"] and row["deleted_at"].day for row in found.collect()}


def test_the_newest_word_of_a_record_counts(spark):
    rows = [version("a", 1, 1), version("b", 1, 1), version("b", 2, 9)]
    assert deleted_on(spark, rows, 10) == {"a": None, "b": None}
    # By the day, so that runs of one day agree.
    assert deleted_on(spark, rows, 11, hour=0) == deleted_on(spark, rows, 11, hour=23) == {"a": 11, "b": None}


def test_what_an_earlier_run_said_is_forgotten(spark):
    # It was given fewer days then, or had not been told of again.
    assert deleted_on(spark, [version("a", 1, 1, deleted=4), version("a", 2, 9, deleted=4)], 12) == {"a": None}


def test_what_the_source_says_of_its_deletion_stands(spark):
    rows = [version("a", 1, 1), version("a", 2, 2, deletes=True), version("b", 1, 1, deletes=True), version("b", 2, 2)]
    assert deleted_on(spark, rows, 30) == {"a": 2, "b": 12}
    # Of full exports the absence was read off their files just now.
    exported = [version("c", 1, 1, deleted=3, source="exported"), version("d", 1, 1, source="exported")]
    assert deleted_on(spark, exported, 30) == {"c": 3, "d": 21}
