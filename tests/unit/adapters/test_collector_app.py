"""The collector over HTTP, without a network: what each request is told, and what is on disk when it is."""

import asyncio
import json
import os
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_lake.adapters import segment_file
from cdp_lake.adapters.collector_app import collector_app
from cdp_lake.adapters.collector_intake import Intake
from cdp_lake.adapters.collector_metrics import new_tallies
from cdp_lake.adapters.segment_writer import SegmentSizes, SegmentWriter, Watcher
from cdp_lake.bronze.collecting import Sender, Senders
from cdp_lake.bronze.collecting.senders import Allowance
from cdp_lake.config.collector import PROTOCOLS, CollectorSettings
from tests.unit.adapters.asgi import GONE, SLOW, ask, asked

TRACK = {"type": "track", "event": "Hi", "userId": "u-1", "messageId": "m-1"}
BATCH = json.dumps({"writeKey": "segment", "batch": [TRACK, TRACK]}).encode()
ENDPOINTS = (
    *("/v1/batch", "/v1/track", "/api/s/page", "/com.snowplowanalytics.snowplow/tp2", "/sa?project=sensorsdata"),
    *("/batch/", "/i/v0/e/", "/v1/pixel/track?data=e30", "/i?aid=snowplow", "/sa.gif?project=sensorsdata&data=W10"),
)


class Place:
    """A collector in one folder, with one sender a protocol whose key is its name."""

    def __init__(self, folder, **rules):
        names = [*PROTOCOLS, "few"]
        limits = {"event_bytes": 32_768, "batch_bytes": 65_536, "batch_events": 2_500}
        senders = {name: Sender(name, name, name, name, **limits) for name in PROTOCOLS}
        senders["few"] = Sender("few", "few", "few", "segment", **limits, allowance=Allowance(2))
        self.folder, self.said = folder, []
        folders = [folder / name for name in names] + [folder / "refused" / name for name in names]
        tallies = new_tallies()
        watcher = Watcher(synced=lambda seconds: tallies.observe("fsync_seconds", seconds))
        self.writer = SegmentWriter(folders, SegmentSizes(3_600, 10_000_000), watcher)
        self.writer.start()
        self.intake = Intake(
            Senders(senders.items()),
            CollectorSettings(**rules),
            self.writer,
            folder,
            folder / "refused",
            dict.fromkeys(names, 10_000),
            self.said.append,
            tallies,
        )
        self.app = collector_app(self.intake)

    def lines(self, below=""):
        """Lines on disk, sealed or not."""
        return [
            line for path in sorted((self.folder / below).glob("*.part")) for line in path.read_bytes().splitlines()
        ]

    def metrics(self):
        """Every series that is not of a bucket."""
        text = asked(self.app, "GET", "/metrics").body.decode()
        found = (
            line.rpartition(" ") for line in text.splitlines() if not line.startswith("#") and "_bucket" not in line
        )
        return {name.removeprefix("cdp_lake_collector_"): float(value) for name, _, value in found}


@pytest.fixture
def place(tmp_path):
    """The collector of one test."""
    made = Place(tmp_path)
    yield made
    made.writer.close()


def test_what_is_answered_with_200_is_on_disk(place):
    answer = asked(place.app, "POST", "/v1/batch", BATCH)
    assert (answer.status, answer.json) == (200, {"success": True, "accepted": 2, "refused": []})
    assert len(place.lines("segment")) == 2


@pytest.mark.parametrize(
    ("body", "headers", "status", "error"),
    [
        (b"{", {}, 400, "invalid_json"),
        (b'{"batch": []}', {}, 401, "no_key"),
        (b'{"batch": [], "writeKey": "none"}', {}, 401, "unknown_key"),
        (b'{"batch": [], "writeKey": "posthog"}', {}, 403, "wrong_protocol"),
        (b"x" * 140_000, {}, 413, "too_large"),
        (b"x", {"content_length": "99999999999"}, 413, "too_large"),
        (b"x", {"content_encoding": "br"}, 415, "unknown_encoding"),
    ],
)
def test_what_is_not_taken_is_told_why_and_counted(place, body, headers, status, error):
    answer = asked(place.app, "POST", "/v1/batch", body, **headers)
    assert (answer.status, answer.json["error"], answer.json["success"]) == (status, error, False)
    assert len(answer.json["message"]) > 20
    assert place.metrics()[f'requests_refused_total{{reason="{error}"}}'] == 1
    assert place.lines("segment") == []


def test_nothing_said_repeats_a_key(place):
    asked(place.app, "POST", "/v1/batch", b'{"batch": [], "writeKey": "s3cret"}')
    answer = asked(place.app, "GET", "/v1/projects/s3cret/settings")
    assert answer.status == 401
    assert "s3cret" not in answer.body.decode() + str(place.metrics()) + str(place.said)


