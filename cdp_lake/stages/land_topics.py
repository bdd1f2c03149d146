"""Landing topics: what is new in a partition becomes one file of bronze; its offset moves on with it, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from cdp_lake.adapters.kafka_topics import OffsetRange, Topic, messages, reading, topics
from cdp_lake.adapters.lake import Lake
from cdp_lake.bronze.batch import LANDED, REFUSED
from cdp_lake.bronze.offsets import (
    AFTER_GAP,
    LOST,
    OFFSETS_LOST,
    READ,
    TOPIC_MADE_ANEW,
    Gap,
    Position,
    Step,
    next_steps,
    range_id,
    step_taken,
    steps_possible,
)
from cdp_lake.config.settings import Settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.config.ways_in import Brokers, TopicFeed
from cdp_lake.contracts.ops import POSITIONS
from cdp_lake.errors import SourceNotRead
from cdp_lake.stages.landing import FileRow, Landing

# So many are looked through for what a killed run read first of a partition.
MOST_PARTITIONS = 10_000
ALL = 2**63


@dataclass(frozen=True)
class Feed:
    """One source that is a topic, and where each of its partitions was left."""

    contract: SourceContract
    topic: TopicFeed
    brokers: Brokers
    known: Mapping[int, Position]

    @property
    def source(self) -> str:
        """Its name."""
        return self.contract.name

    def file_id(self, partition: int, what: str) -> str:
        """Of what is read of a partition from where it was left."""
        return range_id(self.source, self.topic.topic, partition, self.known.get(partition), what)


def land_topics(landing: Landing) -> list[FileRow]:
    """Lands the messages that are new; returns a row of ops.files for each range of offsets.

    A source that cannot be read is noted in the job, and the others go on.
    """
    job, rows = landing.job, list[FileRow]()
    feeds = _feeds(job.lake, job.settings)
    found = _asked(job.lake, feeds)
    for feed in feeds:
        taken = _taken_up(landing, feed)
        rows += _noted(landing, feed, taken)
        try:
            rows += _noted(landing, feed, _read(landing, feed, found[feed.source], set(taken)))
        except SourceNotRead as problem:
            job.leave_out(feed.source, str(problem))
    return rows


def behind(lake: Lake, settings: Settings) -> dict[str, int | SourceNotRead]:
    """Source to the messages of its topic that no run has read yet, or why nobody knows. Starts no Spark job."""
    feeds = _feeds(lake, settings)
    found = _asked(lake, feeds)
    return {feed.source: _behind(feed, found[feed.source]) for feed in feeds}


def _behind(feed: Feed, topic: Topic | SourceNotRead) -> int | SourceNotRead:
    if isinstance(topic, SourceNotRead):
        return topic
    return _offsets(next_steps(feed.known, topic.extents, topic.topic_id, ALL))


def _feeds(lake: Lake, settings: Settings) -> list[Feed]:
    """The sources that are topics, those of one cluster together; not those whose connection is paused."""
    brokers = {one.name: one for one in settings.connections.kafka if not one.paused}
    topics_of = [(contract, contract.topic) for contract in settings.sources if contract.topic]
    feeds = [(contract, topic) for contract, topic in topics_of if topic.connection in brokers]
    kept = lake.collected(POSITIONS, "landing") if feeds else []
    known = {(row["source"], row["part"]): Position.of(row["position"]) for row in kept if row["part"]}
    found = [Feed(c, topic, brokers[topic.connection], _mine(known, c.name, topic.topic)) for c, topic in feeds]
    return sorted(found, key=lambda feed: (feed.brokers.name, feed.source))


def _mine(known: Mapping[tuple[str, str], Position], source: str, topic: str) -> dict[int, Position]:
    parts = {part.rpartition("/"): position for (name, part), position in known.items() if name == source}
    return {int(number): position for (of, _, number), position in parts.items() if of == topic}


def _asked(lake: Lake, feeds: list[Feed]) -> dict[str, Topic | SourceNotRead]:
    """Source to its topic as the brokers have it; each cluster is asked once."""
    found: dict[str, Topic | SourceNotRead] = {}
    for _, group in groupby(feeds, key=lambda feed: feed.brokers.name):
        mine = list(group)
        state = topics(lake.spark, mine[0].brokers, sorted({feed.topic.topic for feed in mine}))
        found |= {feed.source: state[feed.topic.topic] for feed in mine}
    return found


def _taken_up(landing: Landing, feed: Feed) -> dict[Step, int]:
    """What a killed run had committed, step by step with its records. The brokers are not needed for that."""
    done, found = landing.committed_before_a_crash(feed.source), {}
    for partition, position, what in steps_possible(feed.known, MOST_PARTITIONS if done else 0):
        one = done.get(feed.file_id(partition, what))
        if one is not None:
            found[step_taken(partition, position, what, one.first_line, one.last_line)] = one.records
    return found


def _read(landing: Landing, feed: Feed, topic: Topic | SourceNotRead, taken: set[Step]) -> dict[Step, int]:
    """Commits what waits, at most `most_records`, of partitions of which nothing was taken up; records by step."""
    if isinstance(topic, SourceNotRead):
        raise topic
    extents = {p: extent for p, extent in topic.extents.items() if p not in {step.partition for step in taken}}
    all_steps = partial(next_steps, feed.known, extents, topic.topic_id)
    steps = all_steps(feed.topic.most_records)
    gaps = [(step.partition, step.gap) for step in steps if step.gap]
    if gaps and feed.topic.when_lost == "stop":
        raise SourceNotRead(_stopped(feed, gaps))
    ranges = [OffsetRange(s.partition, s.start, s.end, _file_id(feed, s)) for s in steps if s.end > s.start]
    counts: dict[str, int] = {}
    if ranges:
        with reading(feed.brokers):
            framed = messages(landing.job.spark, feed.brokers, feed.contract, ranges)
            counts = landing.append(feed.source, framed, [one.file_id for one in ranges])
        _tell(landing, feed, sum(counts.values()), _offsets(all_steps(ALL)) - _offsets(steps))
    return {step: counts.get(_file_id(feed, step), 0) for step in steps}


def _offsets(steps: list[Step]) -> int:
    return sum(step.end - step.start for step in steps)


def _tell(landing: Landing, feed: Feed, records: int, left: int) -> None:
    more = f"; {left:,} more wait for the next run" if left else ""
    landing.job.progress.step(f"{feed.source}: {records:,} messages of {feed.topic.topic}{more}")
    if left:
        landing.job.facts[f"{feed.source}: waiting"] = str(left)


def _noted(landing: Landing, feed: Feed, steps: Mapping[Step, int]) -> Iterator[FileRow]:
    """The rows of ops.files of the steps, whose positions are to be published with them."""
    for step, records in steps.items():
        if step.gap:
            yield _row(landing, feed, step) | {
                "file_id": feed.file_id(step.partition, LOST),
                "path": f"{_place(feed, step.partition)} lost from offset {step.gap.start} on",
                "record_count": step.gap.lost,
                "fate": REFUSED,
                "notes": [step.gap.rule],
            }
        if step.end > step.start:
            yield _row(landing, feed, step) | {"record_count": records}
        landing.move(feed.source, f"{feed.topic.topic}/{step.partition}", step.leaves.text)


def _row(landing: Landing, feed: Feed, step: Step) -> FileRow:
    return {
        "source": feed.source,
        "file_id": _file_id(feed, step),
        "batch_id": landing.batch,
        "path": f"{_place(feed, step.partition)} offsets {step.start} to {step.end - 1}",
        "encoding": "utf-8",
        "record_count": 0,
        "fate": LANDED,
        "notes": [],
    }


def _file_id(feed: Feed, step: Step) -> str:
    return feed.file_id(step.partition, AFTER_GAP if step.gap else READ)


def _place(feed: Feed, partition: int) -> str:
    return f"{feed.brokers.name}: {feed.topic.topic}/{partition}"


def _stopped(feed: Feed, gaps: list[tuple[int, Gap]]) -> str:
    """What is missing, and the setting that goes on without it."""
    missing = "; ".join(f"partition {partition}: {_missing(gap)}" for partition, gap in gaps)
    return (
        f"topic '{feed.topic.topic}' cannot be read on from where it was left: {missing}. Let its source send those "
        f"messages again, or go on without them, which ops.quarantine will tell: "
        f"--set sources.{feed.source}.topic.when_lost=go_on"
    )


def _missing(gap: Gap) -> str:
    if gap.rule == OFFSETS_LOST:
        return f"offsets {gap.start} to {gap.end - 1} ({gap.lost:,}) were deleted before they were read"
    if gap.rule == TOPIC_MADE_ANEW:
        return f"the topic was made anew; of the one before, offsets below {gap.start} were read"
    return f"it ends before offset {gap.end}, and offsets below {gap.start} were read already"
