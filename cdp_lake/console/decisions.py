"""Decisions about people, as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid

if TYPE_CHECKING:
    from cdp_lake.stages.decide_identity import Carried

NOTHING_NEW = "decided already: nothing to do"


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
    yield Text("profiles, traits, segments and deliveries follow in the next run: cdp-lake run")


def decisions(found: list[dict[str, Any]]) -> Iterator[RenderableType]:
    """Every decision, the newest first."""
    columns = ("decision_no", "kind", "records", "decided_at", "actor", "reason", "withdrawn_by")
    titles = ("decision#", "says", "records#", "decided at", "by", "reason", "withdrawn by#")
    yield grid("Decisions about people", titles, [[row[name] for name in columns] for row in found])


def _ids(profiles: tuple[str, ...]) -> str:
    return ", ".join(profiles)
