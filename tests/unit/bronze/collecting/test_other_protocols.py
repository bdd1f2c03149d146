"""Snowplow, SensorsData, PostHog: where their keys are, and bodies they cannot have. What they say is silver's test."""

import base64
import gzip
import json
from urllib.parse import urlencode

import pytest

from cdp_lake.bronze.collecting import Incoming
from tests.unit.bronze.collecting.arrivals import events, post, refusal, sender, taken

TP2 = "/com.snowplowanalytics.snowplow/tp2"
PROFILE = {"type": "profile_set", "distinct_id": "u-1", "time": 1709283600000, "properties": {}}


def packed(value, *, squeeze=False):
    """Base64 of JSON, or of gzip of it."""
    text = json.dumps(value).encode()
    return base64.b64encode(gzip.compress(text) if squeeze else text).decode()


def test_snowplow_s_key_is_the_app_id_of_its_events():
    (event,) = events(taken(post(TP2, {"data": [{"e": "pv", "aid": "KEY"}]}), sender("snowplow")))
    assert (event["eid"], event["_collector"]["event_name"]) == ("an-id", "page_view")
    several = {"data": [{"aid": "KEY"}, {"aid": "other"}]}
    assert refusal(lambda: taken(post(TP2, several), sender("snowplow"))) == (400, "several_apps")
    assert refusal(lambda: taken(post(TP2, {"data": [{}]}), sender("snowplow"))) == (401, "no_key")


@pytest.mark.parametrize("body", [[], {}, {"data": {}}, 5])
def test_what_is_no_payload_of_snowplow_is_named(body):
    assert refusal(lambda: taken(post(TP2, body), sender("snowplow"))) == (400, "no_payload")


@pytest.mark.parametrize("broken", ["%%", base64.b64encode(b"[").decode(), base64.b64encode(b'{"data": 5}').decode()])
def test_packed_json_that_cannot_be_read_stays_as_it_came(broken):
    event = {"e": "ue", "aid": "KEY", "ue_px": broken, "cx": broken, "url": "http://[bad"}
    (found,) = events(taken(post(TP2, {"data": [event]}), sender("snowplow")))
    assert (found["ue_px"], found["cx"], found["url"]) == (broken, broken, "http://[bad")


def test_contexts_without_a_known_schema_do_no_harm():
    contexts = {
        "schema": "x",
        "data": [5, {"schema": "iglu:a.b/c/jsonschema/1-0-0", "data": {"d": 1}}, {"schema": "?"}],
    }
    event = {"e": "pv", "aid": "KEY", "co": json.dumps(contexts)}
    (found,) = events(taken(post(TP2, {"data": [event]}), sender("snowplow")))
    assert found["contexts_a_b_c_1"] == [{"d": 1}]


@pytest.mark.parametrize(
    "fields",
    [
        {"data_list": packed([PROFILE], squeeze=True), "gzip": "1"},
        {"data_list": packed([PROFILE], squeeze=True)},
        {"data_list": packed([PROFILE])},
        {"data": packed(PROFILE)},
    ],
)
def test_a_form_of_sensorsdata_is_read_in_each_way_it_is_packed(fields):
    body = urlencode(fields).encode()
    found = taken(Incoming("POST", "/sa", query={"project": "KEY"}, body=body), sender("sensorsdata"))
    assert events(found)[0]["distinct_id"] == "u-1"
    pixel = taken(Incoming("GET", "/sa.gif", query={"project": "KEY", **fields}), sender("sensorsdata"))
    assert pixel.as_pixel
    assert events(pixel)[0]["_collector"]["event_id"] == events(found)[0]["_collector"]["event_id"]


def test_a_form_of_sensorsdata_without_data_or_over_the_limit_is_named():
    empty, large = (Incoming("POST", "/sa", query={"project": "KEY"}, body=b) for b in (b"a=1", b""))
    assert refusal(lambda: taken(empty, sender("sensorsdata"))) == (400, "no_data")
    much = urlencode({"data_list": packed([PROFILE | {"x": "y" * 5_000}])}).encode()
    small = sender("sensorsdata", batch_bytes=4_000)
    assert refusal(lambda: taken(Incoming("POST", "/sa", body=much), small)) == (413, "too_large")
    assert refusal(lambda: taken(large, small)) == (400, "no_data")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/batch/", {"api_key": "KEY", "batch": [{"event": "a", "distinct_id": "u"}]}),
        ("/capture/", {"api_key": "KEY", "event": "a", "distinct_id": "u"}),
        ("/i/v0/e/", {"event": "a", "properties": {"token": "KEY", "distinct_id": "u"}}),
        ("/e/", [{"event": "a", "properties": {"token": "KEY", "distinct_id": "u"}}]),
        ("/e/", urlencode({"data": packed({"event": "a", "token": "KEY", "distinct_id": "u"})}).encode()),
    ],
)
def test_posthog_s_key_is_in_each_body_and_is_not_kept(path, body):
    found = taken(post(path, body), sender("posthog"))
    (event,) = events(found)
    assert (event["event"], event["distinct_id"], event["uuid"]) == ("a", "u", "an-id")
    assert b"KEY" not in found.judged.lines[0]


@pytest.mark.parametrize("body", [5, None, "text", [], [5]])
def test_a_body_of_posthog_without_a_key_is_refused(body):
    assert refusal(lambda: taken(post("/batch/", body), sender("posthog")))[0] in (400, 401)
