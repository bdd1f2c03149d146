"""The only place that reads the machine's clock, and waits by it."""

from __future__ import annotations

from datetime import datetime, timezone
from time import perf_counter, sleep, time_ns


def now() -> datetime:
    """The time now, in UTC, whole seconds."""
    return datetime.now(tz=timezone.utc).replace(microsecond=0)


def seconds_since(start: float) -> float:
    """Seconds since a `tick`."""
    return round(perf_counter() - start, 3)


def tick() -> float:
    """A mark to measure from."""
    return perf_counter()


def age_seconds(modified_ns: int) -> float:
    """Seconds since a file's time of change; below zero when its clock is ahead."""
    return (time_ns() - modified_ns) / 1e9


def moment_of(modified_ns: int) -> datetime:
    """A file's time of change, in UTC."""
    return datetime.fromtimestamp(modified_ns / 1e9, tz=timezone.utc)


def pause(seconds: float) -> None:
    """Waits."""
    sleep(seconds)


def moment() -> datetime:
    """The time now, in UTC, to the microsecond."""
    return datetime.now(tz=timezone.utc)
