"""A stream at a terminal: one line per micro-batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

if TYPE_CHECKING:
    from cdp_lake.config.settings import Settings
    from cdp_lake.stages.stream import MicroBatch, Pace


def began(settings: Settings, pace: Pace) -> Iterator[RenderableType]:
    """What is watched, and how to end it."""
    until = "what waits now is taken" if pace.available_now else f"looking every {pace.every:g} s; Ctrl-C ends it"
    yield Text(f"streaming {len(settings.sources)} sources into {settings.lake.path}: {until}")


def micro_batches(found: Iterable[MicroBatch]) -> Iterator[RenderableType]:
    """A line for each as it ends, and what they were in all."""
    count = records = 0
    told: Mapping[str, str] = {}
    for one in found:
        if one.locked_by is not None:
            yield Text(f"{one.started_at:%H:%M:%S}  waiting: {one.locked_by}", style="yellow")
            continue
        # Looked at every few seconds, what cannot be read is said once, until it changes.
        for source, why in one.not_read.items():
            if told.get(source) != why:
                yield Text(f"{one.started_at:%H:%M:%S}  {source} was not read: {why}", style="red")
        told = one.not_read
        if not one.stages:
            continue
        count, records = count + 1, records + one.records
        yield Text(_line(one))
    yield Text(f"{count:,} micro-batches, {records:,} records")


def _line(one: MicroBatch) -> str:
    ran = [outcome for outcome in one.stages if outcome.commits]
    slowest = max(ran, key=lambda outcome: outcome.seconds)
    waited = [
        f"from receipt to {where} {seconds:.0f} s (95 %)"
        for where, seconds in (("silver", one.waited.most), ("segments", one.segment_most))
        if seconds is not None
    ]
    parts = [f"{one.started_at:%H:%M:%S}", f"{one.records:,} records", f"{one.seconds:.1f} s", *waited]
    return "  ".join([*parts, f"longest: {slowest.stage} {slowest.seconds:.1f} s"])
