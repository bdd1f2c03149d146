"""Real client SDKs against a real collector: what they send is taken, and what was not taken they send again."""

import subprocess
import sys
from collections import defaultdict

import pytest

from tests.collector.collecting import KEYS, collected
from tests.collector.conftest import CLIENTS, MOODS, PATIENT, STEPS

pytestmark = pytest.mark.sdk
ALL_STEPS = {f"Step {n}" for n in range(STEPS)}
# Where each protocol keeps an event's id and its user's.
IDS = {"segment": "messageId", "rudderstack": "messageId", "jitsu": "messageId", "snowplow": "eid", "posthog": "uuid"}
USERS = {"snowplow": "uid", "posthog": "distinct_id", "sensorsdata": "distinct_id"}


def ids_by_step(landing, protocol, user):
    """The ids under which each step of one user has come in, one for each time it did."""
    found = defaultdict(list)
    for event in collected(landing, protocol):
        name = str(event.get("event") or event.get("se_ac")).replace("_", " ")
        known = event[IDS[protocol]] if protocol in IDS else event["_collector"]["event_id"]
        if name.startswith("Step ") and event[USERS.get(protocol, "userId")] == user:
            found[name].append(known)
    return found


@pytest.mark.parametrize("client", PATIENT)
def test_a_client_sends_again_what_was_refused_or_whose_answer_was_lost(sent, client):
    assert sent.done[client][: len(MOODS) + 1] == [*MOODS, "pass"]
    found = ids_by_step(sent.landing, client.split()[1], client)
    assert set(found) == ALL_STEPS
    # What came twice came under one id, by which silver knows it for one event.
    assert all(len(set(ids)) == 1 for ids in found.values())
    assert any(len(ids) == 2 for ids in found.values())
    assert len({ids[0] for ids in found.values()}) == STEPS


def test_jitsu_sends_one_event_a_request(collector, landing, node):
    words = ["jitsu", collector.url, KEYS["jitsu"], "u1", str(STEPS)]
    subprocess.run([node, str(CLIENTS / "send.cjs"), *words], check=True, timeout=60)
    assert collector.stop() == 0
    assert set(ids_by_step(landing, "jitsu", "u1")) == ALL_STEPS
    (identify,) = [event for event in collected(landing, "jitsu") if event["type"] == "identify"]
    assert identify["traits"] == {"email": "u1@example.org"}


def test_no_line_and_nothing_said_holds_a_key(collector, landing, python_sdks):
    protocols = ("segment", "rudderstack", "posthog", "sensorsdata")
    for protocol in protocols:
        words = [protocol, collector.url, KEYS[protocol], "u1", "1"]
        subprocess.run([sys.executable, str(CLIENTS / "send.py"), *words], check=True, timeout=60)
    assert collector.stop() == 0
    texts = [path.read_text(encoding="utf-8") for path in landing.rglob("*.ndjson")] + collector.said
    assert len(texts) >= len(protocols)
    assert [protocol for protocol in protocols for text in texts if KEYS[protocol] in text] == []
