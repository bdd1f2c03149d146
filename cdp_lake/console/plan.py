"""A plan of identity rules, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid, pairs, share
from cdp_lake.console.answers import outcomes

if TYPE_CHECKING:
    from cdp_lake.stages.apply_identity import Applied
    from cdp_lake.stages.identity_plan import Audiences, IdentityPlan, Listed, People

NOTHING = "nothing changes: these rules find the same people on the same evidence"
MOST_IDS = 5


def planned(found: IdentityPlan, rules: Path, folder: Path) -> Iterator[RenderableType]:
    """What the rules would do: to people, evidence, segments and destinations, and what the plan cost."""
    if found.changed_rules:
        yield pairs("Rules that change", [_named(line) for line in found.changed_rules])
    else:
        yield Text("these are the rules in force")
    yield Text(f"\nplan {found.rules} on publication {found.publication}, as of {found.as_of}")
    for note in found.notes:
        yield Text(f"note: {note}", style="yellow")
    moves = not found.changes_nothing or _evidence_moves(found.effects.people)
    if moves:
        yield from _people(found, folder)
        yield from _audiences("Segments", found.effects.segments, folder)
        yield from _audiences("Destinations, after consent", found.effects.destinations, folder)
    else:
        yield Text(NOTHING, style="bold")
    yield grid("Cost", ("stage", "seconds#"), [(stage, f"{s:,.1f}") for stage, s in found.seconds.items()])
    if found.shadow:
        yield Text(f"kept: {found.shadow} (personal values; remove it when you have looked)")
    yield Text(f"the plan and its full lists: {folder}")
    if moves or found.changed_rules:
        yield Text(f"to do exactly this: cdp-lake identity apply --rules {rules} --conf DIR")


def applied(found: Applied) -> Iterator[RenderableType]:
    """How new rules came into force."""
    yield from outcomes(found.outcomes)
    yield Text(f"in force: {found.installed.path}")
    if found.installed.former is not None:
        yield Text(f"the rules before: {found.installed.former}")
    yield Text("the outcome is the planned one" if found.as_planned else "not compared with a plan (--unplanned)")
    yield Text("models are trained and audiences told by the next run: cdp-lake run")


def _people(found: IdentityPlan, folder: Path) -> Iterator[RenderableType]:
    people, changes = found.effects.people, found.changes
    yield Text(
        f"{people.moved:,} of {people.records:,} records ({share(people.moved, people.records)}) change their profile "
        f"id; profiles: {changes['merged']:,} merged, {changes['split']:,} split off, {changes['created']:,} created",
        style="bold",
    )
    yield from _list("Would be merged", ("profile", "takes in", "records#", "evidence"), people.merges, folder)
    yield from _list("Would be split", ("profile", "loses to", "records#", "refused"), people.splits, folder)
    yield from _list("Would be new", ("profile", "records#"), people.created, folder)
    columns = ("live_before", "live_after", "refused_before", "refused_after")
    yield grid(
        "Edges",
        ("rule", "live before#", "after#", "refused before#", "after#"),
        [[row["rule"], *(row[c] for c in columns)] for row in people.edges],
    )
    sizes = [(row["size"], row["before"], row["after"]) for row in people.sizes]
    ends = [(name, by["before"], by["after"]) for name, by in (("all", people.profiles), ("largest", people.largest))]
    yield grid("Profiles by number of records", ("records", "before#", "after#"), [*sizes, *ends])


def _list(title: str, columns: tuple[str, ...], found: Listed, folder: Path) -> Iterator[RenderableType]:
    if not found.count:
        return
    yield grid(title, columns, [[_shown(value) for value in row.values()] for row in found.first])
    if found.count > len(found.first):
        yield Text(f"and {found.count - len(found.first):,} more: {folder / found.file}")


def _audiences(title: str, found: Audiences | None, folder: Path) -> Iterator[RenderableType]:
    if found is None:
        return
    columns = ("audience", "before", "after", "entering", "leaving", "merging")
    yield grid(title, ("name", *(f"{c}#" for c in columns[1:])), [[row[c] for c in columns] for row in found.rows])
    if found.movers.count:
        yield Text(f"{found.movers.count:,} who do not stay: {folder / found.movers.file}")


def _evidence_moves(people: People) -> bool:
    return any(
        row["live_before"] != row["live_after"] or row["refused_before"] != row["refused_after"] for row in people.edges
    )


def _shown(value: Any) -> Any:
    if isinstance(value, list) and len(value) > MOST_IDS:
        return [*value[:MOST_IDS], f"and {len(value) - MOST_IDS:,} more"]
    return value


def _named(line: str) -> tuple[str, str]:
    name, _, change = line.partition(": ")
    return name, change
