"""Facts that change: of the records of one key the newest stands, whenever it came, and a deletion leaves nothing."""

from datetime import datetime

from cdp_lake.silver.standing import left_behind, overtaken, standing
from tests.unit.silver.feeds import contract

FATE = (
    "source STRING, record_id STRING, key_hash STRING, content_hash STRING, version_at TIMESTAMP, version_seq BIGINT, "
    "fate STRING"
)
ORDERS = contract(
    [
        {"name": "id", "field": "order_id"},
        {"name": "changed_at", "type": "timestamp", "required": True},
        {"name": "log", "type": "integer"},
        {"name": "op"},
    ],
    name="shop",
    kind="receipt",
    key=["id"],
    version={"column": "changed_at", "then": "log", "keep": "latest"},
    deletes={"column": "op", "values": ["d"]},
)


def fate(record, key, day, seq=None, *, kept="passed", source="shop"):
    return (source, record, key, f"content of {record}", datetime(2024, 1, day), seq, kept)


FATES = [
    fate("a-1", "o1", 1),
    fate("a-2", "o1", 3),
    fate("b-1", "o1", 2),
    fate("b-2", "o2", 1, 8),
    fate("b-3", "o2", 1, 9),
    fate("b-4", "o3", 1),
    fate("b-5", "o3", 2, kept="quarantined"),
    fate("a-9", "o1", 1, kept="duplicate"),
]


def older(spark):
    """Of this batch o1 has its newest record, o2 has not."""
    passed = spark.createDataFrame([("a-2",), ("b-4",)], "_record_id STRING")
    return overtaken(spark.createDataFrame(FATES, FATE), passed)


def test_a_record_with_a_newer_one_of_its_key_is_overtaken(spark):
    assert {row["_record_id"] for row in older(spark).collect()} == {"a-1", "a-9", "b-1", "b-2"}


def test_facts_are_built_from_what_stands_and_rows_of_the_rest_go(spark):
    passed = spark.createDataFrame(
        [("a-1", "u"), ("a-2", "u"), ("b-3", "d"), ("b-4", "c")], "_record_id STRING, op STRING"
    )
    assert {row["_record_id"] for row in standing(passed, older(spark), ORDERS).collect()} == {"a-2", "b-4"}
    # The newest record of o2 came before this batch: its rows stand, also those that an older one gave already.
    published = spark.createDataFrame([("a-1", 1), ("a-9", 2), ("b-2", 3), ("x-9", 4)], "_record_id STRING, line INT")
    assert {row["line"] for row in left_behind(published, older(spark)).collect()} == {1, 2}
