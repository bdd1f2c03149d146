"""The demo's streaming act: somebody who had lapsed comes back, and the lake knows.

A visitor's calls go to a collector, the order's messages to a topic, a stream takes both up, and the person is looked
at before and after. It is played once a lake: where its visitor is known already, nothing is sent.
"""

from __future__ import annotations

import csv
import shutil
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cdp_lake.adapters import kafka_broker
from cdp_lake.adapters.clock import now, seconds_since, tick
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.stopping import ending_what_was_begun
from cdp_lake.config.collector import FILE_PATTERN
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.gold import DELIVERIES, PROFILES, SEGMENT_MEMBERSHIPS
from cdp_lake.contracts.silver import ORDER_LINES
from cdp_lake.gold.person import lines_of_order, reachable_members
from cdp_lake.stages.demo import demo_folder
from cdp_lake.stages.job import Progress
from cdp_lake.stages.send_visit import Ways, send_events, send_order
from cdp_lake.stages.session import Options, open_lake
from cdp_lake.stages.show_profile import Person, person
from cdp_lake.stages.stream import MicroBatch, Pace, micro_batches
from cdp_lake.stages.synthesise import Say
from cdp_lake.stages.who_is_meant import candidates, only_one, spellings
from cdp_lake.synthetic.visit import Goods, Guest, Visit, anonymous_id, guests, visit

PURPOSE = "show"
# Whose return somebody waits for.
SEGMENT = "lapsed"
BASKET = 2
# Before the time that the demo believes, so that nothing lies in its future.
ENDS_BEFORE = timedelta(hours=2)


@dataclass(frozen=True)
class Act:
    """What the act is played with: the settings, the command line they came from, and the seed of the shop."""

    settings: Settings
    options: Options
    seed: int

    @property
    def brokers_folder(self) -> Path:
        """Where the broker keeps what it was told."""
        return demo_folder(self.settings) / "kafka"


@dataclass(frozen=True)
class Played:
    """Whose the visitor's browser is; and as long as nobody knew, the person as they were, and what was streamed."""

    visitor: str
    profile_id: str
    before: Person | None
    micro_batch: MicroBatch | None
    seconds: float

    @property
    def commits(self) -> int:
        """Tables that got a new version."""
        return sum(outcome.commits for outcome in self.micro_batch.stages) if self.micro_batch else 0


def set_the_stage(act: Act) -> None:
    """Takes away what an act left that was played into another lake: this one begins without it."""
    if (Path(act.settings.lake.path) / "ops").is_dir():
        return
    kafka_broker.stop(act.brokers_folder)
    shutil.rmtree(act.brokers_folder, ignore_errors=True)
    for left in Path(act.settings.lake.landing).rglob(f"{FILE_PATTERN}*"):
        left.unlink()


def play(act: Act, progress: Progress, say: Say) -> Played | None:
    """Sends the visit, and streams it in up to segments.

    None where nobody of the shop has lapsed. Raises EnvironmentProblem when the collector cannot be started; without
    Kafka it is played without the order.
    """
    began, lake, visitor = tick(), open_lake(act.settings), anonymous_id(act.seed)
    known = only_one(candidates(lake, spellings(lake, act.settings, visitor)))
    if known is not None:
        return Played(visitor, known, None, None, seconds_since(began))
    found = _guest(lake, act.settings)
    if found is None:
        return None
    guest, profile_id = found
    before = person(lake, act.settings, profile_id)
    coming = visit(act.seed, guest, _basket(lake, before), _ends_at(act.settings))
    with ending_what_was_begun():
        streamed = _streamed(act, lake, coming, progress, say)
    return Played(visitor, profile_id, before, streamed, seconds_since(began))


def _streamed(act: Act, lake: Lake, coming: Visit, progress: Progress, say: Say) -> MicroBatch | None:
    """The micro-batch that took the visit up."""
    ways = Ways(act.settings, act.options, act.brokers_folder)
    with ExitStack() as running:
        send_events(ways, coming, say)
        settings = send_order(ways, lake.spark, coming, running, say)
        progress.begin("stream", "from the landing folder and the topic to segments")
        start = tick()
        found = micro_batches(settings, Pace(every=1.0, available_now=True), threading.Event())
        streamed = next((one for one in found if one.stages), None)
        progress.end("stream", "done", seconds_since(start))
    return streamed


def _guest(lake: Lake, settings: Settings) -> tuple[Guest, str] | None:
    """The first person of the truth who has lapsed and whom no trap is about, with their profile.

    Rather one whom a destination knows, so that their return reaches it.
    """
    truth = demo_folder(settings) / "truth"
    possible = guests(_rows(truth / "people.csv"), _rows(truth / "traps.csv"))
    profiles, memberships, deliveries = (lake.read(t, PURPOSE) for t in (PROFILES, SEGMENT_MEMBERSHIPS, DELIVERIES))
    found = reachable_members(profiles, memberships, deliveries, SEGMENT).collect()
    members = {row["email"]: row for row in found}
    lapsed = [guest for guest in possible if guest.email in members]
    chosen = min(lapsed, key=lambda guest: not members[guest.email]["is_delivered"], default=None)
    return None if chosen is None else (chosen, members[chosen.email]["profile_id"])


def _basket(lake: Lake, before: Person) -> list[Goods]:
    """What they bought last, or a part of it."""
    last = before.orders[0]
    lines = lines_of_order(lake.read(ORDER_LINES, PURPOSE), last["source"], last["order_id"])
    return [Goods(row["product_id"], row["amount"]) for row in lines.limit(BASKET).collect()]


def _ends_at(settings: Settings) -> datetime:
    return (settings.lake.as_of or now()).astimezone(timezone.utc) - ENDS_BEFORE


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))
