"""The quality page as one HTML text: the whole first, then each table and source."""

from __future__ import annotations

from collections import defaultdict
from html import escape

from cdp_lake.config.history import HOURS_BEHIND, QUARANTINED_SHARE, RECORDS, ROWS
from cdp_lake.quality.report.findings import TABLE, GateShare, Report, Thing
from cdp_lake.quality.report.look import STYLE
from cdp_lake.quality.report.section import grid, link, number, section, state
from cdp_lake.quality.report.sparkline import sparkline

# Great Expectations shall cost a stage no more than this.
GATE_GOAL = 0.15


def page(report: Report) -> str:
    """The whole page; it loads nothing and runs nothing."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f"<title>Quality of the lake</title><style>{STYLE}</style>"
    parts = [_lead(report), _tiles(report), _overview(report), _gate(report.gate), *map(section, report.things)]
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body><main>{"".join(parts)}</main></body></html>\n'


def _lead(report: Report) -> str:
    return (
        f"<h1>Quality of the lake</h1><p>As run {escape(report.run_id)} left it. Every batch is measured and held "
        "against the history of its own table or source.</p>"
        '<p class="dim">Counts and shares only: no value of a person is on this page. '
        '<a href="index.html">What each table has to keep, in full</a>.</p>'
    )


def _tiles(report: Report) -> str:
    states = [thing.state for thing in report.things]
    failed = [check for thing in report.things for check in thing.failed]
    errors, warnings = (sum(check.severity == word for check in failed) for word in ("error", "warning"))
    behind = sum(bool(thing.late) for thing in report.things)
    told = [
        (sum(word == "fine" for word in states), f"of {len(states)} tables and sources are fine"),
        (errors, f"{'error' if errors == 1 else 'errors'}: what fails with one is not published"),
        (warnings, f"{'warning' if warnings == 1 else 'warnings'} to look at"),
        (behind, f"{'source is' if behind == 1 else 'sources are'} late"),
    ]
    return f'<ul class="tiles">{"".join(f"<li><b>{count}</b>{text}</li>" for count, text in told)}</ul>'


def _overview(report: Report) -> str:
    heads = ("name", "state", "rows", "newest batch#", "set aside#", "newest is behind by#", "expectations kept#")
    return "<h2>At a glance</h2>" + grid("", heads, map(_line, report.things))


def _line(thing: Thing) -> str:
    counted = ROWS if thing.kind == TABLE else RECORDS
    kept = sum(check.passed for check in thing.checks)
    picture = sparkline(thing.trends.get((counted, ""), ()), f"{counted} of {thing.name} over its last batches")
    cells = [
        number(counted, thing.newest(counted)),
        number(QUARANTINED_SHARE, thing.newest(QUARANTINED_SHARE)),
        number(HOURS_BEHIND, thing.newest(HOURS_BEHIND)),
        f"{kept} of {len(thing.checks)}" if thing.checks else "-",
    ]
    numbers = "".join(f'<td class="n">{cell}</td>' for cell in cells)
    return f'<tr><th scope="row">{link(thing)}</th><td>{state(thing.state)}</td><td>{picture}</td>{numbers}</tr>'


def _gate(runs: tuple[GateShare, ...]) -> str:
    by_stage: dict[str, list[GateShare]] = defaultdict(list)
    for run in runs:
        by_stage[run.stage].append(run)
    if not by_stage:
        return ""
    rows = []
    for stage, told in by_stage.items():
        shares, last = [run.gate / run.whole for run in told if run.whole], told[-1]
        over = shares[-1] > GATE_GOAL
        picture = sparkline(shares, f"share of the gate in {stage} over its last runs", stands_out=over)
        cells = (f"{last.gate:,.1f} s", f"{last.whole:,.1f} s", f"{shares[-1]:.1%}")
        numbers = "".join(f'<td class="n">{cell}</td>' for cell in cells)
        kind = ' class="out"' if over else ""
        rows.append(f'<tr{kind}><th scope="row">{escape(stage)}</th><td>{picture}</td>{numbers}</tr>')
    heads = ("stage", "share of the gate", "in the gate#", "stage#", "share#")
    return f"<h2>What the gate costs</h2>{grid(f'At most {GATE_GOAL:.0%} of a stage is the goal.', heads, rows)}"
