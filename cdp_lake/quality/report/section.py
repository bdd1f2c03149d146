"""One table or source on the quality page: what to look at, its trends beside their numbers, its expectations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from statistics import median

from cdp_lake.config.history import (
    DISTINCT_SHARE,
    DUPLICATE_SHARE,
    HOURS_BEHIND,
    NULL_SHARE,
    QUARANTINED_SHARE,
    RECORDS,
    ROWS,
    VALUE_DRIFT,
    VALUE_SHARE,
)
from cdp_lake.quality.report.findings import Thing, Trend
from cdp_lake.quality.report.sparkline import sparkline

WORDS = {
    ROWS: "rows of a batch",
    RECORDS: "records of a batch",
    HOURS_BEHIND: "newest is behind by",
    QUARANTINED_SHARE: "set aside",
    DUPLICATE_SHARE: "copies",
    NULL_SHARE: "empty",
    DISTINCT_SHARE: "distinct",
    VALUE_SHARE: "has the value",
    VALUE_DRIFT: "values moved (PSI)",
}
_ORDER = tuple(WORDS)
_SIGNS = {"error": "✗ error", "warning": "! warning", "late": "◷ late", "fine": "✓ fine"}
# Columns of which nothing else can be said are named in a sentence.
_CONSTANT = {(NULL_SHARE, 0.0): "Never empty", (NULL_SHARE, 1.0): "Always empty", (DISTINCT_SHARE, 1.0): "All distinct"}
_IN_DAYS_FROM_HOURS, _SMALLEST_SHOWN = 48, 0.001
_DIGITS_OF_A_TIME = 14


def section(thing: Thing) -> str:
    """The part of the page about one table or source."""
    head = f'<header><h2 id="{_anchor(thing.name)}">{escape(thing.name)}</h2>{state(thing.state)}'
    head += f'<span class="dim">{thing.kind}, {_count(len(thing.runs), "batch", "batches")} measured</span></header>'
    found = [head, _notes(thing), _trends(thing), _expectations(thing), _numbers(thing)]
    return f'<section aria-labelledby="{_anchor(thing.name)}">{"".join(found)}</section>'


def state(word: str) -> str:
    """A state as a sign and a word, so that colour is not needed to tell it."""
    return f'<span class="state {word}">{_SIGNS[word]}</span>'


def link(thing: Thing) -> str:
    """A link to the section of a table or source."""
    return f'<a href="#{_anchor(thing.name)}">{escape(thing.name)}</a>'


def number(measure: str, value: float | None) -> str:
    """A value as a person reads it."""
    if value is None:
        return "-"
    if measure.endswith("_share"):
        if 0 < value < _SMALLEST_SHOWN:
            return f"&lt;{_SMALLEST_SHOWN:.1%}"
        return f"{value:.0%}" if value in (0.0, 1.0) else f"{value:.1%}"
    if measure == HOURS_BEHIND:
        return f"{value / 24:,.0f} d" if abs(value) >= _IN_DAYS_FROM_HOURS else f"{value:,.1f} h"
    return f"{value:,.3f}" if measure == VALUE_DRIFT else f"{value:,.0f}"


def grid(caption: str, heads: Sequence[str], rows: Iterable[str]) -> str:
    """A table that scrolls on narrow screens; a heading that ends in `#` is of numbers."""
    cells = "".join(
        f'<th scope="col"{" class=n" if h.endswith("#") else ""}>{escape(h.removesuffix("#"))}</th>' for h in heads
    )
    body = "".join(rows)
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    table = f"<table>{told}<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"
    # Reached by the keyboard, so that it can be scrolled without a mouse.
    return f'<div class="wide" tabindex="0">{table}</div>'


def _notes(thing: Thing) -> str:
    lines = [f'<li class="late">late: {escape(text)}</li>' for text in thing.late]
    lines += [
        f'<li class="{c.severity}">{c.severity}: expect {escape(c.expectation)}: {escape(c.observed)}</li>'
        for c in thing.failed
    ]
    return f'<ul class="notes">{"".join(lines)}</ul>' if lines else ""


def _trends(thing: Thing) -> str:
    shown, constant = [], dict[str, list[str]]()
    for (measure, subject), trend in sorted(thing.trends.items(), key=_by_order):
        known = {value for value in trend if value is not None}
        word = _CONSTANT.get((measure, next(iter(known)))) if len(known) == 1 else None
        if word is not None:
            constant.setdefault(word, []).append(subject)
        elif not (measure == DUPLICATE_SHARE and known == {0.0}):
            shown.append(_row(thing, measure, subject, trend))
    if not thing.trends:
        return ""
    heads = ("what", "of", "trend", "lowest#", "median#", "highest#", "now#")
    table = grid("Trend over the batches, the newest at the right", heads, shown) if shown else ""
    told = [f'<p class="dim">{word}: {escape(", ".join(columns))}.</p>' for word, columns in constant.items()]
    return table + "".join(told)


def _row(thing: Thing, measure: str, subject: str, trend: Trend) -> str:
    known = [value for value in trend if value is not None]
    low, middle, high = (number(measure, value) for value in (min(known), median(known), max(known)))
    out = any(check.expectation.startswith(_label(measure, subject)) for check in thing.failed)
    of = subject.replace("=", " = ", 1)
    said = f"{WORDS[measure]} {of}: lowest {low}, median {middle}, highest {high}, now {number(measure, trend[-1])}"
    picture = sparkline(trend, said, stands_out=out)
    numbers = "".join(f'<td class="n">{text}</td>' for text in (low, middle, high, number(measure, trend[-1])))
    kind = ' class="out"' if out else ""
    name = f'<th scope="row">{WORDS[measure]}</th><td class="w">{escape(of)}</td>'
    return f"<tr{kind}>{name}<td>{picture}</td>{numbers}</tr>"


def _expectations(thing: Thing) -> str:
    if not thing.checks:
        return ""
    good = [check for check in thing.checks if check.passed]
    rows = [
        f'<tr><td class="w">{escape(c.expectation)}</td><td>{c.severity}</td><td>{"yes" if c.passed else "no"}</td>'
        f'<td class="w">{escape(c.observed)}</td></tr>'
        for c in (*thing.failed, *good)
    ]
    table = grid("", ("expected", "severity", "kept", "found"), rows)
    told = f"{len(good)} of {_count(len(thing.checks), 'expectation', 'expectations')} kept"
    return f"<details><summary>{told}</summary>{table}</details>"


def _numbers(thing: Thing) -> str:
    """The numbers of the whole, batch by batch: what the pictures show, for who cannot or will not look."""
    whole = [measure for measure, subject in sorted(thing.trends, key=lambda k: _ORDER.index(k[0])) if not subject]
    if not whole:
        return ""
    rows = []
    for n, run in reversed([*enumerate(thing.runs)]):
        cells = "".join(f'<td class="n">{number(m, thing.trends[m, ""][n])}</td>' for m in whole)
        rows.append(f'<tr><th scope="row">{_when(run)}</th>{cells}</tr>')
    table = grid("", ("run began (UTC)", *(f"{WORDS[measure]}#" for measure in whole)), rows)
    return f"<details><summary>Batch by batch</summary>{table}</details>"


def _by_order(item: tuple[tuple[str, str], Trend]) -> tuple[int, str, float, str]:
    (measure, subject), trend = item
    column, _, value = subject.partition("=")
    newest = trend[-1] or 0.0
    return _ORDER.index(measure), column, -newest if value else 0.0, value


def _label(measure: str, subject: str) -> str:
    return f"{measure}({subject}) " if subject else f"{measure} "


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _anchor(name: str) -> str:
    return escape(name.replace(" ", "-"), quote=True)


def _when(run_id: str) -> str:
    """When a run began: its id says so."""
    digits = "".join(c for c in run_id if c.isdigit())
    if len(digits) < _DIGITS_OF_A_TIME:
        return escape(run_id)
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}"
