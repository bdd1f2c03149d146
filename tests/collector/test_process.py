"""The collector as a process: killed, crowded, kept waiting, without room. What it acknowledged is in its files."""

import json
import resource
import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from urllib.parse import urlsplit

import pytest

from tests.collector.collecting import KEYS, ask, collected, project, running
from tests.collector.conftest import CLIENTS
from tests.collector.dying import POINTS

KEY = KEYS["segment"]
SECONDS = 60


def batch(*ids, note=""):
    """The body of a batch with these message ids."""
    events = [{"type": "track", "event": "Hi", "userId": "u-1", "messageId": i, "note": note} for i in ids]
    return json.dumps({"writeKey": KEY, "batch": events}).encode()


def ids_in(landing):
    """How often each message id is in the sealed segments."""
    return Counter(event["messageId"] for event in collected(landing, "segment"))


@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_between_write_and_answer_keeps_what_was_acknowledged(tmp_path, landing, point):
    conf = project(tmp_path / "conf")
    with running(conf, landing, str(CLIENTS.parent / "dying.py"), point) as collector:
        assert ask(collector.url, "/v1/batch", batch("a", "b"))[0] == 200
        with pytest.raises((HTTPException, ConnectionError)):
            ask(collector.url, "/v1/batch", batch("c", "d"))
        assert collector.process.wait(SECONDS) == -9
    with running(conf, landing) as collector:
        assert "which a collector that died had left" in collector.said[0]
        assert ask(collector.url, "/v1/batch", batch("c", "d"))[0] == 200
        assert collector.stop() == 0
    found = ids_in(landing)
    assert (found["a"], found["b"], set(found)) == (1, 1, {"a", "b", "c", "d"})
    assert list(landing.rglob("*.part")) == []


def test_killed_under_load_it_loses_nothing_that_it_acknowledged(tmp_path, landing):
    conf, acknowledged, enough = project(tmp_path / "conf"), list[str](), threading.Event()

    def send(sender, url):
        for number in range(10_000):
            ids = [f"{sender}-{number}-{n}" for n in range(10)]
            try:
                status, _, _ = ask(url, "/v1/batch", batch(*ids, note="x" * 500))
            except (HTTPException, ConnectionError):
                return
            assert status == 200
            acknowledged.extend(ids)
            if len(acknowledged) >= 1_000:
                enough.set()

    with ThreadPoolExecutor(8) as senders, running(conf, landing) as collector:
        done = [senders.submit(send, sender, collector.url) for sender in range(8)]
        assert enough.wait(SECONDS)
        collector.kill()
    for one in done:
        one.result(SECONDS)
    with running(conf, landing) as collector:
        assert collector.stop() == 0
    found = ids_in(landing)
    assert set(acknowledged) - set(found) == set()
    assert max(found.values()) == 1


def test_two_hundred_connections_at_once_are_all_served(collector, landing):
    together = threading.Barrier(200, timeout=SECONDS)
    address = urlsplit(collector.url)

    def send(number):
        body = batch(f"m-{number}")
        head = f"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        with socket.create_connection((address.hostname, address.port), SECONDS) as connection:
            connection.sendall(head.encode() + body[:20])
            together.wait()
            connection.sendall(body[20:])
            with connection.makefile("rb") as answer:
                return answer.read().split(b"\r\n", 1)[0]

    with ThreadPoolExecutor(200) as people:
        assert set(people.map(send, range(200))) == {b"HTTP/1.1 200 OK"}
    assert collector.stop() == 0
    assert ids_in(landing) == {f"m-{number}": 1 for number in range(200)}


def test_a_slow_client_is_let_go_and_holds_up_nobody(tmp_path, landing):
    with running(project(tmp_path / "conf", "request_seconds: 1"), landing) as collector:
        address = urlsplit(collector.url)
        with socket.create_connection((address.hostname, address.port), SECONDS) as slow:
            slow.sendall(b"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
            assert ask(collector.url, "/v1/batch", batch("a"))[0] == 200
            assert slow.recv(12) == b"HTTP/1.1 408"
        assert collector.stop() == 0


def test_what_is_no_http_is_refused_and_the_next_is_served(collector):
    address = urlsplit(collector.url)
    for noise in (b"\x00\xff\x16\x03\x01\r\n\r\n", b"POST / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000 + b"\r\n"):
        with socket.create_connection((address.hostname, address.port), SECONDS) as connection:
            connection.sendall(noise)
            assert connection.recv(12) == b"HTTP/1.1 400"
    assert ask(collector.url, "/health")[0] == 200


def test_a_request_under_way_when_it_is_told_to_stop_is_answered(collector, landing):
    body, address = batch("a"), urlsplit(collector.url)
    with socket.create_connection((address.hostname, address.port), SECONDS) as connection:
        connection.sendall(f"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode())
        connection.sendall(body[:10])
        # It has begun with this one, for it answers what came later.
        assert ask(collector.url, "/health")[0] == 200
        collector.process.terminate()
        connection.sendall(body[10:])
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
    assert collector.process.wait(SECONDS) == 0
    assert ids_in(landing) == {"a": 1}


def test_without_room_for_a_file_it_refuses_keeps_what_it_has_and_goes_on(tmp_path, landing):
    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    with running(project(tmp_path / "conf"), landing, preexec_fn=little_room) as collector:
        assert ask(collector.url, "/v1/batch", batch("a"))[0] == 200
        status, headers, answer = ask(collector.url, "/v1/batch", batch("b", note="x" * 25_000))
        assert (status, headers["retry-after"], json.loads(answer)["error"]) == (503, "5", "disk")
        assert ask(collector.url, "/v1/batch", batch("c"))[0] == 200
        assert b"disk_errors_total 1" in ask(collector.url, "/metrics")[2]
        assert collector.stop() == 0
    assert ids_in(landing) == {"a": 1, "c": 1}
    assert any(line.startswith("cannot write: File too large") for line in collector.said)
