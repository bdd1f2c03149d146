"""Which records are compared, and what their probabilities become in the ledger."""

from datetime import datetime, timezone

import pytest
from chispa import assert_df_equality

from cdp_lake.config.resemblance import ResemblanceRules
from cdp_lake.identity.resemblance import (
    BELOW_AUTOMATIC,
    RESEMBLES,
    records_to_compare,
    resembling,
    sample_of,
)

START = datetime(2018, 1, 1, tzinfo=timezone.utc)
VERSION = """record_sk BIGINT, version_no INT, is_carrier BOOLEAN, name_key STRING, raw_given_name STRING,
    raw_family_name STRING, raw_full_name STRING, raw_native_name STRING, birth_date DATE, email STRING, phone STRING,
    gender STRING, street STRING, city STRING, state STRING, postcode STRING, country STRING"""
pytestmark = pytest.mark.spark


def _versions(spark, *rows):
    """Versions of records: number, version, whether it carries, and what it is called."""
    wide = [(sk, no, carrier, name, name, *[None] * 12) for sk, no, carrier, name in rows]
    return spark.createDataFrame(wide, VERSION)


def test_the_newest_version_of_records_with_a_name_is_compared_and_no_carrier(spark):
    versions = _versions(
        spark,
        (1, 1, False, "ann"),
        (1, 2, False, "anna"),
        (2, 1, False, None),
        (3, 1, True, "bob"),
        (4, 1, False, "cy"),
    )

    found = records_to_compare(versions).select("record", "raw_given").collect()

    assert sorted(map(tuple, found)) == [(1, "anna"), (4, "cy")]


def test_a_pair_links_waits_or_is_nothing_by_its_probability(spark):
    scored = spark.createDataFrame(
        [(1, 2, 0.99), (1, 3, 0.9899999), (2, 3, 0.5), (2, 4, 0.4999)],
        "record_l BIGINT, record_r BIGINT, probability DOUBLE",
    )

    found = resembling(scored, ResemblanceRules(automatic=0.99, review=0.5), "7")

    wanted = spark.createDataFrame(
        [
            (1, 2, RESEMBLES, 0, None, 0.99, "7"),
            (1, 3, RESEMBLES, 0, BELOW_AUTOMATIC, 0.99, "7"),
            (2, 3, RESEMBLES, 0, BELOW_AUTOMATIC, 0.5, "7"),
        ],
        """src_record_sk BIGINT, dst_record_sk BIGINT, rule STRING, identifier_sk BIGINT, refused_by STRING,
        weight DOUBLE, model_version STRING""",
    )
    assert_df_equality(found.select(*wanted.columns), wanted, ignore_nullable=True, ignore_row_order=True)


def test_a_sample_is_everybody_or_about_as_many_as_asked_for_and_always_the_same(spark):
    records = spark.range(20_000).withColumnRenamed("id", "record")

    assert sample_of(records, 20_000, 20_000).count() == 20_000
    some = sample_of(records, 20_000, 5_000)
    assert some.count() == pytest.approx(5_000, rel=0.05)
    assert sorted(some.collect()) == sorted(sample_of(records.repartition(3), 20_000, 5_000).collect())
