"""Answers: the plan, the status, the tables, the checks, one renderable each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid, pairs, share

if TYPE_CHECKING:
    from cdp_lake.adapters.handshake import Check
    from cdp_lake.config.settings import Loaded
    from cdp_lake.stages.evaluate_identity import Agreement
    from cdp_lake.stages.overview import Status, TableState
    from cdp_lake.stages.plan import Planned
    from cdp_lake.stages.runner import StageOutcome
    from cdp_lake.stages.who_is_meant import Candidate

MOST_FILES = 5


def planned(stages: Iterable[Planned]) -> Iterator[RenderableType]:
    """What a run would do, stage by stage."""
    for stage in stages:
        why = "; ".join(stage.reasons) if stage.would_run else "nothing to do"
        yield Text(
            f"{stage.stage}: {'would run: ' if stage.would_run else ''}{why}",
            style="bold" if stage.would_run else "dim",
        )
        if stage.would_run:
            files = [
                *stage.files[:MOST_FILES],
                *([f"and {len(stage.files) - MOST_FILES:,} more"] if len(stage.files) > MOST_FILES else []),
            ]
            yield pairs(
                "",
                [
                    (what, names)
                    for what, names in (("  reads", stage.reads), ("  writes", stage.writes), ("  files", files))
                    if names
                ],
            )
    yield Text("dry run: nothing was written")


def outcomes(done: list[StageOutcome]) -> Iterator[RenderableType]:
    """How a run ended: rows per table, commits, seconds."""
    rows = [
        (o.stage, table, "appended" if count < 0 else f"{count:,}") for o in done for table, count in o.rows.items()
    ]
    if rows:
        yield grid("Committed", ("stage", "table", "rows#"), rows)
    yield from warnings(done)
    yield Text(ending(done))


def warnings(done: Iterable[StageOutcome]) -> Iterator[RenderableType]:
    """What stood out and held nothing back."""
    lines = [line for o in done for line in o.warnings]
    if lines:
        count = f"{len(lines)} warning{'s' if len(lines) > 1 else ''}"
        yield Text(f"{count}, nothing was held back; see quality/quality.html in the lake:", style="yellow")
        yield Text("\n".join(f"  {line}" for line in lines))


def late(found: Mapping[str, Sequence[str]]) -> Iterator[RenderableType]:
    """Sources that are late by their own promise."""
    for source, told in sorted(found.items()):
        for text in told:
            yield Text(f"late: {source}: {text}", style="yellow")


def ending(done: list[StageOutcome]) -> str:
    """The last line of a run."""
    commits, seconds = sum(o.commits for o in done), sum(o.seconds for o in done)
    return f"{commits} commits in {seconds:.1f} s" if commits else f"nothing to do: 0 commits, {seconds:.1f} s"


def status(found: Status) -> Iterator[RenderableType]:
    """How every stage last ended and whether it would run now."""
    rows = [
        (
            s.stage,
            s.status,
            f"{s.started_at:%Y-%m-%d %H:%M}" if s.started_at else "-",
            f"{s.seconds:,.1f}" if s.seconds is not None else "-",
            s.rows,
            "; ".join(s.reasons) or "nothing to do",
        )
        for s in found.stages
    ]
    yield grid("Stages", ("stage", "last run", "at (UTC)", "seconds#", "rows#", "now"), rows)
    yield from late(found.late)
    yield Text(f"publication {found.publication_no}; writer now: {found.writer or 'none'}")


def tables(found: list[TableState]) -> Iterator[RenderableType]:
    """The table of tables."""
    rows = [
        (t.contract.name, t.contract.grain, "-" if t.version is None else str(t.version), t.rows, t.contract.owner)
        for t in found
    ]
    yield grid("Tables", ("table", "grain", "version#", "rows#", "owner"), rows)
    personal = [(t.contract.name, t.contract.personal_columns) for t in found if t.contract.personal_columns]
    yield grid("Columns with personal values in clear", ("table", "columns"), personal)


def batches(found: list[dict[str, Any]]) -> Iterator[RenderableType]:
    """Landing batches."""
    columns = ("batch_id", "source", "fate", "files", "records")
    yield grid(
        "Landing batches", ("batch#", "source", "fate", "files#", "records#"), [[b[c] for c in columns] for b in found]
    )


def candidates(found: list[Candidate]) -> Iterator[RenderableType]:
    """Several profiles that carry one value."""
    rows = [(c.profile_id, c.namespaces, "yes" if c.is_live else "no") for c in found]
    yield grid("Several profiles carry this value", ("profile", "as", "is evidence"), rows)
    yield Text("show one of them: cdp-lake show profile PROFILE_ID")


def checks(found: list[Check]) -> Iterator[RenderableType]:
    """What the doctor found; what to do stands below a line that is not right."""
    for one in found:
        yield Text(f"{'ok  ' if one.ok else 'BAD '} {one.name:<20} {one.found}", style="" if one.ok else "red")
        if not one.ok and one.advice:
            yield Text(f"     {'':<20} {one.advice}")


def agreement(found: Agreement) -> Iterator[RenderableType]:
    """How well profiles match the truth, and merges per kind of planted trap."""
    e = found.evaluation
    scores = [("pairs", e.pairwise), ("records (B-cubed)", e.b_cubed), ("whole profiles", e.exact_cluster)]
    rows = [(name, f"{s.precision:.4f}", f"{s.recall:.4f}", f"{s.f1:.4f}") for name, s in scores]
    yield grid("Agreement with the truth", ("counted by", "precision#", "recall#", "F1#"), rows)
    impure = f"{e.impure_clusters:,} profiles hold more than one person; the largest has {e.largest_cluster:,} records"
    yield Text(f"{e.records:,} records compared; {impure}")
    if found.traps:
        traps = [
            (kind.replace("_", " "), planted, merged, share(merged, planted)) for kind, planted, merged in found.traps
        ]
        yield grid("Planted traps", ("trap", "planted#", "merged#", "share#"), traps)


def settings(loaded: Loaded, with_origin: bool) -> Iterator[str]:
    """One line per setting: key, value and, if asked for, where it was given."""
    for where, value in _leaves(loaded.layer.tree, ()):
        given = next(
            (loaded.layer.origins[where[:n]] for n in range(len(where), 0, -1) if where[:n] in loaded.layer.origins), ""
        )
        shown = "(not shown)" if where[:2] == ("collector", "write_keys") and where[-1] == "key" else value
        yield f"{'.'.join(where)}: {shown}" + (f"  # {given}" if with_origin and given else "")


def _leaves(tree: Any, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from _leaves(value, (*where, str(key)))
    elif isinstance(tree, list) and any(isinstance(item, dict) for item in tree):
        for place, item in enumerate(tree):
            yield from _leaves(item, (*where, str(place)))
    else:
        yield where, tree
