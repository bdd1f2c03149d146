"""Presets of systems that only the collector can read: requests as their SDKs send them, through it, to columns."""

import base64
import gzip
import json
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.bronze.collecting import Incoming, Sender, Senders, received
from cdp_lake.bronze.collecting.incoming import Moment
from cdp_lake.bronze.collecting.reception import Recording
from cdp_lake.config.settings import load_settings
from cdp_lake.silver.parse import parsed
from tests.unit.silver.feeds import bronze

AT = datetime(2024, 3, 1, 9, 0, 5, tzinfo=timezone.utc)
STAMP = Moment("2024-03-01T09:00:05.000Z", lambda: "an-id")
CREATED, MILLIS = datetime(2024, 3, 1, 9, 0, 0), "1709283600000"


def read(spark: SparkSession, name: str, incoming: Incoming) -> DataFrame:
    """What silver reads of one request to a sender whose source extends the preset."""
    sender = Sender(name, name, name, name, event_bytes=32_768, batch_bytes=512_000, batch_events=2_500)
    found = received(incoming, Senders([("KEY", sender)]), AT, STAMP, Recording())
    assert found.judged.refused == []
    (preset,) = (one for one in load_settings().settings.source_presets if one.name == name)
    return parsed(bronze(spark, *(line.decode() for line in found.judged.lines)), preset, {})


