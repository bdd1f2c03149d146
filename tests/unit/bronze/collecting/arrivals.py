"""What tests of the collector's pure part share: a sender, a moment, and requests in a few words."""

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from cdp_lake.bronze.collecting import Incoming, Reception, RefusedRequest, Sender, Senders, received
from cdp_lake.bronze.collecting.incoming import Moment
from cdp_lake.bronze.collecting.reception import Recording

AT = datetime(2024, 3, 1, 9, 0, 5, tzinfo=timezone.utc)
STAMP = Moment("2024-03-01T09:00:05.000Z", lambda: "an-id")
TRACK = {"type": "track", "event": "Hi", "userId": "u-1", "messageId": "m-1"}


def sender(protocol: str = "segment", **more: Any) -> Sender:
    """A sender with the limits of Segment."""
    limits = {"event_bytes": 32_768, "batch_bytes": 512_000, "batch_events": 2_500}
    return Sender("shop", "web", "web", protocol, **(limits | more))


def post(path: str, body: Any, **headers: str) -> Incoming:
    """A POST; what is no bytes is sent as JSON."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Incoming("POST", path, {name.replace("_", "-"): value for name, value in headers.items()}, body=text)


def batch(*events: Any, **more: Any) -> Incoming:
    """A batch to Segment's endpoint with the key `KEY`."""
    return post("/v1/batch", {"batch": list(events), "writeKey": "KEY", **more})


def taken(incoming: Incoming, who: Sender | None = None, **recording: Any) -> Reception:
    """What becomes of it, whoever has the key `KEY`."""
    return received(incoming, Senders([("KEY", who or sender())]), AT, STAMP, Recording(**recording))


def events(reception: Reception) -> list[dict[str, Any]]:
    """The events taken, as bronze will have them."""
    assert all(line.endswith(b"}\n") and line.count(b"\n") == 1 for line in reception.judged.lines)
    return [json.loads(line) for line in reception.judged.lines]


def refusal(call: Callable[[], object]) -> tuple[int, str]:
    """(status, reason) of the refusal it must raise."""
    try:
        call()
    except RefusedRequest as refused:
        return refused.status, refused.reason
    raise AssertionError("it was not refused")
