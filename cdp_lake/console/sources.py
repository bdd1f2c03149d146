"""Sources at a terminal: the list of them, and what would become of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.config.durations import in_words
from cdp_lake.console import grid, share
from cdp_lake.console.answers import late

if TYPE_CHECKING:
    from cdp_lake.bronze.assessment import Drift
    from cdp_lake.stages.check_source import Checked
    from cdp_lake.stages.show_sources import SourceState


def listed(states: Iterable[SourceState]) -> Iterator[RenderableType]:
    """One line per source, then what could not be read, and what is late."""
    found = list(states)
    columns = ("name", "kind", "data", "comes from", "landed#", "records#", "refused#", "waiting#")
    yield grid("Sources", columns, [_row(one) for one in found])
    for one in (state for state in found if state.unread):
        yield Text(f"{one.contract.name}: {one.unread}", style="red")
    yield from late({one.contract.name: one.late for one in found})


def checked(files: Iterable[Checked]) -> Iterator[RenderableType]:
    """What each file is and what its records break."""
    for one in files:
        yield Text(f"{one.file} as {one.source}: {_verdict(one)}", style="bold")
        if one.broken:
            rows = [(rule.rule, rule.records, rule.first_line) for rule in one.broken]
            yield grid("Would be quarantined", ("rule", "records#", "first line#"), rows)
        for note in one.notes:
            yield Text(f"  {note}")
    yield Text("nothing was landed")


def differences(source: str, found: Iterable[Drift]) -> Iterator[RenderableType]:
    """Where a file and its contract have come apart, and what to do."""
    rows = [(one.what, one.path, one.known, one.advice) for one in found]
    if rows:
        yield grid(f"A file and the contract of {source}", ("", "column", "what is known", "what to do"), rows)
    else:
        yield Text(f"the file is as the contract of {source} says")


def _row(one: SourceState) -> tuple[Any, ...]:
    contract = one.contract
    kind = f"{contract.kind} ({contract.extends})" if contract.extends else contract.kind
    whose = f"{contract.provenance}-party"
    if contract.expires:
        whose += f", {in_words(contract.expires)}"
    waits = "?" if one.waiting is None else one.waiting or ""
    return contract.name, kind, whose, contract.comes_from, one.landed, one.records, one.refused or "", waits


def _verdict(one: Checked) -> str:
    if one.refused:
        return f"the whole file would be set aside: {', '.join(one.refused)}"
    return f"{one.passing:,} of {one.records:,} records would pass ({share(one.passing, one.records)})"
