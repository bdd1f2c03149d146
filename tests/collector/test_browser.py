"""The browser SDK of Segment on a page of ours: its settings from the collector, its events to it, across origins."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import pytest

from tests.collector.collecting import KEYS, collected
from tests.collector.conftest import CLIENTS

pytestmark = pytest.mark.sdk
MILLIS_TO_SEND = 30_000


class Files(SimpleHTTPRequestHandler):
    """Files of one folder, quietly."""

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture
def shop(node):
    """The address of a web server with the page and the SDK: another origin than the collector's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(CLIENTS)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def browser(chromium):
    """Chromium without a screen."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


def test_a_page_sends_what_a_visitor_does(collector, landing, shop, browser):
    page = browser.new_page(extra_http_headers={"Sec-GPC": "1"})
    page.goto(f"{shop}/page.html?{urlencode({'collector': collector.url, 'key': KEYS['segment']})}")
    page.wait_for_function("document.getElementById('done').textContent === 'sent'", timeout=MILLIS_TO_SEND)
    assert collector.stop() == 0
    events = {event["type"]: event for event in collected(landing, "segment")}
    assert set(events) == {"page", "track", "identify"}
    assert events["page"]["context"]["page"]["path"] == "/page.html"
    assert events["identify"]["traits"] == {"email": "u1@example.org"}
    assert all(event["messageId"].startswith("ajs-next") and event["anonymousId"] for event in events.values())
    around = events["track"]["_collector"]
    assert (around["origin"], around["gpc"]) == (shop, True)
    assert "Chrome" in around["user_agent"]
