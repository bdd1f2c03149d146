"""The figures as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from equality import Verdict
from figures import GOAL, MUST, Marginal, Pair
from rich.table import Table


def stage_table(size: str, stages: Mapping[str, Mapping[str, float]]) -> Table:
    """Seconds and rows a second of each stage."""
    rows = [
        (name, f"{s['seconds']:.1f}", f"{s['rows']:,}", f"{s['rows'] / max(s['seconds'], 0.001):,.0f}")
        for name, s in stages.items()
    ]
    total = sum(s["seconds"] for s in stages.values())
    return _table(
        f"Spark, size {size}", ("stage", "seconds", "input rows", "rows/s"), [*rows, ("all", f"{total:.1f}", "", "")]
    )


def pair_table(size: str, found: Iterable[Pair]) -> Table:
    """Both sides beside one another."""
    rows = [(p.work, f"{p.rows:,}", f"{p.spark:.1f}", f"{p.reference:.2f}", f"{p.ratio:.1f} x") for p in found]
    return _table(f"Same outputs, size {size}", ("work", "input rows", "Spark s", "reference s", "ratio"), rows)


def marginal_table(sizes: tuple[str, str], found: Iterable[Marginal]) -> Table:
    """What one more row costs."""
    rows = [
        (
            m.work,
            f"{m.rows:,}",
            f"{m.spark:.2f}",
            f"{m.reference:.2f}",
            f"{m.ratio:.2f} x" if m.ratio else "-",
            m.verdict,
        )
        for m in found
    ]
    columns = ("work", "more rows", "Spark us/row", "reference us/row", "ratio", "verdict")
    title = f"Cost of one more row, {sizes[0]} to {sizes[1]}; goal <= {GOAL:g} x, must <= {MUST:g} x"
    return _table(title, columns, rows)


def verdict_table(size: str, found: Iterable[Verdict]) -> Table:
    """Which tables are the same on both sides, and where one is not."""
    rows = [
        (v.table, f"{v.spark.rows:,}", f"{v.columns}", f"{v.spark.mix:016x}", "equal" if v.is_equal else "DIFFERS")
        for v in found
    ]
    return _table(f"Row hashes, size {size}", ("table", "rows", "columns", "hash", "reference"), rows)


def _table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
    words = {"work", "stage", "table", "verdict", "hash", "reference"}
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name, justify="left" if name in words else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
