"""Who is meant by a text, and what hangs on a profile: small tables in, the answer out."""

from datetime import datetime

import pytest

from cdp_lake.gold.person import (
    carriers,
    last_orders,
    lines_of_order,
    own_identifiers,
    own_records,
    reachable_members,
    successor,
)
from cdp_lake.silver.lookup import ASKED_DDL, comparable, readings

pytestmark = pytest.mark.spark

NORMALISERS = {"email": "email", "phone": "phone", "loyalty_id": "text"}
DAY = datetime(2018, 1, 2)


@pytest.fixture
def meant(spark):
    """Every (namespace, value) a text could mean."""

    def ask(text):
        rows = spark.createDataFrame(readings(text, NORMALISERS, ["CN", "US"]), ASKED_DDL)
        return {(row["namespace"], row["value"]) for row in comparable(rows).collect()}

    return ask


@pytest.fixture
def tables(spark):
    """Three records of two profiles; the phone of record 3 is refused as evidence, record 4 has left its profile."""
    assignments = spark.createDataFrame(
        [
            *((("person", sk, profile, None)) for sk, profile in ((1, "P1"), (2, "P1"), (3, "P2"), (4, "P1"))),
            ("person", 4, "P3", DAY),
        ],
        "entity_type STRING, record_sk BIGINT, profile_id STRING, known_to TIMESTAMP",
    )
    identifiers = spark.createDataFrame(
        [
            (1, "email", "ann@x.org", True, None),
            (2, "email", "ann@x.org", True, None),
            (2, "phone", "+1", True, None),
            (3, "phone", "+1", False, "blocked_value"),
        ],
        "record_sk BIGINT, namespace STRING, value STRING, is_live BOOLEAN, refused_by STRING",
    )
    records = spark.createDataFrame(
        [(1, "crm", 1), (1, "crm", 2), (2, "web", 1), (3, "pos", 1)], "record_sk BIGINT, source STRING, version_no INT"
    )
    return assignments, identifiers, records


def test_an_address_is_read_as_the_lake_spells_it_and_as_a_plain_text(meant):
    assert meant(" Ann.Smith+shop@Gmail.com") == {
        ("email", "annsmith@gmail.com"),
        ("loyalty_id", "Ann.Smith+shop@Gmail.com"),
    }


def test_a_number_is_a_phone_of_each_region_it_is_valid_in(meant):
    assert ("phone", "+8613812345678") in meant("138 1234 5678")
    assert ("phone", "+12674476764") in meant("(267) 447-6764")
    assert {namespace for namespace, _ in meant("600010000019")} == {"loyalty_id"}


def test_whoever_carries_the_value_is_found_evidence_first(spark, tables):
    assignments, identifiers, _ = tables
    asked = spark.createDataFrame([("phone", "+1")], "namespace STRING, value STRING")
    found = [tuple(row) for row in carriers(asked, identifiers, assignments).collect()]
    assert found == [("P1", ["phone"], True), ("P2", ["phone"], False)]


def test_a_value_told_by_two_systems_is_one_line(tables):
    assignments, identifiers, records = tables
    rows = own_identifiers(identifiers, records, own_records(assignments, "P1")).collect()
    assert [(r["value"], r["sources"], r["refused_by"]) for r in rows] == [
        ("ann@x.org", ["crm", "web"], None),
        ("+1", ["web"], None),
    ]


def test_a_retired_id_leads_to_where_it_was_merged_last(spark):
    changes = spark.createDataFrame(
        [
            ("r1", "merged", "P2", "P1", datetime(2018, 1, 1)),
            ("r2", "merged", "P3", "P1", DAY),
            ("r3", "split", "P4", "P1", DAY),
        ],
        "run_id STRING, change STRING, profile_id STRING, other_profile_id STRING, effective_at TIMESTAMP",
    )
    assert [row["profile_id"] for row in successor(changes, "P1").collect()] == ["P3"]
    assert successor(changes, "P9").collect() == []


def test_the_newest_orders_come_first_and_no_more_than_asked_for(spark, tables):
    orders = spark.createDataFrame(
        [
            (sk, datetime(2018, 1, day), "shop", "online", f"O{day}", 1, "USD")
            for sk, day in ((1, 1), (2, 2), (1, 3), (3, 4))
        ],
        "record_sk BIGINT, ordered_at TIMESTAMP, source STRING, channel STRING, "
        "order_id STRING, amount INT, currency STRING",
    )
    rows = last_orders(orders, own_records(tables[0], "P1"), 2).collect()
    assert [row["order_id"] for row in rows] == ["O3", "O2"]


def test_members_with_an_address_are_found_with_whether_a_destination_knows_them(spark):
    profiles = spark.createDataFrame(
        [("P1", "ann@x.org"), ("P2", None), ("P3", "cy@x.org"), ("P4", "di@x.org"), ("P5", "ed@x.org")],
        "profile_id STRING, email STRING",
    )
    memberships = spark.createDataFrame(
        [
            *(("lapsed", "P1", None), ("lapsed", "P2", None), ("lapsed", "P3", None)),
            *(("lapsed", "P4", DAY), ("vip", "P5", None)),
        ],
        "segment STRING, profile_id STRING, exited_at TIMESTAMP",
    )
    deliveries = spark.createDataFrame(
        [("ads", "P1", "added"), ("mail", "P1", "updated"), ("ads", "P3", "removed")],
        "destination STRING, profile_id STRING, state STRING",
    )
    found = reachable_members(profiles, memberships, deliveries, "lapsed").collect()
    assert sorted(map(tuple, found)) == [("P1", "ann@x.org", True), ("P3", "cy@x.org", False)]


def test_the_products_of_an_order_come_once_with_the_price_of_one_piece(spark):
    lines = spark.createDataFrame(
        [
            *(
                ("shop", "o-1", "sku-2", 2.0, 5.0),
                ("shop", "o-1", "sku-1", 1.0, 3.0),
                ("shop", "o-1", "sku-1", 1.0, 3.0),
            ),
            *(
                ("shop", "o-1", "sku-3", 1.0, 0.0),
                ("shop", "o-1", "sku-4", 0.0, 0.0),
                ("pos", "o-1", "sku-9", 1.0, 1.0),
            ),
        ],
        "source STRING, order_id STRING, product_id STRING, quantity DOUBLE, amount DOUBLE",
    )
    found = lines_of_order(lines, "shop", "o-1").collect()
    assert [(row["product_id"], str(row["amount"])) for row in found] == [("sku-1", "3.00"), ("sku-2", "2.50")]
