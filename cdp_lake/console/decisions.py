"""Who is who and was, and what people decided about it, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid

if TYPE_CHECKING:
    from cdp_lake.stages.decide_identity import Carried
    from cdp_lake.stages.review_identity import Exported, Imported
    from cdp_lake.stages.who_was import Known

NOTHING_NEW = "decided already: nothing to do"
FOLLOWS = "profiles, traits, segments and deliveries follow in the next run: cdp-lake run"


def carried_out(found: Carried) -> Iterator[RenderableType]:
    """What became of a merge or an unmerge."""
    if not found.decided:
        yield Text(NOTHING_NEW)
    for number in found.decided:
        yield Text(f"decision {number} is in force")
    for number in found.withdrawn:
        yield Text(f"decision {number} said the opposite and is withdrawn")
    rows = [[word, _ids(found.before[word]), _ids(found.after[word])] for word in found.before]
    yield grid("Profiles", ("named", "before", "now"), rows)
    yield Text(FOLLOWS)


def review_written(found: Exported) -> Iterator[RenderableType]:
    """Where the pairs are, and what to do with them."""
    yield Text(f"{found.pairs:,} of {found.of_all:,} uncertain pairs: {found.file}", style="bold")
    yield Text("It holds personal data and is readable by you alone; delete it when you are done.", style="yellow")
    yield Text("Fill in `decision` (same or different) and `reason`; leave a row empty that you are not sure of. Then:")
    yield Text(f"  cdp-lake identity review import {found.file}")


def review_read(found: Imported) -> Iterator[RenderableType]:
    """What became of a filled in table."""
    carried = found.carried
    if not carried.decided:
        yield Text(NOTHING_NEW)
    else:
        yield Text(f"{len(carried.decided):,} decisions are in force, {len(carried.withdrawn):,} others withdrawn")
        moved = sum(carried.before[word] != carried.after[word] for word in carried.before)
        yield Text(f"{moved:,} of {len(carried.before):,} records named belong to another profile now")
        yield Text(FOLLOWS)
    if found.left_open:
        yield Text(f"{found.left_open:,} pairs are left open")


def decisions(found: list[dict[str, Any]]) -> Iterator[RenderableType]:
    """Every decision, the newest first."""
    columns = ("decision_no", "kind", "records", "decided_at", "actor", "reason", "withdrawn_by")
    titles = ("decision#", "says", "records#", "decided at", "by", "reason", "withdrawn by#")
    yield grid("Decisions about people", titles, [[row[name] for name in columns] for row in found])


def known(found: Known) -> Iterator[RenderableType]:
    """Records with their profiles, over time or as known at one."""
    title = "Who is who" if found.at is None else f"Who was who, as known on {found.at:%Y-%m-%d %H:%M}"
    columns = ("source", "source_pk", "profile_id", "known_from", "known_to")
    rows = [[row[name] for name in columns] for row in found.rows]
    yield grid(title, ("source", "record", "profile", "known from", "until"), rows)


def _ids(profiles: tuple[str, ...]) -> str:
    return ", ".join(profiles)
