"""Files that hold typed rows instead of text: Parquet and Excel, each row as the JSON that bronze keeps."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

import pyarrow.parquet as pq
from pyarrow import ArrowException
from python_calamine import CalamineError, CalamineWorkbook

from cdp_lake.bronze import Frame, row_frame
from cdp_lake.errors import CdpLakeError

ROW_SUFFIXES = {
    ".parquet": "parquet",
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "excel"),
}
ROWS_AT_ONCE = 10_000
# Kept in memory up to this size while it is unpacked; both formats are read from their end.
IN_MEMORY_BYTES = 64_000_000
# Arrow says that a file is damaged by an OSError without a number.
_UNREADABLE = (ArrowException, CalamineError, OSError)


class RowLayout(NamedTuple):
    """Where the rows are: the format; of Excel the sheet (None: the first) and the row with the names."""

    format: str
    sheet: str | None = None
    header_row: int = 1


class UnreadableRows(CdpLakeError):
    """A file is not of the format it is read as, or is damaged; the message says which."""


def row_header(handle: IO[bytes], layout: RowLayout) -> list[str]:
    """Names of the columns. Raises UnreadableRows."""
    with _from_its_end(handle) as rows, _told(layout):
        if layout.format == "parquet":
            return [str(name) for name in pq.ParquetFile(rows).schema_arrow.names]
        return next(_sheet(rows, layout), (0, []))[1]


def row_frames(handle: IO[bytes], layout: RowLayout) -> Iterator[Frame]:
    """One frame per row that is not empty; its line is the row's number in the sheet or file. Raises UnreadableRows.

    Where a Parquet file is damaged inside, one doubtful frame ends it: the rows before stay.
    """
    with _from_its_end(handle) as rows, _told(layout):
        yield from _parquet(rows) if layout.format == "parquet" else _excel(rows, layout)


def _parquet(rows: IO[bytes]) -> Iterator[Frame]:
    number, batches = 0, pq.ParquetFile(rows).iter_batches(batch_size=ROWS_AT_ONCE)
    try:
        for batch in batches:
            for row in batch.to_pylist():
                number += 1
                yield row_frame(number, row)
    except _UNREADABLE as problem:
        if getattr(problem, "errno", None) is not None:
            raise
        yield Frame(number + 1, "", "unreadable_rows")


def _excel(rows: IO[bytes], layout: RowLayout) -> Iterator[Frame]:
    sheet = _sheet(rows, layout)
    _, header = next(sheet, (0, []))
    for number, cells in sheet:
        row = {name: cell for name, cell in zip(header, cells, strict=True) if cell != ""}
        if row:
            yield row_frame(number, row)


def _sheet(rows: IO[bytes], layout: RowLayout) -> Iterator[tuple[int, list[Any]]]:
    """(row number as Excel shows it, cells), from the header on; all as wide as the sheet.

    Names are trimmed; a column without one goes by its letter, so that nothing in it is lost.
    """
    book = CalamineWorkbook.from_filelike(rows)
    if layout.sheet is not None and layout.sheet not in book.sheet_names:
        raise UnreadableRows(f"no sheet '{layout.sheet}'; the file has {', '.join(book.sheet_names)}")
    sheet = book.get_sheet_by_name(layout.sheet) if layout.sheet else book.get_sheet_by_index(0)
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number == layout.header_row:
            yield number, [str(cell).strip() or f"column {_letter(place)}" for place, cell in enumerate(cells)]
        elif number > layout.header_row:
            yield number, cells


def _letter(place: int) -> str:
    """What Excel calls a column, counted from 0: A to Z, AA, AB and so on."""
    before, last = divmod(place, 26)
    return (_letter(before - 1) if before else "") + chr(ord("A") + last)


@contextmanager
def _from_its_end(handle: IO[bytes]) -> Iterator[IO[bytes]]:
    """The same bytes where one can go to and fro: an unpacking stream would begin again each time."""
    if isinstance(handle, io.BufferedReader):
        yield handle
        return
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as copy:
        shutil.copyfileobj(handle, copy)
        copy.seek(0)
        yield copy


@contextmanager
def _told(layout: RowLayout) -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as problem:
        # A number means that the system failed, not the file.
        if getattr(problem, "errno", None) is not None:
            raise
        # The library's own words may quote cells.
        raise UnreadableRows(f"no {layout.format} file, or a damaged one ({type(problem).__name__})") from None
