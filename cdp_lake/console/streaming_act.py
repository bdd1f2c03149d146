"""The streaming act, told: what was streamed, what went out, and what the lake knows of the person since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid
from cdp_lake.console.person import deeds, plain

if TYPE_CHECKING:
    from cdp_lake.stages.runner import StageOutcome
    from cdp_lake.stages.show_profile import Person
    from cdp_lake.stages.stream import MicroBatch
    from cdp_lake.stages.streaming_act import Played

NEWS = 8
# Traits that a person at a desk would ask for; of them those that changed are shown.
TOLD = (
    *("order_count", "spend_amount", "last_order_at", "favourite_channel", "rfm_code"),
    *("session_count_30d", "product_view_count_30d", "last_event_at", "last_device_type", "visitor_record_count"),
)
CHANGES = ("added", "updated", "removed")
_NOBODYS = "nobody's"


def opening() -> Iterator[RenderableType]:
    """What is to be seen."""
    yield Text("\nStreaming act: somebody looks around the web shop, says who it is, and orders", style="bold")


def streamed(found: Played | None) -> Iterator[RenderableType]:
    """What was taken up, and how long it waited."""
    if found is None:
        yield Text("  nobody of this shop has lapsed, so nobody can come back: it is not played")
    elif found.micro_batch is None:
        yield Text("  this lake has seen it: nothing is sent again" if found.before is None else "  nothing came")
    else:
        yield from _streamed(found.micro_batch)
    yield Text("")


def person(found: Played, after: Person, outcomes: Iterable[StageOutcome]) -> Iterator[RenderableType]:
    """What was delivered since, and the person before and after; played before, as they stand."""
    yield grid(f"Who came back: {_name(after)}", ("", "before", "after"), _changes(found, after))
    if found.before is not None:
        yield from _delivered(outcomes)
    yield from deeds(after, NEWS)


def _streamed(one: MicroBatch) -> Iterator[RenderableType]:
    waited = [
        f"{seconds:.0f} s to {where}"
        for where, seconds in (("silver", one.waited.most), ("segments", one.segment_most))
        if seconds is not None
    ]
    since = f"; from receipt {', '.join(waited)} (95 %)" if waited else ""
    yield Text(f"  {one.records:,} records in {one.seconds:.1f} s{since}")
    shares = ", ".join(f"{outcome.stage} {outcome.seconds:.1f}" for outcome in one.stages if outcome.commits)
    yield Text(f"  seconds: {shares}")
    for source, why in one.not_read.items():
        yield Text(f"  {source} was not read: {why}", style="red")


def _delivered(outcomes: Iterable[StageOutcome]) -> Iterator[RenderableType]:
    facts = next((outcome.facts for outcome in outcomes if outcome.stage == "activate_segments"), {})
    for what, value in sorted(facts.items()):
        destination, _, change = what.partition(": ")
        if change.startswith(CHANGES):
            yield Text(f"told to {destination}: {change} {value}")


def _name(after: Person) -> str:
    golden = after.golden
    name = " ".join(part for part in (golden.get("given_name"), golden.get("family_name")) if part)
    return f"{name or 'Somebody'}, {golden['profile_id']}"


def _changes(found: Played, after: Person) -> Iterator[tuple[Any, ...]]:
    before = found.before
    yield (
        f"browser {found.visitor[:8]}...",
        _NOBODYS if before is not None else None,
        after.golden["profile_id"] if _has(after, found.visitor) else _NOBODYS,
    )
    yield "records", before and before.golden["record_count"], after.golden["record_count"]
    known, now = _traits(before), _traits(after)
    for name in TOLD:
        if now.get(name) != known.get(name) or before is None:
            yield name.replace("_", " "), plain(known.get(name)), plain(now.get(name))
    yield "segments", _segments(before), _segments(after)


def _has(person: Person, value: str) -> bool:
    return any(identifier["value"] == value for identifier in person.identifiers)


def _traits(person: Person | None) -> dict[str, Any]:
    return {} if person is None else {name: value for family in person.traits.values() for name, value in family}


def _segments(person: Person | None) -> str | None:
    return None if person is None else ", ".join(row["segment"] for row in person.segments) or "none"
