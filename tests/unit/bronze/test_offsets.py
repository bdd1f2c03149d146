"""Offsets: every one is read once, whatever limits, crashes, new messages and deletions come between."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_lake.bronze.offsets import (
    AFTER_GAP,
    OFFSETS_LOST,
    OFFSETS_WENT_BACK,
    READ,
    TOPIC_MADE_ANEW,
    Extent,
    Gap,
    Position,
    next_steps,
    range_id,
    step_taken,
    steps_possible,
)

TOPIC = "t1"


def read_on(position, extent, most=1_000, topic_id=TOPIC):
    return next_steps({} if position is None else {0: position}, {0: extent}, topic_id, most)


def test_the_first_read_begins_where_the_topic_begins():
    [step] = read_on(None, Extent(7, 12))
    assert (step.start, step.end, step.gap) == (7, 12, None)
    assert step.leaves == Position(12, TOPIC)


def test_nothing_new_is_no_step():
    assert read_on(Position(12, TOPIC), Extent(0, 12)) == []


def test_a_limit_is_shared_by_what_waits_and_something_is_always_read():
    waiting = {0: Extent(0, 90), 1: Extent(0, 9), 2: Extent(5, 5)}
    assert [(s.partition, s.end) for s in next_steps({}, waiting, TOPIC, 10)] == [(0, 10)]
    assert [(s.partition, s.end) for s in next_steps({}, waiting, TOPIC, 50)] == [(0, 46), (1, 4)]
    assert [(s.partition, s.end) for s in next_steps({}, waiting, TOPIC, 1)] == [(0, 1)]


@pytest.mark.parametrize(
    ("extent", "topic_id", "gap"),
    [
        (Extent(20, 30), TOPIC, Gap(OFFSETS_LOST, 10, 20)),
        (Extent(0, 30), "t2", Gap(TOPIC_MADE_ANEW, 10, 0)),
        (Extent(0, 4), TOPIC, Gap(OFFSETS_WENT_BACK, 10, 4)),
    ],
)
def test_what_cannot_be_read_on_is_a_gap_and_says_so(extent, topic_id, gap):
    [step] = read_on(Position(10, TOPIC), extent, topic_id=topic_id)
    assert step.gap == gap
    assert step.start == gap.end
    assert step.leaves == Position(extent.end, topic_id, gaps=1)
    assert gap.lost == (10 if gap.rule == OFFSETS_LOST else 0)


def test_a_position_that_knows_no_topic_yet_takes_the_one_it_finds():
    [step] = read_on(Position(10, ""), Extent(0, 12), topic_id="t2")
    assert (step.gap, step.leaves) == (None, Position(12, "t2"))


def test_a_position_comes_back_from_its_text():
    position = Position(10, TOPIC, 2)
    assert Position.of(position.text) == position


def test_a_range_is_known_by_where_it_begins():
    one = range_id("web", "clicks", 0, Position(10, TOPIC), READ)
    others = [
        range_id("web", "clicks", 1, Position(10, TOPIC), READ),
        range_id("web", "clicks", 0, Position(11, TOPIC), READ),
        range_id("web", "clicks", 0, Position(10, "t2"), READ),
        range_id("web", "clicks", 0, Position(10, TOPIC, 1), READ),
        range_id("web", "clicks", 0, Position(10, TOPIC), AFTER_GAP),
        range_id("web", "clicks", 0, None, READ),
        range_id("app", "clicks", 0, Position(10, TOPIC), READ),
    ]
    assert len({one, *others}) == 8
    assert len(one) == 16


@dataclass
class World:
    """A topic of two partitions and a lake that lands it; a run may die between its commit and its publication."""

    ends: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})
    firsts: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})
    published: dict[int, Position] = field(default_factory=dict)
    committed: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    known_files: set[str] = field(default_factory=set)
    lost: set[tuple[int, int]] = field(default_factory=set)

    def land(self, most: int, dies: bool) -> None:
        taken = []
        for partition, position, what in steps_possible(self.published, 2):
            found = self.committed.get(range_id("s", "t", partition, position, what))
            if found and range_id("s", "t", partition, position, what) not in self.known_files:
                taken.append(step_taken(partition, position, what, found[1], found[2]))
        done = {step.partition for step in taken}
        extents = {p: Extent(self.firsts[p], self.ends[p]) for p in self.ends if p not in done}
        steps = next_steps(self.published, extents, TOPIC, most)
        assert sum(step.end - step.start for step in steps) <= most
        for step in steps:
            if step.end > step.start:
                self.committed[self._id(step)] = (step.partition, step.start, step.end - 1)
        if dies:
            return
        for step in [*taken, *steps]:
            if step.gap:
                self.lost |= {(step.partition, offset) for offset in range(step.gap.start, step.gap.end)}
            self.known_files.add(self._id(step))
        self.published |= {step.partition: step.leaves for step in [*taken, *steps]}

    def _id(self, step) -> str:
        what = AFTER_GAP if step.gap else READ
        return range_id("s", "t", step.partition, self.published.get(step.partition), what)


moves = st.one_of(
    st.tuples(st.just("send"), st.integers(0, 1), st.integers(1, 20)),
    st.tuples(st.just("land"), st.integers(1, 12), st.booleans()),
    st.tuples(st.just("delete"), st.integers(0, 1), st.integers(1, 10)),
)


@given(st.lists(moves, max_size=30))
def test_every_offset_is_landed_once_or_told_as_lost(history):
    world, gone = World(), set()
    for word, one, two in history:
        if word == "send":
            world.ends[one] += two
        elif word == "land":
            world.land(one, two)
        else:
            first = min(world.firsts[one] + two, world.ends[one])
            gone |= {(one, offset) for offset in range(world.firsts[one], first)}
            world.firsts[one] = first
    for _ in range(2):
        world.land(10_000, dies=False)
    landed = [(p, o) for p, first, last in world.committed.values() for o in range(first, last + 1)]
    everything = {(p, offset) for p, end in world.ends.items() for offset in range(end)}
    assert len(landed) == len(set(landed))
    # What was deleted before anybody had asked for the topic is nobody's loss.
    assert everything - set(landed) <= gone
    assert world.lost <= gone
    assert not world.lost & set(landed)
