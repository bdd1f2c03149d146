"""A trend as a small picture: inline SVG that takes its colours from the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, EDGE = 132, 30, 4
# The picture spans at least this part of the largest value: what hardly moves looks flat.
LEAST_SPAN = 0.25
_ENOUGH = 2


def sparkline(values: Sequence[float | None], label: str, *, stands_out: bool = False) -> str:
    """The line through the values, oldest left, the newest with a dot; gaps where a run has none.

    label: what a screen reader says in its place.
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = _scale(known)
    points = [(_x(n, len(values)), None if v is None else _y(v, low, high)) for n, v in enumerate(values)]
    lines = "".join(f'<polyline points="{_path(part)}"/>' for part in _stretches(points) if len(part) >= _ENOUGH)
    last = [(x, y) for x, y in points if y is not None][-1]
    dot = f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="3"/>'
    kind = "spark out" if stands_out else "spark"
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg class="{kind}" role="img" aria-label="{escape(label, quote=True)}" {box}>{lines}{dot}</svg>'


def _scale(known: Sequence[float]) -> tuple[float, float]:
    low, high = min(known), max(known)
    missing = LEAST_SPAN * max(abs(low), abs(high)) - (high - low)
    return (low, high) if missing <= 0 else (low - missing / 2, high + missing / 2)


def _x(number: int, count: int) -> float:
    # A single batch stands at the right, where the newest always is.
    return WIDTH - EDGE if count == 1 else EDGE + (WIDTH - 2 * EDGE) * number / (count - 1)


def _y(value: float, low: float, high: float) -> float:
    # Nothing but zeros is a line through the middle.
    part = (value - low) / (high - low) if high > low else 0.5
    return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * part


def _stretches(points: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    found: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            found.append([])
        else:
            found[-1].append((x, y))
    return found


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
