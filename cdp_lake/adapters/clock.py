"""The only place that reads the machine's clock."""

from __future__ import annotations

from datetime import datetime, timezone
from time import perf_counter


def now() -> datetime:
    """The time now, in UTC, whole seconds."""
    return datetime.now(tz=timezone.utc).replace(microsecond=0)


def seconds_since(start: float) -> float:
    """Seconds since a `tick`."""
    return round(perf_counter() - start, 3)


def tick() -> float:
    """A mark to measure from."""
    return perf_counter()
