"""Snowplow's tracker protocol (tp2): short keys, values as texts, self-describing JSON packed in base64."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from cdp_lake.bronze.collecting.incoming import Delivery, Event, Incoming, Moment, Told
from cdp_lake.bronze.collecting.refusal import RefusedRequest, malformed
from cdp_lake.bronze.collecting.unpacking import base64_bytes, json_value, unpacked_body

POST_PATH, PIXEL_PATH = "/com.snowplowanalytics.snowplow/tp2", "/i"
_NAMES = {"pv": "page_view", "pp": "page_ping", "tr": "transaction", "ti": "transaction_item"}
_SCHEMA = re.compile(r"iglu:([\w.-]+)/([\w.-]+)/jsonschema/(\d+)-\d+-\d+")
# Each self-describing JSON of an event comes packed, or as it is.
_EVENT_KEYS, _CONTEXT_KEYS = ("ue_px", "ue_pr"), ("cx", "co")


def speaks(incoming: Incoming) -> bool:
    """True for a request to an endpoint of this protocol."""
    return incoming.path.rstrip("/") == (PIXEL_PATH if incoming.method == "GET" else POST_PATH)


def delivery(incoming: Incoming, most: int) -> Delivery:
    """The events of one request; trackers send no key but their app id. Raises RefusedRequest."""
    as_pixel = incoming.method == "GET"
    text = b"" if as_pixel else unpacked_body(incoming, most)
    events: list[Any] = [dict(incoming.query)] if as_pixel else _of_payload(json_value(text))
    said = incoming.headers.get("x-write-key") or incoming.query.get("writeKey") or _app_id(events)
    return Delivery("snowplow", said, events, len(text), _unpacked, as_pixel=as_pixel)


def _of_payload(payload: Any) -> list[Any]:
    events = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(events, list):
        raise malformed("no_payload", "a payload_data object with the events in `data` is expected")
    return events


def _app_id(events: list[Any]) -> str | None:
    """The app id that all events have. Raises RefusedRequest when they are of several apps."""
    ids = {aid for event in events if isinstance(event, dict) and isinstance(aid := event.get("aid"), str)}
    if len(ids) > 1:
        raise malformed("several_apps", "the events of one request have one app id (`aid`): it is their write key")
    return ids.pop() if ids else None


def _unpacked(event: Event, moment: Moment) -> Told:
    """Packed JSON is put in the event as Snowplow's enriched events have it, by vendor, name and model of its schema.

    What cannot be read stays as it came.
    """
    if not event.get("eid"):
        event["eid"] = moment.new_id()
    described = _self_describing(event, _EVENT_KEYS)
    # A structured event is called by what was done.
    told = {"event_name": event.get("se_ac") or _NAMES.get(str(event.get("e"))), "page_path": _page_path(event)}
    if isinstance(described, dict) and (found := _named(described.get("data"))):
        (told["event_name"], place), value = found
        event[f"unstruct_event_{place}"] = value
    contexts = _self_describing(event, _CONTEXT_KEYS)
    for one in contexts.get("data") or () if isinstance(contexts, dict) else ():
        if found := _named(one):
            (_, place), value = found
            event.setdefault(f"contexts_{place}", []).append(value)
    return told


def _self_describing(event: Event, keys: tuple[str, str]) -> Any:
    """The JSON of the first of these keys that can be read; it is taken out of the event."""
    for key, is_packed in zip(keys, (True, False), strict=True):
        text = event.get(key)
        if not isinstance(text, str):
            continue
        try:
            found = json_value(base64_bytes(text) if is_packed else text)
        except RefusedRequest:
            continue
        if isinstance(found, dict) and isinstance(found.get("data"), dict | list):
            del event[key]
            return found
    return None


def _named(described: Any) -> tuple[tuple[str, str], Any] | None:
    """((name, place), value) of a self-describing JSON: iglu:com.acme/pay/jsonschema/1-0-0 is at com_acme_pay_1."""
    schema = _SCHEMA.fullmatch(str(described.get("schema"))) if isinstance(described, dict) else None
    if schema is None:
        return None
    vendor, name, model = schema.groups()
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return (name, re.sub(r"\W", "_", f"{vendor}_{snake}_{model}")), described.get("data")


def _page_path(event: Event) -> str | None:
    try:
        return urlsplit(str(event["url"])).path or None if event.get("url") else None
    except ValueError:
        return None
