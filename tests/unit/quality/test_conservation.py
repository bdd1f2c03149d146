"""Law 1: every bronze record has exactly one fate."""

import pytest

from cdp_lake.quality import bronze_counts, conservation

pytestmark = pytest.mark.spark


def violations(spark, records, fates):
    bronze = spark.createDataFrame(records, "_source string, _batch_id bigint, _record_id string")
    fated = spark.createDataFrame(fates, "source string, batch_id bigint, record_id string, fate string")
    return [(r.source, r.batch_id, r.reason) for r in conservation(bronze_counts(bronze), fated).collect()]


def test_records_that_passed_repeated_or_were_set_aside_are_all_accounted_for(spark):
    records = [("crm", 1, "a"), ("crm", 1, "b"), ("crm", 2, "c")]
    fates = [("crm", 1, "a", "passed"), ("crm", 1, "b", "duplicate"), ("crm", 2, "c", "quarantined")]
    assert violations(spark, records, fates) == []


@pytest.mark.parametrize(
    ("fates", "reason"),
    [
        ([("crm", 1, "a", "passed")], "records and fates differ in number"),
        (
            [("crm", 1, "a", "passed"), ("crm", 1, "a", "duplicate")],
            "records and fates are not the same ones",
        ),
        ([("crm", 1, "a", "passed"), ("crm", 1, "b", "forgotten")], "a fate has an unknown word"),
    ],
    ids=["one_lost", "one_lost_behind_one_fated_twice", "unknown_fate"],
)
def test_a_record_without_its_fate_is_found(spark, fates, reason):
    assert violations(spark, [("crm", 1, "a"), ("crm", 1, "b")], fates) == [("crm", 1, reason)]


def test_a_batch_that_only_one_side_knows_is_found(spark):
    found = violations(spark, [("crm", 1, "a")], [("web", 7, "z", "passed")])
    assert sorted(found) == [
        ("crm", 1, "records and fates differ in number"),
        ("web", 7, "records and fates differ in number"),
    ]