def test_a_refused_event_is_kept_beside_and_told(place):
    body = json.dumps({"writeKey": "segment", "batch": [TRACK, 5]}).encode()
    answer = asked(place.app, "POST", "/v1/batch", body)
    assert answer.json["refused"] == [{"place": 1, "id": None, "reason": "not_an_object"}]
    (kept,) = place.lines("refused/segment")
    assert json.loads(kept)["text"] == "5"
    assert place.metrics()['events_refused_total{key="segment",reason="not_an_object"}'] == 1


def test_refused_events_do_not_fill_the_disk(place):
    body = json.dumps({"writeKey": "segment", "batch": [TRACK, "x" * 6_000]}).encode()
    for _ in range(4):
        assert asked(place.app, "POST", "/v1/batch", body).status == 200
    assert len(place.lines("refused/segment")) == 1
    assert place.metrics()['refused_events_not_kept_total{source="segment"}'] == 3
    assert len(place.lines("segment")) == 4


def test_a_sender_above_its_rate_is_told_when_to_come_back(place):
    body = BATCH.replace(b"segment", b"few")
    assert asked(place.app, "POST", "/v1/batch", body).status == 200
    answer = asked(place.app, "POST", "/v1/batch", body)
    assert (answer.status, answer.headers["retry-after"], len(place.lines("few"))) == (429, "1", 2)


