"""How far a topic was read, what comes next, and under which name a range of offsets is known. Arithmetic only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

OFFSETS_LOST, TOPIC_MADE_ANEW, OFFSETS_WENT_BACK = "offsets_lost", "topic_made_anew", "offsets_went_back"
GAPS = (OFFSETS_LOST, TOPIC_MADE_ANEW, OFFSETS_WENT_BACK)
# What a range follows on: where its partition was left, or a gap behind that; and the gap itself.
READ, AFTER_GAP, LOST = "", "after the gap", "lost"


class Position(NamedTuple):
    """Where a partition was left: the next offset to read, of which topic (empty: not known), gaps passed over."""

    offset: int
    topic_id: str
    gaps: int = 0

    @property
    def text(self) -> str:
        """As ops.positions keeps it."""
        return json.dumps(self._asdict(), sort_keys=True)

    @classmethod
    def of(cls, text: str) -> Position:
        """Back from its text."""
        return cls(**json.loads(text))


class Extent(NamedTuple):
    """The offsets of a partition that its brokers have: the first, and the one after the last."""

    first: int
    end: int


class Gap(NamedTuple):
    """Where a partition cannot be read on from where it was left: by which rule, from which offset, on to which."""

    rule: str
    start: int
    end: int

    @property
    def lost(self) -> int:
        """Offsets that were deleted before they were read; 0 where nobody can tell how many."""
        return self.end - self.start if self.rule == OFFSETS_LOST else 0


class Step(NamedTuple):
    """What is read of a partition: offsets from `start` to before `end`, perhaps behind a gap; where that leaves it."""

    partition: int
    start: int
    end: int
    gap: Gap | None
    leaves: Position


def next_steps(known: Mapping[int, Position], extents: Mapping[int, Extent], topic_id: str, most: int) -> list[Step]:
    """A step for each partition that has something new or a gap, in order; together at most `most` offsets."""
    gaps = {p: gap for p, extent in extents.items() if (gap := _gap(known.get(p), extent, topic_id))}
    waiting = {p: Extent(_start(known.get(p), extent, gaps.get(p)), extent.end) for p, extent in extents.items()}
    ends = _ends_within(waiting, most)
    return [
        Step(p, waiting[p].first, ends[p], gaps.get(p), _left(known.get(p), ends[p], topic_id, p in gaps))
        for p in sorted(extents)
        if p in gaps or ends[p] > waiting[p].first
    ]


def step_taken(partition: int, position: Position | None, what: str, first: int, last: int) -> Step:
    """The step of a run that died, from the first and the last offset it committed."""
    gap = None
    if what == AFTER_GAP and position is not None:
        gap = Gap(OFFSETS_LOST if first > position.offset else TOPIC_MADE_ANEW, position.offset, first)
    # Which topic it was of is learnt by the next one who asks.
    topic_id = position.topic_id if position is not None and gap is None else ""
    return Step(partition, first, last + 1, gap, _left(position, last + 1, topic_id, gap is not None))


def steps_possible(known: Mapping[int, Position], most_partitions: int) -> Iterator[tuple[int, Position | None, str]]:
    """Every (partition, position, what) that a run which found these positions may have begun to read from."""
    for partition in range(most_partitions):
        position = known.get(partition)
        yield partition, position, READ
        if position is not None:
            yield partition, position, AFTER_GAP


def range_id(source: str, topic: str, partition: int, position: Position | None, what: str) -> str:
    """The file id of a range, by where it was read on from and not by where it ends.

    A run that died had an end of its own; the next one finds what it committed under the same id.
    """
    words = (source, topic, str(partition), position.text if position else "the beginning", what)
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]


def _gap(position: Position | None, extent: Extent, topic_id: str) -> Gap | None:
    if position is None:
        return None
    if position.topic_id and position.topic_id != topic_id:
        return Gap(TOPIC_MADE_ANEW, position.offset, extent.first)
    if position.offset < extent.first:
        return Gap(OFFSETS_LOST, position.offset, extent.first)
    if position.offset > extent.end:
        return Gap(OFFSETS_WENT_BACK, position.offset, extent.end)
    return None


def _start(position: Position | None, extent: Extent, gap: Gap | None) -> int:
    if gap is not None:
        return gap.end
    return extent.first if position is None else position.offset


def _left(position: Position | None, offset: int, topic_id: str, behind_a_gap: bool) -> Position:
    return Position(offset, topic_id, (position.gaps if position else 0) + behind_a_gap)


def _ends_within(waiting: Mapping[int, Extent], most: int) -> dict[int, int]:
    """The offset each partition is read up to: all that waits or, where that is more than `most`, its share of it."""
    counts = {partition: extent.end - extent.first for partition, extent in waiting.items()}
    total = sum(counts.values())
    taken = {p: count if total <= most else count * most // total for p, count in counts.items()}
    left = min(most, total) - sum(taken.values())
    for partition in sorted(counts):
        if left and taken[partition] < counts[partition]:
            taken[partition] += 1
            left -= 1
    return {p: extent.first + taken[p] for p, extent in waiting.items()}
