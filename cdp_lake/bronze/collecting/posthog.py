"""The capture interface of PostHog: events with a distinct id, which may be a user's or a visitor's."""

from __future__ import annotations

from typing import Any

from cdp_lake.bronze.collecting.incoming import Delivery, Event, Incoming, Moment, Told
from cdp_lake.bronze.collecting.unpacking import base64_bytes, form_fields, is_object, json_value, unpacked_body

PATHS = ("/batch", "/capture", "/e", "/i/v0/e", "/track")


def speaks(incoming: Incoming) -> bool:
    """True for a request to an endpoint of this protocol."""
    return incoming.method == "POST" and incoming.path.rstrip("/") in PATHS


def delivery(incoming: Incoming, most: int) -> Delivery:
    """The events of one request, alone, in a list, or in a batch with its key. Raises RefusedRequest."""
    text = unpacked_body(incoming, most)
    if not is_object(text):
        text = base64_bytes(form_fields(text).get("data", ""))
    value = json_value(text)
    events = _events(value)
    around = value if isinstance(value, dict) else {}
    said = (around.get("api_key"), around.get("token"), *(_token(event) for event in events[:1]))
    sent_at = around.get("sent_at")
    return Delivery(
        protocol="posthog",
        key=next((key for key in said if isinstance(key, str) and key), incoming.headers.get("x-write-key")),
        events=events,
        size=len(text),
        told=_identified,
        sent_at=sent_at if isinstance(sent_at, str) else None,
    )


def _events(value: Any) -> list[Any]:
    if isinstance(value, dict) and isinstance(value.get("batch"), list):
        return list(value["batch"])
    return list(value) if isinstance(value, list) else [value]


def _token(event: Any) -> Any:
    if not isinstance(event, dict):
        return None
    return event.get("api_key") or event.get("token") or _map(event.get("properties")).get("token")


def _identified(event: Event, moment: Moment) -> Told:
    """What PostHog's own server lifts out of the properties, and whether the distinct id is a user's."""
    properties = _map(event.get("properties"))
    for place in (event, properties):
        place.pop("token", None)
        place.pop("api_key", None)
    if not event.get("uuid"):
        event["uuid"] = moment.new_id()
    for name in ("distinct_id", "$set", "$set_once"):
        if event.get(name) is None and properties.get(name) is not None:
            event[name] = properties[name]
    user, anonymous = _ids(event, properties)
    return {"user_id": user, "anonymous_id": anonymous}


def _ids(event: Event, properties: dict[str, Any]) -> tuple[Any, Any]:
    """(id of a user, id of a visitor).

    An alias names the old id first: `alias(previous_id, distinct_id)`. A visitor's id is the device's, or belongs to an
    event that PostHog makes no person of.
    """
    distinct, device = event.get("distinct_id"), properties.get("$device_id")
    if event.get("event") == "$create_alias":
        return properties.get("alias"), distinct
    if event.get("event") == "$identify":
        return distinct, properties.get("$anon_distinct_id") or device
    nobody = properties.get("$process_person_profile") is False or properties.get("$is_identified") is False
    if distinct == device or nobody:
        return None, distinct
    return distinct, device


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