def test_when_the_disk_refuses_it_says_so_and_takes_up_work_again(place, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(segment_file.os, "fsync", full)
    answer = asked(place.app, "POST", "/v1/batch", BATCH)
    assert (answer.status, answer.json["error"], answer.headers["retry-after"]) == (503, "disk", "5")
    health = asked(place.app, "GET", "/health")
    assert (health.status, health.json["why"]) == (503, "cannot write: No space left on device")
    monkeypatch.undo()
    assert (asked(place.app, "GET", "/health").status, asked(place.app, "POST", "/v1/batch", BATCH).status) == (
        200,
        200,
    )
    place.writer.close()
    assert sum(len(path.read_bytes().splitlines()) for path in place.folder.glob("segment/*.ndjson")) == 2


def test_a_client_that_is_too_slow_or_goes_away_takes_nothing_with_it(tmp_path):
    place = Place(tmp_path, request_seconds=0.05)
    assert asked(place.app, "POST", "/v1/batch", [BATCH[:10], SLOW]).status == 408
    gone = asked(place.app, "POST", "/v1/batch", [BATCH[:10], GONE])
    assert (gone.status, gone.json["error"]) == (400, "client_gone")
    assert (place.intake.pending_bytes, place.intake.pending_requests) == (0, 0)
    assert asked(place.app, "POST", "/v1/batch", [BATCH[:10], BATCH[10:]]).json["accepted"] == 2
    place.writer.close()


def test_more_than_may_be_under_way_is_told_to_come_back(tmp_path):
    place = Place(tmp_path, pending_requests=2, request_seconds=0.2)

    async def crowd():
        slow = [asyncio.create_task(ask(place.app, "POST", "/v1/batch", [BATCH[:9], SLOW])) for _ in range(2)]
        await asyncio.sleep(0)
        one_more = await ask(place.app, "POST", "/v1/batch", BATCH)
        return one_more, [answer.status for answer in await asyncio.gather(*slow)]

    answer, slow = asyncio.run(crowd())
    assert (answer.status, answer.json["error"], answer.headers["retry-after"]) == (503, "overloaded", "5")
    assert slow == [408, 408]
    place.writer.close()
    small = Place(tmp_path / "small", pending_bytes=1_024)
    assert asked(small.app, "POST", "/v1/batch", b"x" * 2_000).status == 503
    assert small.intake.pending_bytes == 0
    small.writer.close()


def test_a_page_of_any_origin_may_ask(place):
    wanted = {"origin": "https://a.example", "access_control_request_headers": "content-type,x-write-key"}
    preflight = asked(place.app, "OPTIONS", "/v1/t", **wanted)
    assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (204, "https://a.example")
    assert preflight.headers["access-control-allow-headers"] == "content-type,x-write-key"
    answer = asked(place.app, "POST", "/v1/batch", BATCH, origin="https://a.example")
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert "access-control-allow-origin" not in asked(place.app, "POST", "/v1/batch", BATCH).headers


def test_sdks_find_what_they_ask_for_at_start(place):
    segment = asked(place.app, "GET", "/v1/projects/segment/settings").json["integrations"]["Segment.io"]
    assert segment == {"apiKey": "segment", "apiHost": "collector/v1", "protocol": "http"}
    rudder = asked(place.app, "GET", "/sourceConfig?writeKey=rudderstack").json
    assert (rudder["source"]["enabled"], rudder["source"]["destinations"]) == (True, [])
    assert asked(place.app, "GET", "/sourceConfig?writeKey=none").status == 401
    for path in ("/flags/?v=2", "/decide/", "/array/posthog/config"):
        assert asked(place.app, "POST", path, b"{}").json["featureFlags"] == {}
    assert asked(place.app, "POST", "/v1/m", b"{}").status == 200


def test_a_pixel_is_answered_with_a_picture(place):
    answer = asked(place.app, "GET", "/i?e=pv&aid=snowplow&eid=e-1")
    assert (answer.status, answer.headers["content-type"], answer.body[:3]) == (200, "image/gif", b"GIF")
    assert len(place.lines("snowplow")) == 1


def test_metrics_are_text_that_prometheus_reads(place):
    asked(place.app, "POST", "/v1/batch", BATCH)
    text = asked(place.app, "GET", "/metrics").body.decode()
    assert all(re.fullmatch(r'#.*|\w+(\{(\w+="[^"]*",?)+\})? [\d.e+-]+', line) for line in text.splitlines())
    found = place.metrics()
    assert found['events_accepted_total{key="segment",protocol="segment"}'] == 2
    assert (found["fsync_seconds_count"], found["segments_open"], found["pending_bytes"]) == (1, 1, 0)


def test_the_access_log_holds_names_only(tmp_path):
    place = Place(tmp_path, access_log=True)
    asked(place.app, "POST", "/v1/batch?writeKey=segment&email=a@b.c", BATCH)
    asked(place.app, "GET", "/secret-path")
    assert place.said == ["collector: POST segment 200 segment 2 events", "collector: GET other 404 - 0 events"]
    place.writer.close()


def test_an_error_of_our_own_is_told_by_its_place_and_the_next_request_is_taken(place, monkeypatch):
    def crash(*_):
        raise KeyError("a@b.c")

    with monkeypatch.context() as broken:
        broken.setattr("cdp_lake.adapters.collector_intake.received", crash)
        answer = asked(place.app, "POST", "/v1/batch", BATCH)
    assert (answer.status, answer.json["error"]) == (500, "crash")
    assert "a@b.c" not in str(place.said) + answer.body.decode()
    assert place.said[0].startswith("collector: KeyError at test_collector_app.py:")
    assert asked(place.app, "POST", "/v1/batch", BATCH).status == 200


EXAMPLES = int(os.environ.get("FUZZED_REQUESTS", "200"))
KEYED = st.sampled_from([*PROTOCOLS, "none"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=12,
)
WORDS = ("batch", "writeKey", "api_key", "token", "data", "context", "properties", "identities", "ue_px", "cx", "url")
OBJECT = st.dictionaries(st.sampled_from((*WORDS, "type", "messageId", "distinct_id", "event", "e", "aid")), JSON)
BODIES = st.one_of(
    st.binary(max_size=400),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.tuples(OBJECT, st.lists(OBJECT | JSON, max_size=4), KEYED).map(
        lambda parts: json.dumps(
            {**parts[0], "batch": parts[1], "data": parts[1], "writeKey": parts[2], "api_key": parts[2]}
        ).encode()
    ),
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "x_write_key": KEYED,
        "authorization": st.text(max_size=20),
        "content_encoding": st.sampled_from(["gzip", "deflate", "identity", "br", ""]),
        "content_type": st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/plain"]),
        "origin": st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
        "user_agent": st.text(max_size=30),
    },
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """The collector of all fuzzed requests."""
    made = Place(tmp_path_factory.mktemp("fuzzed"))
    yield made
    made.writer.close()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(endpoint=st.sampled_from(ENDPOINTS), body=BODIES, headers=HEADERS)
def test_no_request_is_a_crash_and_each_event_taken_is_one_line_of_json(fuzzed, endpoint, body, headers):
    before = fuzzed.intake.tallies.total("events_accepted_total")
    answer = asked(
        fuzzed.app, "GET" if "?" in endpoint and "/sa?" not in endpoint else "POST", endpoint, body, **headers
    )
    assert answer.status in (200, 400, 401, 403, 413, 415)
    if answer.headers["content-type"] == "application/json":
        taken = answer.json.get("accepted", 0)
        assert fuzzed.intake.tallies.total("events_accepted_total") == before + taken
    assert (fuzzed.intake.pending_bytes, fuzzed.intake.pending_requests, fuzzed.said) == (0, 0, [])


def test_all_that_was_fuzzed_is_on_disk_as_json(fuzzed):
    lines = [json.loads(line) for name in PROTOCOLS for line in fuzzed.lines(name)]
    assert len(lines) == fuzzed.intake.tallies.total("events_accepted_total")
    assert all(line["_collector"]["key_name"] in PROTOCOLS for line in lines)
