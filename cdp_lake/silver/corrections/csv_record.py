"""One cell of one CSV record: where it stands, what it says, and the record with another text in its place."""

from __future__ import annotations

from typing import NamedTuple

from cdp_lake.silver.corrections.refusal import NO_COLUMN, UNREADABLE, CannotEdit

QUOTE = '"'


class Cell(NamedTuple):
    """A cell: from where to where it stands in the record, quotes and all, and what it says."""

    start: int
    end: int
    text: str


def cells(record: str, delimiter: str) -> list[Cell]:
    """The cells of a record in order. Raises CannotEdit where quotes do not tell where a cell ends."""
    found: list[Cell] = []
    at = 0
    while True:
        cell = (
            _quoted_cell(record, at, delimiter) if record.startswith(QUOTE, at) else _plain_cell(record, at, delimiter)
        )
        found.append(cell)
        if cell.end == len(record):
            return found
        at = cell.end + 1


def cell_text(record: str, header: list[str], name: str, delimiter: str) -> str:
    """What the cell below a name of the header says. Raises CannotEdit where there is none."""
    return _cell(record, header, name, delimiter).text


def with_cell(record: str, header: list[str], name: str, text: str, delimiter: str) -> str:
    """The record with another text below a name of the header; every other character stays as it is."""
    cell = _cell(record, header, name, delimiter)
    return record[: cell.start] + _written(text, delimiter, is_only=len(header) == 1) + record[cell.end :]


def _cell(record: str, header: list[str], name: str, delimiter: str) -> Cell:
    if name not in header:
        raise CannotEdit(NO_COLUMN)
    found = cells(record, delimiter)
    if len(found) != len(header):
        raise CannotEdit(UNREADABLE)
    # Of two columns with one name the last is read.
    return found[len(header) - 1 - header[::-1].index(name)]


def _plain_cell(record: str, at: int, delimiter: str) -> Cell:
    end = record.find(delimiter, at)
    end = len(record) if end < 0 else end
    return Cell(at, end, record[at:end])


def _quoted_cell(record: str, at: int, delimiter: str) -> Cell:
    end = at + 1
    while True:
        end = record.find(QUOTE, end)
        if end < 0:
            raise CannotEdit(UNREADABLE)
        if not record.startswith(QUOTE, end + 1):
            break
        end += 2
    if end + 1 < len(record) and not record.startswith(delimiter, end + 1):
        raise CannotEdit(UNREADABLE)
    return Cell(at, end + 1, record[at + 1 : end].replace(QUOTE * 2, QUOTE))


def _written(text: str, delimiter: str, *, is_only: bool) -> str:
    """The text as a cell, in quotes where it needs them: a record of nothing at all would be no record."""
    marks = (delimiter, QUOTE, "\n", "\r")
    needs_quotes = any(mark in text for mark in marks) or text != text.strip() or (is_only and not text)
    return QUOTE + text.replace(QUOTE, QUOTE * 2) + QUOTE if needs_quotes else text
