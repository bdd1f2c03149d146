"""Every fact of a person gets the profile the person has now; facts of nobody are left out."""

from datetime import datetime, timedelta, timezone

import pytest

from cdp_lake.traits import facts_of

NOON = datetime(2017, 6, 1, 12, tzinfo=timezone.utc)
TABLES = {
    "orders": (
        "source STRING, order_id STRING, record_sk BIGINT, channel STRING, store_id STRING, ordered_at TIMESTAMP",
        [
            ("pos", "o1", 1, "store", "s1", NOON),
            ("shop", "o1", 2, "online", None, NOON),
            ("pos", "o2", None, "store", "s1", NOON),
        ],
    ),
    "order_lines": (
        "source STRING, order_id STRING, line_key STRING, product_id STRING",
        [
            ("pos", "o1", "1", "milk"),
            ("pos", "o1", "2", "soap"),
            ("shop", "o1", "1", "milk"),
            ("pos", "o2", "1", "milk"),
        ],
    ),
    "products": (
        "product_id STRING, product_brand STRING, department STRING, category STRING, product_type STRING",
        [("milk", "Private", "GROCERY", "MILK", "WHOLE")],
    ),
    "events": (
        "source STRING, event_id STRING, record_sk BIGINT, occurred_at TIMESTAMP",
        [("web", f"e{m}", 1, NOON + timedelta(minutes=m)) for m in (0, 29, 59, 90)],
    ),
    "campaign_contacts": ("record_sk BIGINT, campaign_id STRING", [(1, "c1"), (9, "c1")]),
    "coupons": ("record_sk BIGINT, redemption_id STRING", [(2, "r1")]),
}
# record | profile now | profile before
ASSIGNMENTS = [
    ("person", 1, "ana", None),
    ("person", 2, "bo", NOON),
    ("person", 2, "ana", None),
    ("household", 1, "the house", None),
]


@pytest.fixture
def facts(spark):
    people = spark.createDataFrame(
        ASSIGNMENTS, "entity_type STRING, record_sk BIGINT, profile_id STRING, known_to TIMESTAMP"
    )
    return facts_of(people, {name: spark.createDataFrame(rows, schema) for name, (schema, rows) in TABLES.items()})


@pytest.mark.spark
def test_a_merged_person_has_the_facts_of_both_records(facts):
    counts = {name: [row["profile_id"] for row in frame.collect()] for name, frame in facts.items()}

    assert counts == {
        "orders": ["ana"] * 2,
        "order_lines": ["ana"] * 3,
        "events": ["ana"] * 4,
        "campaign_contacts": ["ana"],
        "coupons": ["ana"],
    }


@pytest.mark.spark
def test_a_line_knows_its_own_order_and_product(facts):
    rows = facts["order_lines"].orderBy("source", "line_key").collect()

    assert [(r["source"], r["channel"], r["category"]) for r in rows] == [
        ("pos", "store", "MILK"),
        ("pos", "store", None),
        ("shop", "online", "MILK"),
    ]


@pytest.mark.spark
def test_half_an_hour_of_silence_ends_a_session(facts):
    rows = facts["events"].orderBy("occurred_at").collect()

    assert [row["starts_session"] for row in rows] == [True, False, False, True]
