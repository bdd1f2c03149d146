"""The console: what stages and questions found, laid out for a person; plain text where nobody is watching."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 100
# From here on the places after the point say nothing.
_LARGE = 1000


def screen(*, errors: bool = False) -> Console:
    """The terminal at most 100 columns wide; a file or pipe gets 100 columns and no colours."""
    stream = sys.stderr if errors else sys.stdout
    console = Console(file=stream, highlight=False, soft_wrap=False)
    return Console(file=stream, highlight=False, width=min(console.width, WIDTH) if console.is_terminal else WIDTH)


def grid(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table with a title; columns whose name ends in `#` hold numbers and are set flush right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        right = name.endswith("#")
        table.add_column(name.removesuffix("#"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*[cell(value) for value in row])
    return table


def pairs(title: str, rows: Iterable[tuple[str, Any]]) -> Table:
    """Names and values under a title, one pair a line."""
    heading = f"\n{title}" if title else None
    table = Table(title=heading, title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, cell(value))
    return table


def cell(value: Any) -> Text:
    """One value as text, never read as markup: it may be somebody's name."""
    if value is None:
        return Text("-", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, float):
        return Text(f"{value:,.4g}" if abs(value) < _LARGE else f"{value:,.0f}")
    if isinstance(value, list | tuple):
        return Text(", ".join(map(str, value)))
    return Text(f"{value:,}" if isinstance(value, int) else str(value))


def share(part: int, whole: int) -> str:
    """A share in per cent, or a dash of nothing."""
    return f"{part / whole:.1%}" if whole else "-"
