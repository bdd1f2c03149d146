"""Each shipped preset reads what its system really sends: shapes as their documentation and exports show them."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.config.settings import load_settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.config.traffic import TrafficRules
from cdp_lake.silver.facts.behaviour import events
from cdp_lake.silver.facts.purchases import lines_of_receipts, orders_of_receipts
from cdp_lake.silver.fields import with_event_time
from cdp_lake.silver.observations import observations
from cdp_lake.silver.parse import parsed
from cdp_lake.silver.traffic import with_traffic
from tests.unit.silver.feeds import bronze

SENT = {
    "messageId": "ajs-next-1",
    "anonymousId": "anon-1",
    "userId": None,
    "originalTimestamp": "2024-03-01T09:00:00.000Z",
    "sentAt": "2024-03-01T09:00:01.000Z",
    "receivedAt": "2024-03-01T09:00:02.000Z",
    "context": {"library": {"name": "analytics.js"}, "page": {"path": "/shoes"}, "locale": "zh-CN"},
    "integrations": {},
}
TRACK = {**SENT, "type": "track", "event": "Order Completed", "properties": {"order_id": "o-1", "total": 39.9}}
TRAITS = {"email": "li.na@example.cn", "phone": "+8613800138001", "firstName": "Na", "lastName": "Li"}
WOO = {
    "id": 727,
    "status": "processing",
    "currency": "CNY",
    "date_created_gmt": "2024-03-01T16:28:02",
    "date_modified_gmt": "2024-03-01T16:28:08",
    "total": "29.35",
    "customer_id": 0,
    "billing": {"first_name": "娜", "last_name": "李", "email": "", "phone": "13800138001", "country": "CN"},
    "line_items": [
        {"id": 315, "product_id": 93, "quantity": 2, "total": "6.00", "meta_data": []},
        {"id": 316, "product_id": 22, "quantity": 1, "total": "23.35", "meta_data": []},
    ],
}


def preset(name: str) -> SourceContract:
    """A source that only extends the preset."""
    (found,) = (one for one in load_settings().settings.source_presets if one.name == name)
    return found


def read(spark: SparkSession, name: str, *payloads: dict[str, Any]) -> DataFrame:
    """What becomes of the payloads."""
    return parsed(bronze(spark, *(json.dumps(one) for one in payloads)), preset(name), {})


@pytest.mark.parametrize(
    ("name", "where"), [("segment", "traits"), ("jitsu", "traits"), ("rudderstack", "context.traits")]
)
def test_what_an_identify_says_of_a_person_is_read_where_its_sdk_puts_it(spark, name, where):
    context = SENT["context"] | ({"traits": TRAITS} if where == "context.traits" else {})
    identify = {**SENT, "type": "identify", "userId": "u-1", "context": context}
    (row,) = read(spark, name, identify | ({"traits": TRAITS} if where == "traits" else {})).collect()
    assert row["rules"] == []
    told = (row["user_id"], row["trait_email"], row["trait_phone"], row["trait_first_name"])
    assert told == ("u-1", "li.na@example.cn", "+8613800138001", "Na")


@pytest.mark.parametrize("name", ["segment", "jitsu", "rudderstack"])
def test_a_track_call_with_a_null_id_is_read_whole(spark, name):
    (row,) = read(spark, name, TRACK).collect()
    assert row["rules"] == []
    assert (row["user_id"], row["anonymous_id"], row["amount"]) == (None, "anon-1", Decimal("39.9000"))
    assert row["received_at"] == datetime(2024, 3, 1, 9, 0, 2)


def test_an_event_of_nobody_breaks_the_rule_for_it(spark):
    (row,) = read(spark, "segment", {**TRACK, "anonymousId": None}).collect()
    assert row["rules"] == ["has_an_id"]


def test_customer_0_of_woocommerce_is_a_guest(spark):
    guest, known = read(spark, "woocommerce_orders", WOO, {**WOO, "customer_id": 26}).orderBy("_record_no").collect()
    assert guest["rules"] == known["rules"] == []
    assert (guest["customer_id"], known["customer_id"]) == (None, "26")
    assert (guest["first_name"], guest["email"], guest["created_at"]) == ("娜", None, datetime(2024, 3, 1, 16, 28, 2))


def test_a_woocommerce_order_becomes_an_order_and_its_lines(spark):
    contract = preset("woocommerce_orders")
    rows = read(spark, contract.name, WOO).selectExpr("*", "'woo' AS _source", "7L AS record_sk", "'b' AS _brand")
    (order,) = orders_of_receipts(rows, contract).collect()
    assert (order["order_id"], order["status"], order["amount"], order["channel"]) == (
        "727",
        "processing",
        Decimal("29.3500"),
        "online",
    )
    lines = lines_of_receipts(rows, contract).orderBy("line_key").collect()
    assert [(one["line_key"], one["product_id"], one["amount"]) for one in lines] == [
        ("315", "93", Decimal("6.0000")),
        ("316", "22", Decimal("23.3500")),
    ]


def test_a_deleted_contact_of_salesforce_is_said_to_be_deleted(spark):
    contract = preset("salesforce_contact")
    header = ("Id", "IsDeleted", "FirstName", "LastName", "Email", "MobilePhone", "CreatedDate", "SystemModstamp")
    told = (
        "003Ao00000AbCdEIAV,{},Na,Li,li.na@example.cn,+8613800138001,2024-01-02T03:04:05.000Z,2024-03-01T09:00:00.000Z"
    )
    rows = parsed(bronze(spark, told.format("false"), told.format("true")), contract, {header: ["f1"]})
    seen = observations(rows, contract, {"email": "email", "phone": "phone"})
    assert rows.where("size(rules) > 0").isEmpty()
    assert [row["is_deletion"] for row in seen.orderBy("_record_id").collect()] == [False, True]


def test_a_customer_of_shopify_is_read_without_the_apostrophe_of_the_id(spark):
    contract = preset("shopify_customers")
    header = ("Customer ID", "First Name", "Last Name", "Email", "Accepts Email Marketing", "Default Address City",
              "Default Address Country Code", "Default Address Zip", "Default Address Phone", "Phone",
              "Accepts SMS Marketing", "Total Spent", "Total Orders", "Note", "Tax Exempt", "Tags")  # fmt: skip
    told = "'7036543721541,Na,Li,li.na@example.cn,yes,Shanghai,CN,'200000,,'+8613800138001,no,120.50,3,,no,vip"
    (row,) = parsed(bronze(spark, told), contract, {header: ["f1"]}).collect()
    assert row["rules"] == []
    assert (row["customer_id"], row["phone"], row["zip"]) == ("7036543721541", "+8613800138001", "200000")
    assert (row["accepts_email"], row["accepts_sms"]) == ("yes", "no")


def test_events_of_growingio_have_the_id_that_their_key_gives_them(spark):
    contract = preset("growingio")
    seen = {"deviceId": "d-1", "gioId": "u-1", "userId": "u-1", "sessionId": "s-1", "platform": "Android"}
    said = {"eventType": "CUSTOM", "eventName": "加入购物车", "timestamp": 1709283600123, "domain": "cn.example.shop"}
    custom = seen | said | {"globalSequenceId": 17, "eventSequenceId": 3, "attributes": {"sku": "p-9"}}
    told = [
        custom,
        custom | {"globalSequenceId": 18},
        custom | {"eventType": "LOGIN_USER_ATTRIBUTES", "eventName": None},
    ]
    rows = read(spark, "growingio", *told)
    judged = with_traffic(with_event_time(rows, contract), contract, TrafficRules())
    more = ("_record_hash as _line_key", "1 as record_sk", "'g' as _source", "'b' as _brand")
    passed = judged.selectExpr("*", *more)
    first, second, attributes = events(passed, contract).orderBy("_record_id").collect()
    assert rows.where("size(rules) > 0").isEmpty()
    assert (first["event_type"], first["event_name"], attributes["event_type"]) == ("track", "加入购物车", "identify")
    assert first["occurred_at"] == datetime(2024, 3, 1, 9, 0, 0, 123000)
    assert len({first["event_id"], second["event_id"], attributes["event_id"]}) == 3


ROW = {"id": 7, "first_name": "Na", "last_name": "Li", "email": "li.na@example.cn"}
LOG = {
    "version": "3.4.0.Final",
    "connector": "postgresql",
    "ts_ms": 1709283600000,
    "lsn": 24023128,
    "table": "customers",
}
CREATED = {"before": None, "after": ROW, "source": LOG, "op": "c", "ts_ms": 1709283600123}
UPDATED = {"before": ROW, "after": {**ROW, "email": None}, "source": LOG, "op": "u", "ts_ms": 1709283601123}
# Under the default replica identity a deletion repeats the key alone.
DELETED = {"before": {"id": 7}, "after": None, "source": LOG, "op": "d", "ts_ms": 1709283602123}
TOMBSTONE = {"_key": {"id": 7}, "_tombstone": True, "_timestamp_ms": 1709283603000}
WRAPPED_KEY = {**TOMBSTONE, "_key": {"schema": {"type": "struct"}, "payload": {"id": 7}}}


def table_of_customers(name: str = "debezium") -> SourceContract:
    """A source that extends the preset by the columns of its table, as a company writes it."""
    own = [{"name": "id", "required": True}, {"name": "email", "field": "email"}, {"name": "first_name"}]
    given = preset(name).model_dump(exclude_none=True)
    columns = [*given.pop("columns"), *own]
    return SourceContract.model_validate(given | {"name": "crm", "files": "*", "key": ["id"], "columns": columns})


@pytest.mark.parametrize("wrap", [lambda message: message, lambda m: {"schema": {"type": "struct"}, "payload": m}])
def test_changes_of_a_table_are_read_with_and_without_their_schema(spark, wrap):
    texts = [json.dumps(wrap(one)) for one in (CREATED, UPDATED, DELETED)]
    created, updated, deleted = parsed(bronze(spark, *texts), table_of_customers(), {}).orderBy("_record_no").collect()
    assert created["rules"] == updated["rules"] == deleted["rules"] == []
    assert (created["id"], created["email"], created["first_name"]) == ("7", "li.na@example.cn", "Na")
    # A value taken away is gone: the state before it does not shine through.
    assert (updated["email"], updated["operation"]) == (None, "u")
    assert (deleted["id"], deleted["operation"], deleted["log_position"]) == ("7", "d", 24023128)
    assert deleted["changed_at"] == datetime(2024, 3, 1, 9)


@pytest.mark.parametrize("message", [TOMBSTONE, WRAPPED_KEY])
def test_an_empty_message_says_that_the_row_of_its_key_is_gone(spark, message):
    (row,) = parsed(bronze(spark, json.dumps(message)), table_of_customers(), {}).collect()
    assert row["rules"] == []
    assert (row["id"], row["operation"], row["changed_at"]) == ("7", "d", datetime(2024, 3, 1, 9, 0, 3))


def test_a_truncated_table_is_about_no_row_and_set_aside(spark):
    message = {"before": None, "after": None, "source": LOG, "op": "t", "ts_ms": 1709283602123}
    (row,) = parsed(bronze(spark, json.dumps(message)), table_of_customers(), {}).collect()
    assert row["rules"] == ["one_of:operation", "required:id"]


def test_changes_without_an_envelope_are_read_by_what_was_added_to_the_row(spark):
    flat = {**ROW, "__deleted": "true", "__op": "d", "__source_ts_ms": 1709283600000, "__source_lsn": 24023128}
    (row,) = parsed(bronze(spark, json.dumps(flat)), table_of_customers("debezium_flat"), {}).collect()
    assert row["rules"] == []
    assert (row["is_deleted"], row["log_position"], row["changed_at"]) == ("true", 24023128, datetime(2024, 3, 1, 9))
