"""What a database is asked, as SQL that most of them understand: bounds, windows, and parts of a table."""
# ruff: noqa: S608 - names come from the contract and the database, values are times and numbers that were parsed

from __future__ import annotations

from itertools import pairwise

from cdp_lake.bronze.extracts import WatermarkKind, Window
from cdp_lake.config.ways_in import Database, TableFeed


def relation(feed: TableFeed) -> str:
    """What is read from: the table as the contract names it, or its query in brackets."""
    return feed.table or f"({(feed.query or '').strip().rstrip(';')}) feed"


def quoted(name: str, database: Database) -> str:
    """A column's name as the database takes it literally."""
    mark = "`" if database.url.startswith(("jdbc:mysql:", "jdbc:mariadb:")) else '"'
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def bounds(source: str, column: str, window: Window, kind: WatermarkKind) -> str:
    """The highest watermark that is believed, rows without one, and rows ahead of the clock: one answer of one row.

    Each is asked by itself, so that an index over the column answers it.
    """
    believed = "" if window.ceiling is None else f" WHERE {column} <= {_literal(window.ceiling, kind)}"
    ahead = "0" if window.ceiling is None else _count(source, f"{column} > {_literal(window.ceiling, kind)}")
    high = f"(SELECT MAX({column}) FROM {source}{believed})"
    return f"(SELECT {high} AS high, {_count(source, f'{column} IS NULL')} AS undated, {ahead} AS ahead) bounds"


def condition(column: str, window: Window, kind: WatermarkKind) -> str:
    """The rows of a window."""
    between = [f"{column} >= {_literal(window.low, kind)}"] if window.low is not None else []
    between += [f"{column} <= {_literal(window.high, kind)}"] if window.high is not None else ["1 = 0"]
    found = [" AND ".join(between)]
    found += [f"{column} IS NULL"] if window.undated else []
    found += [f"{column} > {_literal(window.ceiling, kind)}"] if window.ceiling is not None else []
    return " OR ".join(f"({one})" for one in found)


def extremes(source: str, column: str, where: str) -> str:
    """Lowest and highest value of a column among some rows, and their number: one answer of one row.

    The count keeps PostgreSQL from walking through the index of the column instead of that of the watermark.
    """
    asked = f"MIN({column}) AS lowest, MAX({column}) AS highest, COUNT(*) AS found"
    return f"(SELECT {asked} FROM {source} WHERE {where}) extremes"


def parts(column: str, lowest: int, highest: int, most: int) -> list[str]:
    """Conditions that share out all rows, those without a value among them, by equal ranges of the column."""
    count = min(most, highest - lowest + 1)
    if count <= 1:
        return ["1 = 1"]
    starts = [lowest + (highest - lowest + 1) * n // count for n in range(1, count)]
    between = [f"{column} >= {low} AND {column} < {high}" for low, high in pairwise(starts)]
    return [f"{column} < {starts[0]} OR {column} IS NULL", *between, f"{column} >= {starts[-1]}"]


def _count(source: str, where: str) -> str:
    return f"(SELECT COUNT(*) FROM {source} WHERE {where})"


def _literal(watermark: str, kind: WatermarkKind) -> str:
    return watermark if kind == "number" else f"'{watermark}'"
