"""Whose events these are: senders by their write key, what each may send, and how much of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cdp_lake.bronze.collecting.refusal import RefusedRequest

# Three names for one interface: whoever may use one may use its endpoints, whatever root they have.
_FAMILY = {"rudderstack": "segment", "jitsu": "segment"}


@dataclass
class Allowance:
    """So many events a second, of which a second's worth may come at once."""

    per_second: int
    left: float = field(init=False)
    as_of: float | None = None

    def __post_init__(self) -> None:
        self.left = float(self.per_second)

    def take(self, events: int, tick: float) -> int:
        """0 when the events may pass, else the seconds until they may. A larger batch passes when nothing else has."""
        passed = 0.0 if self.as_of is None else max(0.0, tick - self.as_of)
        self.as_of, self.left = tick, min(float(self.per_second), self.left + passed * self.per_second)
        wanted = min(float(events), float(self.per_second))
        if wanted > self.left:
            return max(1, -int(-(wanted - self.left) // self.per_second))
        self.left -= events
        return 0


@dataclass(frozen=True)
class Sender:
    """One write key as it is in force; `folder` is that of its source, below the landing folder."""

    name: str
    source: str
    folder: str
    protocol: str
    event_bytes: int
    batch_bytes: int
    batch_events: int
    expires_at: datetime | None = None
    origins: tuple[str, ...] = ()
    allowance: Allowance | None = None


class Senders:
    """All senders; their keys are kept as digests."""

    def __init__(self, keyed: Iterable[tuple[str, Sender]]) -> None:
        self._by_digest = {_digest(key): sender for key, sender in keyed}

    @property
    def largest_batch(self) -> int:
        """The most that any sender may send at once: more is read of no request."""
        return max((sender.batch_bytes for sender in self._by_digest.values()), default=0)

    def known(self, key: str | None, now: datetime) -> Sender:
        """The sender with this key. Raises RefusedRequest (401), which never repeats the key."""
        if not key:
            raise RefusedRequest(401, "no_key", "no write key came with the request; see the README for where it goes")
        sender = self._by_digest.get(_digest(key))
        if sender is None:
            raise RefusedRequest(401, "unknown_key", "the write key is not known here; check it with your data team")
        if sender.expires_at is not None and now >= sender.expires_at:
            raise RefusedRequest(401, "expired_key", "the write key has expired; ask your data team for a new one")
        return sender


def check_sender(sender: Sender, protocol: str, origin: str | None) -> None:
    """Raises RefusedRequest (403) when the sender may not use this protocol, or not from this page."""
    if _FAMILY.get(sender.protocol, sender.protocol) != protocol:
        raise RefusedRequest(403, "wrong_protocol", f"this write key is for {sender.protocol}; use its endpoints")
    if sender.origins and origin is not None and origin not in sender.origins:
        raise RefusedRequest(403, "wrong_origin", "this write key may not be used from pages of this origin")


def _digest(key: str) -> bytes:
    # Keys are compared as digests, so that how long it takes tells nothing of them.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
