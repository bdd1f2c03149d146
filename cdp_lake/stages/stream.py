"""Streaming: the stages of a batch run, again and again, on what has come since.

A micro-batch is a run like any other, with its publications; so a killed stream is repaired as a killed run is, and
stream, batch and replay give the same lake. The lake is held for one micro-batch at a time: others may write between.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cdp_lake.adapters.clock import now, seconds_since, tick
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.locks import lake_lock
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.ops import MICRO_BATCHES
from cdp_lake.contracts.silver import EVENTS
from cdp_lake.errors import LakeLocked
from cdp_lake.quality.waits import waits
from cdp_lake.stages.job import Unheard
from cdp_lake.stages.pipeline import stages_named
from cdp_lake.stages.runner import StageOutcome, run_stages
from cdp_lake.stages.session import for_the_work, open_lake

TO_SILVER = ("land_bronze", "refine_silver")
# Models are trained, and segments delivered, at times that somebody chose, not with every click.
TO_SEGMENTS = ("stitch_identity", "build_profiles", "compute_traits", "score_profiles", "build_segments")
COMMAND = "stream"


@dataclass(frozen=True)
class Pace:
    """How often a stream looks for something new, in seconds, and when it ends."""

    every: float
    lasting: float | None = None
    available_now: bool = False
    silver_only: bool = False


class Waited(NamedTuple):
    """Seconds that events waited from receipt to silver; None where none of them tells when it was received."""

    events: int
    half: float | None
    most: float | None
    longest: float | None


NOBODY = Waited(0, None, None, None)


@dataclass(frozen=True)
class MicroBatch:
    """What one micro-batch did, and the sources it could not read, with why.

    `locked_by` is the only thing said of one that could not begin, `not_read` of one that found nothing else.
    """

    started_at: datetime
    records: int = 0
    seconds: float = 0.0
    stages: tuple[StageOutcome, ...] = ()
    waited: Waited = NOBODY
    segment_most: float | None = None
    locked_by: str | None = None
    not_read: Mapping[str, str] = field(default_factory=dict)


def micro_batches(settings: Settings, pace: Pace, asked_to_stop: threading.Event) -> Iterator[MicroBatch]:
    """Each micro-batch that had something to do, found the lake locked, or could not read a source, as it ends.

    Ends when asked to, after the time given, or, where that is wanted, once nothing waits. Raises what a run raises.
    """
    start, settings = tick(), for_the_work(settings)
    while not asked_to_stop.is_set():
        began = tick()
        found = _micro_batch(settings, pace)
        if found is not None:
            yield found
        if pace.available_now and (found is None or not (found.stages or found.locked_by)):
            return
        if pace.lasting is not None and seconds_since(start) >= pace.lasting:
            return
        idle = max(0.0, pace.every - seconds_since(began))
        if not pace.available_now or (found is not None and found.locked_by):
            asked_to_stop.wait(idle)


def _micro_batch(settings: Settings, pace: Pace) -> MicroBatch | None:
    """Takes what waits now; None where there was nothing to do."""
    started, mark = now(), tick()
    try:
        with lake_lock(Path(settings.lake.path), COMMAND):
            return _taken(open_lake(settings), settings, pace, MicroBatch(started), mark)
    except LakeLocked as problem:
        return MicroBatch(started, locked_by=str(problem))


def _taken(lake: Lake, settings: Settings, pace: Pace, blank: MicroBatch, mark: float) -> MicroBatch | None:
    seen_before = lake.versions.get(EVENTS.name)
    done = run_stages(lake, settings, stages_named(TO_SILVER), Unheard())
    not_read = {source: why for outcome in done for source, why in outcome.not_read.items()}
    if not any(outcome.commits for outcome in done):
        return replace(blank, not_read=not_read) if not_read else None
    waited, at_silver = _waited(lake, seen_before), tick()
    if not pace.silver_only:
        done += run_stages(lake, settings, stages_named(TO_SEGMENTS), Unheard())
    later = None if pace.silver_only or waited.most is None else waited.most + seconds_since(at_silver)
    landed = next((int(outcome.facts.get("records", 0)) for outcome in done if outcome.stage == TO_SILVER[0]), 0)
    found = MicroBatch(blank.started_at, landed, seconds_since(mark), tuple(done), waited, later, not_read=not_read)
    _remember(lake, found)
    return found


def _waited(lake: Lake, before: int | None) -> Waited:
    """How long the events of this micro-batch waited until silver showed them."""
    if EVENTS.name not in lake.versions:
        return NOBODY
    fresh = lake.read(EVENTS, "operations") if before is None else lake.changes(EVENTS, "operations", before)
    return Waited(*waits(fresh, now()).collect()[0])


def _remember(lake: Lake, found: MicroBatch) -> None:
    seconds = {outcome.stage: outcome.seconds for outcome in found.stages}
    row = (found.started_at, found.records, found.seconds, seconds, *found.waited, found.segment_most)
    lake.append(MICRO_BATCHES, lake.spark.createDataFrame([row], MICRO_BATCHES.schema))
