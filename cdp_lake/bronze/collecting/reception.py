"""What becomes of one request: read in its protocol, its sender known, its limits kept, its events judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from cdp_lake.bronze.collecting import posthog, segment, sensorsdata, snowplow
from cdp_lake.bronze.collecting.incoming import Delivery, Incoming, Moment
from cdp_lake.bronze.collecting.lines import Bounds, Judged, judged, refused_line
from cdp_lake.bronze.collecting.refusal import RefusedRequest, too_large
from cdp_lake.bronze.collecting.senders import Sender, Senders, check_sender

_LONGEST = 1024


class _Protocol(NamedTuple):
    speaks: Callable[[Incoming], bool]
    delivery: Callable[[Incoming, int], Delivery]


_PROTOCOLS = (
    _Protocol(segment.speaks, segment.delivery),
    _Protocol(snowplow.speaks, snowplow.delivery),
    _Protocol(sensorsdata.speaks, sensorsdata.delivery),
    _Protocol(posthog.speaks, posthog.delivery),
)


@dataclass(frozen=True)
class Recording:
    """What is kept of a request beside its events, and of events that are refused."""

    consent_header: str | None = None
    ip: bool = True
    refused_event_bytes: int = 65_536


@dataclass(frozen=True)
class Reception:
    """Events of one sender, ready to be written: lines of events taken, lines of events refused."""

    sender: Sender
    protocol: str
    judged: Judged
    refused_lines: tuple[bytes, ...]
    as_pixel: bool

    @property
    def answer(self) -> dict[str, Any]:
        """What the client is told once the lines are on disk."""
        told = [{"place": r.place, "id": r.event_id, "reason": r.reason} for r in self.judged.refused]
        return {"success": bool(self.judged.lines) or not told, "accepted": len(self.judged.lines), "refused": told}

    @property
    def status(self) -> int:
        """200, unless nothing of it was taken."""
        if self.judged.lines or not self.judged.refused:
            return 200
        return 413 if self.judged.refused[0].reason == "too_large" else 400


def received(incoming: Incoming, senders: Senders, now: datetime, moment: Moment, recording: Recording) -> Reception:
    """The events of a request, judged one by one. Raises RefusedRequest when none of it is looked at."""
    spoken = next((protocol for protocol in _PROTOCOLS if protocol.speaks(incoming)), None)
    if spoken is None:
        raise RefusedRequest(404, "unknown_endpoint", "no SDK sends its events here; see the README for endpoints")
    delivery = spoken.delivery(incoming, senders.largest_batch)
    sender = senders.known(delivery.key, now)
    check_sender(sender, delivery.protocol, incoming.headers.get("origin"))
    _within_limits(delivery, sender)
    envelope = _envelope(incoming, delivery, sender, moment, recording)
    found = judged(delivery, envelope, moment, Bounds(sender.event_bytes, recording.refused_event_bytes))
    refused = tuple(refused_line(one, envelope) for one in found.refused)
    return Reception(sender, delivery.protocol, found, refused, delivery.as_pixel)


def endpoint_of(incoming: Incoming) -> str:
    """What to call the endpoint in logs and metrics: never the path itself, which may hold a key."""
    names = ("segment", "snowplow", "sensorsdata", "posthog")
    return next((name for name, p in zip(names, _PROTOCOLS, strict=True) if p.speaks(incoming)), "other")


def _within_limits(delivery: Delivery, sender: Sender) -> None:
    if delivery.size > sender.batch_bytes:
        raise too_large(f"the body has {delivery.size:,} bytes, and {sender.batch_bytes:,} are the most: send less")
    if len(delivery.events) > sender.batch_events:
        raise too_large(f"{len(delivery.events):,} events, and {sender.batch_events:,} are the most: send less at once")


def _envelope(
    incoming: Incoming, delivery: Delivery, sender: Sender, moment: Moment, recording: Recording
) -> dict[str, Any]:
    headers = incoming.headers
    consent = headers.get(recording.consent_header.lower()) if recording.consent_header else None
    said = {
        "sent_at": delivery.sent_at,
        "ip": incoming.ip if recording.ip else None,
        "user_agent": headers.get("user-agent"),
        "origin": headers.get("origin"),
        "consent": consent,
    }
    return {
        "received_at": moment.received_at,
        "key_name": sender.name,
        "protocol": sender.protocol,
        # Global Privacy Control says 1 or nothing.
        "gpc": headers.get("sec-gpc", "").strip() == "1",
        # It is repeated on every line, so that a header of any length would cost much.
        **{name: value[:_LONGEST] for name, value in said.items() if value is not None},
    }
