"""What is taken of a request, what is refused, and by which word: nothing is dropped without one."""

import json
from datetime import timedelta

import pytest

from cdp_lake.bronze.collecting.senders import Allowance
from tests.unit.bronze.collecting.arrivals import AT, TRACK, batch, events, post, refusal, sender, taken


def test_what_the_server_knows_stands_beside_the_event():
    found = post("/v1/track", TRACK | {"writeKey": "KEY"}, user_agent="x/1", origin="https://a.example", sec_gpc="1")
    (event,) = events(taken(found))
    assert event["_collector"] == {
        "received_at": "2024-03-01T09:00:05.000Z",
        "key_name": "shop",
        "protocol": "segment",
        "gpc": True,
        "user_agent": "x/1",
        "origin": "https://a.example",
    }


def test_the_consent_header_is_kept_where_the_settings_name_it():
    request = post("/v1/track", TRACK | {"writeKey": "KEY"}, x_consent="ads=denied")
    assert "consent" not in events(taken(request))[0]["_collector"]
    assert events(taken(request, consent_header="X-Consent"))[0]["_collector"]["consent"] == "ads=denied"


def test_a_client_cannot_speak_for_the_server():
    (event,) = events(taken(batch(TRACK | {"_collector": {"key_name": "other"}, "receivedAt": "1999"})))
    assert (event["_collector"]["key_name"], event["receivedAt"]) == ("shop", "2024-03-01T09:00:05.000Z")


def test_a_header_of_any_length_is_not_repeated_on_each_line():
    (event,) = events(taken(post("/v1/track", TRACK | {"writeKey": "KEY"}, user_agent="x" * 50_000)))
    assert len(event["_collector"]["user_agent"]) == 1_024


def test_an_event_too_large_is_refused_and_kept_to_be_looked_at_and_the_others_are_taken():
    large = TRACK | {"messageId": "m-2", "properties": {"note": "文" * 20_000}}
    found = taken(batch(TRACK, large, TRACK), refused_event_bytes=1_000)
    assert (len(found.judged.lines), found.status) == (2, 200)
    assert found.answer["refused"] == [{"place": 1, "id": "m-2", "reason": "too_large"}]
    (kept,) = (json.loads(line) for line in found.refused_lines)
    assert (kept["refused"], kept["event_id"], kept["_collector"]["key_name"]) == ("too_large", "m-2", "shop")
    assert kept["bytes"] > 60_000
    assert kept["text"].startswith('{"type":"track"')
    assert len(kept["text"].encode()) <= 1_000


def test_a_request_of_which_nothing_is_taken_is_no_success():
    found = taken(batch(TRACK | {"properties": {"note": "x" * 40_000}}))
    assert (found.status, found.answer["success"], len(found.refused_lines)) == (413, False, 1)
    assert (taken(batch(5)).status, taken(batch()).status) == (400, 200)


def test_many_refused_events_do_not_make_many_copies():
    large = TRACK | {"properties": {"note": "x" * 2_000}}
    found = taken(batch(*[large] * 200), sender(event_bytes=1_000), refused_event_bytes=2_000)
    assert len(found.refused_lines) == 200
    assert sum(map(len, found.refused_lines)) < 100_000


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        *((one, "not_an_object") for one in (None, 5, "text", [], True)),
        ("1e999", "number_out_of_range"),
        (TRACK | {"a": {"b": "x" * 40_000}}, "too_large"),
    ],
)
def test_an_event_that_cannot_be_one_is_named(event, reason):
    text = json.dumps([event, TRACK]).replace('"1e999"', '{"a": 1e999}')
    found = taken(post("/v1/batch", f'{{"writeKey": "KEY", "batch": {text}}}'.encode()))
    assert [one.reason for one in found.judged.refused] == [reason]
    assert len(events(found)) == 1


def test_an_event_nested_deeply_is_taken_or_named_but_never_a_crash():
    for depth in (10, 400, 480, 495):
        deep = json.loads("[" * depth + "]" * depth)
        found = taken(batch(TRACK | {"deep": deep}, TRACK))
        assert len(found.judged.lines) + len(found.judged.refused) == 2


def test_what_json_can_say_and_utf_8_cannot_stays_an_escape():
    body = b'{"writeKey": "KEY", "type": "track", "a": "\\ud800 \\u0000 \\u2028 \xe4\xb8\xad"}'
    (line,) = taken(post("/v1/track", body)).judged.lines
    assert json.loads(line)["a"] == "\ud800 \x00 \u2028 中"
    assert "中".encode() in line


def test_a_key_is_asked_for_known_and_in_time():
    assert refusal(lambda: taken(post("/v1/track", TRACK))) == (401, "no_key")
    assert refusal(lambda: taken(post("/v1/track", TRACK | {"writeKey": "KEZ"}))) == (401, "unknown_key")
    request = post("/v1/track", TRACK | {"writeKey": "KEY"})
    assert refusal(lambda: taken(request, sender(expires_at=AT))) == (401, "expired_key")
    assert taken(request, sender(expires_at=AT + timedelta(seconds=1))).status == 200


@pytest.mark.parametrize(
    ("protocol", "fits"), [("segment", True), ("rudderstack", True), ("jitsu", True), ("posthog", False)]
)
def test_a_key_is_for_one_protocol(protocol, fits):
    request = batch(TRACK)
    if fits:
        assert taken(request, sender(protocol)).status == 200
    else:
        assert refusal(lambda: taken(request, sender(protocol))) == (403, "wrong_protocol")


def test_a_key_may_be_for_pages_of_some_origins():
    shop = sender(origins=("https://shop.example",))
    headers = {"x_write_key": "KEY"}
    assert taken(post("/v1/track", TRACK, **headers, origin="https://shop.example"), shop).status == 200
    assert taken(post("/v1/track", TRACK, **headers), shop).status == 200
    other = post("/v1/track", TRACK, **headers, origin="https://evil.example")
    assert refusal(lambda: taken(other, shop)) == (403, "wrong_origin")


def test_a_batch_keeps_the_limits_of_its_sender():
    assert refusal(lambda: taken(batch(*[TRACK] * 11), sender(batch_events=10))) == (413, "too_large")
    assert refusal(lambda: taken(batch(TRACK), sender(batch_bytes=20))) == (413, "too_large")


def test_an_allowance_lets_a_second_s_worth_pass_and_says_when_to_come_back():
    allowance = Allowance(100)
    assert [allowance.take(60, 0.0), allowance.take(60, 0.0), allowance.take(60, 0.2)] == [0, 1, 0]
    # A batch larger than a second's worth passes when nothing else has, and is paid for afterwards.
    assert [allowance.take(500, 1.0), allowance.take(500, 9.0), allowance.take(1, 9.5)] == [1, 0, 4]
