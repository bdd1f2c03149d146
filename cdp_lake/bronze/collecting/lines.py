"""One line per event: what its client sent, and under `_collector` what the server knows of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from cdp_lake.bronze.collecting.incoming import Delivery, Moment

ENVELOPE = "_collector"
# What the collector itself fills in (ids, times) is not held against an event at its limit.
_FILLED_IN = 256
# Of so many refused events of one request the text is kept.
_KEPT_OF_REQUEST = 16
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class RefusedEvent:
    """An event that was not taken: its place in the batch, its id if it said one, why, its size and how it begins."""

    place: int
    event_id: str | None
    reason: str
    size: int
    text: str


@dataclass
class Judged:
    """The lines of one request, each with its line end, and the events refused."""

    lines: list[bytes] = field(default_factory=list)
    refused: list[RefusedEvent] = field(default_factory=list)


@dataclass(frozen=True)
class Bounds:
    """The most of one event, and how much is kept of one that is refused, in bytes."""

    event_bytes: int
    kept_bytes: int


def judged(delivery: Delivery, envelope: dict[str, Any], moment: Moment, bounds: Bounds) -> Judged:
    """Each event as its line, or refused: not_an_object, too_large, too_deep, or number_out_of_range."""
    found, shared = Judged(), _text({k: v for k, v in envelope.items() if v is not None})[1:-1]
    room = _KEPT_OF_REQUEST * bounds.kept_bytes
    for place, event in enumerate(delivery.events):
        try:
            found.lines.append(_line(delivery, event, shared, moment, bounds))
        except _Refused as why:
            text = why.text.encode("utf-8", "backslashreplace")
            kept = text[: min(bounds.kept_bytes, room)].decode("utf-8", "ignore")
            room -= len(kept)
            found.refused.append(RefusedEvent(place, _id(event), why.reason, len(text), kept))
    return found


def refused_line(refused: RefusedEvent, envelope: dict[str, Any]) -> bytes:
    """A refused event for a person to look at."""
    said = {"refused": refused.reason, "bytes": refused.size, "place": refused.place, "event_id": refused.event_id}
    return _bytes(_text({**said, ENVELOPE: envelope, "text": refused.text})) + b"\n"


class _Refused(Exception):
    def __init__(self, reason: str, text: str) -> None:
        super().__init__(reason)
        self.reason, self.text = reason, text


def _line(delivery: Delivery, event: Any, shared: str, moment: Moment, bounds: Bounds) -> bytes:
    if not isinstance(event, dict):
        raise _Refused("not_an_object", _readable(event))
    try:
        told = {name: value for name, value in delivery.told(event, moment).items() if value is not None}
        # A client cannot speak for the server.
        event.pop(ENVELOPE, None)
        body, own = _bytes(_text(event)), _bytes(_text(told)[1:-1])
    except ValueError as problem:
        raise _Refused("number_out_of_range", _readable(event)) from problem
    except RecursionError as problem:
        raise _Refused("too_deep", "") from problem
    if len(body) > bounds.event_bytes + _FILLED_IN:
        raise _Refused("too_large", body.decode("utf-8"))
    parts = b",".join(part for part in (_bytes(shared), own) if part)
    return b'%s%s"%s":{%s}}\n' % (body[:-1], b"," if len(body) > len(b"{}") else b"", ENVELOPE.encode(), parts)


def _id(event: Any) -> str | None:
    if not isinstance(event, dict):
        return None
    said = next((event[name] for name in ("messageId", "uuid", "eid") if event.get(name)), None)
    return said[:_FILLED_IN] if isinstance(said, str) else None


def _readable(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def _text(value: Any) -> str:
    return _ENCODER.encode(value)


def _bytes(text: str) -> bytes:
    # Half a surrogate pair, which JSON can say and UTF-8 cannot, stays the escape it was.
    return text.encode("utf-8", "backslashreplace")
