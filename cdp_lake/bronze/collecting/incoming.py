"""A request as it arrived, and what a protocol reads in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# One event of a batch, changed in place where its protocol's own server would fill something in.
Event = dict[str, Any]
# What the protocol makes known of one event beside what stands in it.
Told = dict[str, Any]


@dataclass(frozen=True)
class Incoming:
    """One request: names of headers in lower case, the body as it came over the wire."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ip: str | None = None


@dataclass(frozen=True)
class Moment:
    """What the server adds: its time in ISO 8601, and ids for events that have none."""

    received_at: str
    new_id: Callable[[], str]


@dataclass(frozen=True)
class Delivery:
    """The events of one request as its client sent them (anything JSON can hold), and whose they say they are.

    `size` is that of the body, unpacked. `as_pixel`: the client waits for a picture.
    """

    protocol: str
    key: str | None
    events: list[Any]
    size: int
    told: Callable[[Event, Moment], Told]
    sent_at: str | None = None
    as_pixel: bool = False
