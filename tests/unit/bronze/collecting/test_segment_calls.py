"""Segment's endpoints: which call it is, whose key it is, and what the server fills in."""

import base64
import json

import pytest

from cdp_lake.bronze.collecting import Incoming
from tests.unit.bronze.collecting.arrivals import TRACK, batch, events, post, refusal, taken


@pytest.mark.parametrize(
    ("path", "call"),
    [
        *((f"/v1/{call}", call) for call in ("track", "identify", "page", "screen", "group", "alias")),
        *((f"/v1/{call[0]}", call) for call in ("track", "identify", "page", "screen", "group", "alias")),
        ("/api/s/track", "track"),
        ("/api/s/s2s/identify", "identify"),
        ("/v1/track/", "track"),
    ],
)
def test_the_endpoint_says_which_call_it_is(path, call):
    (event,) = events(taken(post(path, {"userId": "u-1", "writeKey": "KEY"})))
    assert event["type"] == call


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/import", "/v1/b", "/api/s/event"])
def test_a_batch_is_a_batch_by_any_name(path):
    assert len(events(taken(post(path, {"batch": [TRACK, TRACK], "writeKey": "KEY"})))) == 2


@pytest.mark.parametrize(
    "where",
    [
        {"headers": {"x-write-key": "KEY"}, "body": {"writeKey": "KE***"}},
        {"headers": {"authorization": "Basic " + base64.b64encode(b"KEY:").decode()}},
        {"query": {"writeKey": "KEY"}},
        {"body": {"writeKey": "KEY"}},
    ],
    ids=lambda where: next(iter(where)),
)
def test_the_key_is_found_where_sdks_put_it_and_is_not_kept(where):
    body = json.dumps(TRACK | where.get("body", {})).encode()
    found = taken(Incoming("POST", "/v1/track", where.get("headers", {}), where.get("query", {}), body))
    assert b"KEY" not in b"".join(found.judged.lines)
    assert "writeKey" not in events(found)[0]


@pytest.mark.parametrize("header", ["Basic", "Basic !!", "Bearer KEY", "Basic " + base64.b64encode(b"\xff").decode()])
def test_an_authorization_of_another_kind_is_no_key(header):
    assert refusal(lambda: taken(post("/v1/track", TRACK, authorization=header))) == (401, "no_key")


def test_the_server_fills_in_what_segment_s_own_does():
    without_id = {name: value for name, value in TRACK.items() if name != "messageId"}
    own, filled = events(taken(batch(TRACK | {"sentAt": "own"}, without_id, sentAt="2024-03-01T09:00:04Z")))
    assert (own["messageId"], own["sentAt"]) == ("m-1", "own")
    assert (filled["messageId"], filled["sentAt"]) == ("collector-an-id", "2024-03-01T09:00:04Z")
    assert own["receivedAt"] == filled["receivedAt"] == own["_collector"]["received_at"] == "2024-03-01T09:00:05.000Z"


def test_what_a_batch_says_of_all_its_events_is_said_of_each():
    shared = {"library": {"name": "x"}, "ip": "0"}
    one, other = events(taken(batch(TRACK, TRACK | {"context": {"ip": "1"}}, context=shared)))
    assert (one["context"], other["context"]) == (shared, shared | {"ip": "1"})


def test_a_shared_context_cannot_make_a_small_body_a_large_one():
    assert refusal(lambda: taken(batch(*[TRACK] * 1_000, context={"a": "b" * 30_000}))) == (413, "too_large")


def test_the_pixel_takes_an_event_in_its_query():
    packed = base64.b64encode(json.dumps(TRACK | {"writeKey": "KEY"}).encode()).decode()
    found = taken(Incoming("GET", "/v1/pixel/track", query={"data": packed}))
    assert (found.as_pixel, events(found)[0]["event"]) == (True, "Hi")


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/v1/batch", [], "no_object"),
        ("/v1/batch", {}, "no_batch"),
        ("/v1/batch", {"batch": {}}, "no_batch"),
        ("/v1/track", 5, "no_object"),
        ("/v1/track", None, "no_object"),
    ],
)
def test_a_body_of_another_shape_is_named(path, body, reason):
    assert refusal(lambda: taken(post(path, body))) == (400, reason)


@pytest.mark.parametrize("path", ["/", "/v1/", "/v1/tracks", "/v1/batch/x", "/v2/batch", "/api/s/", "/v1/event"])
def test_an_endpoint_of_nobody_is_said_to_be_none(path):
    assert refusal(lambda: taken(post(path, TRACK))) == (404, "unknown_endpoint")
