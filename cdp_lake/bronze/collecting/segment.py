"""The HTTP interface of Segment, which RudderStack, Jitsu and most collectors speak."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from cdp_lake.bronze.collecting.incoming import Delivery, Event, Incoming, Moment, Told
from cdp_lake.bronze.collecting.refusal import malformed, too_large
from cdp_lake.bronze.collecting.unpacking import base64_bytes, json_value, unpacked_body

CALLS = ("track", "identify", "page", "screen", "group", "alias")
# What browser SDKs call them.
_SHORT = {call[0]: call for call in CALLS}
_BATCHES = ("batch", "import", "b")
# So many times the size of a batch its events may have together with what they share.
_LARGEST_TIMES = 8
_ROOTS = ("/v1/", "/api/s/s2s/", "/api/s/")


def speaks(incoming: Incoming) -> bool:
    """True for a request to an endpoint of this protocol."""
    return _call(incoming.path) is not None


def delivery(incoming: Incoming, most: int) -> Delivery:
    """The events of one request. Raises RefusedRequest when the body is not what the endpoint takes."""
    as_pixel = incoming.method == "GET"
    text = base64_bytes(incoming.query.get("data", "")) if as_pixel else unpacked_body(incoming, most)
    value = json_value(text)
    if not isinstance(value, dict):
        raise malformed("no_object", "the body must be a JSON object")
    call = _call(incoming.path)
    # Jitsu has an endpoint that takes any call.
    is_batch = call in _BATCHES or (call == "event" and "batch" in value)
    events = _of_batch(value, most) if is_batch else [value]
    return Delivery(
        protocol="segment",
        key=_key(incoming, value),
        events=events,
        size=len(text),
        told=lambda event, moment: _filled(event, moment, _text(value.get("sentAt")), call if call in CALLS else None),
        sent_at=_text(value.get("sentAt")),
        as_pixel=as_pixel,
    )


def basic_user(header: str) -> str | None:
    """The user name of HTTP Basic authentication, where the SDKs of this family put the write key."""
    scheme, _, packed = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(packed, validate=True).decode("utf-8").partition(":")[0] or None
    except (binascii.Error, ValueError):
        return None


def _call(path: str) -> str | None:
    root = next((root for root in _ROOTS if path.startswith(root)), None)
    if root is None:
        return None
    word = path[len(root) :].removeprefix("pixel/").rstrip("/")
    word = _SHORT.get(word, word)
    return word if word in (*CALLS, *_BATCHES, *(["event"] if root != "/v1/" else [])) else None


def _key(incoming: Incoming, body: dict[str, Any]) -> str | None:
    """Jitsu's SDK masks the key in its body, so headers come first."""
    said = (
        incoming.headers.get("x-write-key"),
        basic_user(incoming.headers.get("authorization", "")),
        incoming.query.get("writeKey"),
        _text(body.get("writeKey")),
    )
    return next((key for key in said if key), None)


def _of_batch(body: dict[str, Any], most: int) -> list[Any]:
    events = body.get("batch")
    if not isinstance(events, list):
        raise malformed("no_batch", "`batch` must be a list of events")
    shared = body.get("context")
    if isinstance(shared, dict):
        # It goes into each event, so that a small body may become a large one.
        if len(json.dumps(shared)) * len(events) > _LARGEST_TIMES * most:
            raise too_large("the context that the batch gives all its events makes them too large")
        for event in events:
            if isinstance(event, dict) and isinstance(event.get("context", {}), dict):
                event["context"] = {**shared, **event.get("context", {})}
    return events


def _filled(event: Event, moment: Moment, sent_at: str | None, call: str | None) -> Told:
    """What Segment's own server fills in; the write key has done its work."""
    event.pop("writeKey", None)
    if call is not None and not event.get("type"):
        event["type"] = call
    if not event.get("messageId"):
        event["messageId"] = f"collector-{moment.new_id()}"
    if sent_at is not None and not event.get("sentAt"):
        event["sentAt"] = sent_at
    event["receivedAt"] = moment.received_at
    return {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
