"""The form posts of SensorsData (神策): base64 of gzip of JSON, and who somebody is in one map of identities."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cdp_lake.bronze.collecting.incoming import Delivery, Event, Incoming, Moment, Told
from cdp_lake.bronze.collecting.refusal import malformed, too_large
from cdp_lake.bronze.collecting.unpacking import base64_bytes, form_fields, inflated, json_value, unpacked_body

PATHS = ("/sa", "/sa.gif")
_LOGIN = "$identity_login_id"
# Visitors as the SDKs of browsers, apps and servers call them, the most lasting first.
_ANONYMOUS = (
    *("$identity_cookie_id", "$identity_anonymous_id", "$identity_distinct_id"),
    *("$identity_idfv", "$identity_android_id", "$identity_android_uuid", "$identity_harmony_uuid"),
)


def speaks(incoming: Incoming) -> bool:
    """True for a request to an endpoint of this protocol."""
    return incoming.path.rstrip("/") in PATHS


def delivery(incoming: Incoming, most: int) -> Delivery:
    """The events of one form; its key is the project in the server's address. Raises RefusedRequest."""
    as_pixel = incoming.method == "GET"
    # Base64 in a form is longer than what it holds; the bound that counts is that of the JSON.
    fields = dict(incoming.query) if as_pixel else form_fields(unpacked_body(incoming, 2 * most))
    packed = fields.get("data_list") or fields.get("data")
    if not packed:
        raise malformed("no_data", "a form with `data_list` or `data` is expected")
    text = base64_bytes(packed)
    text = inflated(text, most) if fields.get("gzip") in ("1", "9") or text[:2] == b"\x1f\x8b" else text
    if len(text) > most:
        raise too_large(f"the events have more than {most:,} bytes; send smaller batches")
    value = json_value(text)
    key = incoming.headers.get("x-write-key") or incoming.query.get("project") or fields.get("project")
    events = value if isinstance(value, list) else [value]
    return Delivery("sensorsdata", key, events, len(text), _identified, as_pixel=as_pixel)


def _identified(event: Event, moment: Moment) -> Told:
    """The event's id, and which of its ids is a login.

    An event has no id of its own; the same content, sent again, is the same event. `_flush_time` is when it was sent.
    """
    content = {name: value for name, value in event.items() if name != "_flush_time"}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    user, anonymous = _ids(event)
    return {"event_id": digest[:32], "user_id": user, "anonymous_id": anonymous}


def _ids(event: Event) -> tuple[Any, Any]:
    """(login id, id of a visitor), from the identities where there are any, else from the flags beside distinct_id."""
    identities, properties = (_map(event.get(name)) for name in ("identities", "properties"))
    login = identities.get(_LOGIN) or event.get("login_id")
    anonymous = next((identities[name] for name in _ANONYMOUS if identities.get(name)), event.get("anonymous_id"))
    distinct = event.get("distinct_id")
    if event.get("type") == "track_signup":
        return login or distinct, anonymous or event.get("original_id")
    if properties.get("$is_login_id") is True:
        return login or distinct, anonymous
    return login, anonymous or (distinct if distinct != login else None)


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