def told(rows: DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """These columns of each record in order; no rule is broken."""
    found = rows.orderBy("_record_no").collect()
    assert [row["rules"] for row in found] == [[]] * len(found)
    return [tuple(row[column] for column in columns) for row in found]


def described(schema: str, data: Any) -> dict[str, Any]:
    """A self-describing JSON of Snowplow."""
    return {"schema": f"iglu:{schema}", "data": data}


def tp2(*events: dict[str, str]) -> Incoming:
    """A POST of a Snowplow tracker."""
    shared = {"eid": "e-1", "aid": "KEY", "p": "web", "tv": "js-3.24.0", "dtm": MILLIS, "stm": MILLIS, "duid": "d-1"}
    body = described("com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4", [shared | one for one in events])
    return Incoming("POST", "/com.snowplowanalytics.snowplow/tp2", body=json.dumps(body).encode())


def form(*events: dict[str, Any]) -> Incoming:
    """A POST of a SensorsData SDK."""
    packed = base64.b64encode(gzip.compress(json.dumps(events).encode())).decode()
    fields = urlencode({"data_list": packed, "gzip": 1, "crc": -1})
    return Incoming("POST", "/sa", query={"project": "KEY"}, body=fields.encode())


def captured(*events: dict[str, Any]) -> Incoming:
    """A POST of a PostHog SDK."""
    shared = {"uuid": "u-1", "timestamp": "2024-03-01T09:00:00+00:00"}
    body = {"api_key": "KEY", "batch": [shared | one for one in events], "sent_at": "2024-03-01T09:00:04+00:00"}
    return Incoming("POST", "/batch/", body=json.dumps(body).encode())


def test_a_page_view_of_snowplow(spark):
    view = {"e": "pv", "url": "https://shop.example/shoes?size=42", "uid": "u-1", "lang": "zh-CN", "tnuid": "n-1"}
    columns = ("event_type", "event_name", "event_id", "page_path", "locale", "created_at", "received_at")
    rows = read(spark, "snowplow", tp2(view))
    assert told(rows, *columns) == [("page", "page_view", "e-1", "/shoes", "zh-CN", CREATED, AT.replace(tzinfo=None))]
    assert told(rows, "user_id", "domain_user_id", "told_network_user_id") == [("u-1", "d-1", "n-1")]


@pytest.mark.parametrize("key", ["ue_px", "ue_pr"])
def test_a_self_describing_event_of_snowplow_is_called_by_its_schema(spark, key):
    checkout = described("com.acme/checkout_started/jsonschema/1-0-0", {"cart": 3})
    text = json.dumps(described("com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0", checkout))
    packed = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") if key == "ue_px" else text
    rows = read(
        spark, "snowplow", tp2({"e": "ue", key: packed}, {"e": "se", "se_ca": "cart", "se_ac": "Product Added"})
    )
    assert told(rows, "event_type", "event_name") == [("track", "checkout_started"), ("track", "Product Added")]


def test_a_transaction_of_snowplow(spark):
    rows = read(spark, "snowplow", tp2({"e": "tr", "tr_id": "o-1", "tr_tt": "39.90", "tr_cu": "CNY"}))
    assert told(rows, "order_id", "amount", "currency") == [("o-1", Decimal("39.9000"), "CNY")]


def test_the_pixel_of_snowplow(spark):
    query = {"e": "pv", "aid": "KEY", "eid": "e-2", "duid": "d-2", "dtm": MILLIS, "url": "https://shop.example/"}
    rows = read(spark, "snowplow", Incoming("GET", "/i", query=query))
    assert told(rows, "event_id", "domain_user_id", "page_path") == [("e-2", "d-2", "/")]


LIB = {"$lib": "js", "$lib_version": "1.27.10", "$lib_method": "code"}


def test_a_visitor_of_sensorsdata_signs_up_and_is_known_by_login_from_then_on(spark):
    visit = {"type": "track", "event": "$pageview", "distinct_id": "cookie-1", "properties": {"$url_path": "/shoes"}}
    signup = {"type": "track_signup", "event": "$SignUp", "distinct_id": "u-1", "original_id": "cookie-1"}
    order = {
        "type": "track",
        "event": "Order Completed",
        "distinct_id": "u-1",
        "properties": {"$is_login_id": True, "order_id": "o-1", "order_amount": 39.9},
    }
    sent = [{"time": int(MILLIS), "lib": LIB, "properties": {}} | one for one in (visit, signup, order)]
    rows = read(spark, "sensorsdata", form(*sent))
    columns = ("type", "login_id", "anonymous_id", "page_path", "amount", "occurred_at")
    assert told(rows, *columns) == [
        ("track", None, "cookie-1", "/shoes", None, CREATED),
        ("identify", "u-1", "cookie-1", None, None, CREATED),
        ("track", "u-1", None, None, Decimal("39.9000"), CREATED),
    ]


def test_the_identities_of_sensorsdata_say_who_somebody_is(spark):
    identities = {
        "$identity_login_id": "u-1",
        "$identity_cookie_id": "cookie-1",
        "$identity_mobile": "+8613800138001",
        "$identity_mp_unionid": "o6_bmasdasdsad6_2sgVt7hMZOPfL",
    }
    bind = {"type": "track_id_bind", "event": "$BindID", "distinct_id": "u-1", "identities": identities}
    (row,) = told(
        read(spark, "sensorsdata", form({"time": int(MILLIS), "lib": LIB, "properties": {}, **bind})),
        *("type", "login_id", "anonymous_id", "identity_mobile", "identity_unionid"),
    )
    assert row == ("identify", "u-1", "cookie-1", "+8613800138001", "o6_bmasdasdsad6_2sgVt7hMZOPfL")


def test_a_profile_of_sensorsdata_tells_attributes_and_the_same_content_has_the_same_id(spark):
    profile = {
        "type": "profile_set",
        "distinct_id": "u-1",
        "time": int(MILLIS),
        "properties": {"$is_login_id": True, "email": "li.na@example.cn", "$name": "李娜"},
    }
    again = profile | {"_flush_time": int(MILLIS) + 5000}
    one, other = told(read(spark, "sensorsdata", form(profile, again)), "event_id", "trait_email", "trait_name")
    assert one == other
    assert one[1:] == ("li.na@example.cn", "李娜")


def test_an_item_of_sensorsdata_is_no_event_of_a_person(spark):
    item = {"type": "item_set", "item_type": "shoe", "item_id": "p-1", "time": int(MILLIS), "properties": {}}
    (row,) = read(spark, "sensorsdata", form(item)).collect()
    assert row["rules"] == ["one_of:type", "has_an_id"]


def test_events_of_posthog_tell_visitors_from_users(spark):
    visitor = {"event": "$pageview", "distinct_id": "dev-1", "properties": {"$device_id": "dev-1", "$pathname": "/"}}
    nobody = {"event": "Clicked", "distinct_id": "r-1", "properties": {"$process_person_profile": False}}
    known = {"event": "Order Completed", "distinct_id": "u-1", "properties": {"total": 39.9, "order_id": "o-1"}}
    identify = {"event": "$identify", "properties": {"distinct_id": "u-1", "$anon_distinct_id": "dev-1"}}
    identify["properties"]["$set"] = {"email": "li.na@example.cn"}
    alias = {"event": "$create_alias", "distinct_id": "dev-1", "properties": {"distinct_id": "dev-1", "alias": "u-1"}}
    rows = read(spark, "posthog", captured(visitor, nobody, known, identify, alias))
    assert told(rows, "type", "user_id", "anonymous_id", "trait_email", "amount") == [
        ("page", None, "dev-1", None, None),
        ("track", None, "r-1", None, None),
        ("track", "u-1", None, None, Decimal("39.9000")),
        ("identify", "u-1", "dev-1", "li.na@example.cn", None),
        ("alias", "u-1", "dev-1", None, None),
    ]
    assert set(told(rows, "event_id", "occurred_at")) == {("u-1", CREATED)}


def test_what_identifies_in_each_preset_is_a_namespace_there_is():
    settings = load_settings().settings
    names = {namespace.name for namespace in settings.identity.namespaces}
    for preset in settings.source_presets:
        if preset.name in ("snowplow", "sensorsdata", "posthog"):
            assert {one.namespace for one in preset.identifiers} <= names
