"""The summary of a run, for a person who wants to see at a glance that it is true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid, pairs, share
from cdp_lake.console.answers import agreement

if TYPE_CHECKING:
    from cdp_lake.stages.runner import StageOutcome
    from cdp_lake.stages.streaming_act import Played
    from cdp_lake.stages.summary import Summary

_SIZES = ("1", "2", "3-5", "6-10", "11-20", "21+")
_GIB = 1024**3


def summary(found: Summary) -> Iterator[RenderableType]:
    """The state of the lake: what came in, who is who, what is known, what went out."""
    yield _records(found)
    yield from _identity(found)
    if found.agreement is not None:
        yield from agreement(found.agreement)
    if found.models:
        yield pairs(
            "Models, each metric beside its simple rule",
            [(n.replace("_", " "), v) for n, v in sorted(found.models.items())],
        )
    yield grid("Segments", ("segment", "people#"), sorted(found.segments.items(), key=lambda s: (-s[1], s[0])))
    if found.deliveries:
        yield pairs(
            "Sent, and held back for want of consent",
            [(n.replace("_", " "), v) for n, v in sorted(found.deliveries.items())],
        )
    yield pairs("Where everything lies", found.places.items())


def cost(day: Iterable[StageOutcome], act: Played | None, evening: Iterable[StageOutcome]) -> Iterator[RenderableType]:
    """Seconds of each stage and of the streaming act between them, and what was committed."""
    before, after = list(day), list(evening)
    rows = [_took(outcome) for outcome in before]
    if act is not None:
        rows.append(("streaming act", "seen before" if act.before is None else "played", f"{act.seconds:,.1f}"))
    yield grid("Seconds", ("stage", "status", "seconds#"), [*rows, *map(_took, after)])
    commits = sum(outcome.commits for outcome in (*before, *after)) + (act.commits if act else 0)
    yield Text(f"{commits} commits" if commits else "nothing to do: 0 commits, 0 changed profiles", style="bold")


def total(seconds: float, peak_bytes: int) -> Iterator[RenderableType]:
    """What the demo cost, all in all: time and memory."""
    memory = f", at most {peak_bytes / _GIB:.2f} GiB of memory in all processes together" if peak_bytes else ""
    yield Text(f"{seconds:,.1f} s in all{memory}")


def _took(outcome: StageOutcome) -> tuple[str, str, str]:
    return outcome.stage, outcome.status, f"{outcome.seconds:,.1f}"


def next_steps(email: str) -> Iterator[RenderableType]:
    """Five commands to try."""
    yield pairs(
        "Try next",
        [
            (f"cdp-lake show profile {email} --env demo", "one person, whole"),
            ("cdp-lake quarantine list --env demo", "what was set aside, and why"),
            ("cdp-lake status --env demo", "what ran, and what would run now"),
            ("cdp-lake tables --env demo", "every table, its grain and its rows"),
            ("cdp-lake init my-lake", "a project for a CSV of your own"),
        ],
    )


def _records(found: Summary) -> RenderableType:
    columns = ("records", "passed", "duplicate", "quarantined")
    rows: list[list[Any]] = [[f["source"], *(f[c] for c in columns)] for f in found.fates]
    rows.append(["all", *(sum(f[c] for f in found.fates) for c in columns)])
    return grid("Records in, and the one fate of each", ("source", *(f"{c}#" for c in columns)), rows)


def _identity(found: Summary) -> Iterator[RenderableType]:
    rows = [(i["namespace"], i["values"], i["holders"], i["refused"]) for i in found.identifiers]
    yield grid("Identifiers", ("namespace", "values#", "on records#", "no evidence#"), rows)
    edges: dict[str, dict[str | None, int]] = defaultdict(dict)
    for edge in found.edges:
        edges[edge["rule"]][edge["refused_by"]] = edge["edges"]
    yield grid(
        "Edges", ("rule", "live#", "refused#", "refused by"), [_edge_row(rule, by) for rule, by in edges.items()]
    )
    sizes = {row["size"]: row for row in found.sizes}
    shown = [(size, sizes[size]["profiles"], sizes[size]["known"]) for size in _SIZES if size in sizes]
    total = ("all", sum(s["profiles"] for s in found.sizes), sum(s["known"] for s in found.sizes))
    yield grid("Profiles by number of records", ("records", "profiles#", "known people#"), [*shown, total])
    visitors, known = found.visitors
    yield Text(
        f"{known:,} of {visitors:,} anonymous visitors turned out to be a known person ({share(known, visitors)})"
    )


def _edge_row(rule: str, by: dict[str | None, int]) -> tuple[str, int, int, str]:
    refused = {why: count for why, count in by.items() if why is not None}
    reasons = ", ".join(f"{why.replace('_', ' ')} {count:,}" for why, count in sorted(refused.items()))
    return rule, by.get(None, 0), sum(refused.values()), reasons
