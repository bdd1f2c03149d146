"""Excel and Parquet become the JSON rows that bronze keeps."""

import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp_lake.adapters.row_files import RowLayout, UnreadableRows, row_frames, row_header


def workbook(*sheets: tuple[str, list[list[Any]]]) -> io.BytesIO:
    """An Excel file of sheets, each with its rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stored = io.BytesIO()
    book.save(stored)
    stored.seek(0)
    return stored


def read(handle: io.BytesIO, form: str, **more: Any) -> list[tuple[int, dict[str, Any]]]:
    """(line, row) of every record."""
    handle.seek(0)
    return [(frame.line, json.loads(frame.text)) for frame in row_frames(handle, RowLayout(form, **more))]


def test_cells_of_a_sheet_keep_what_they_are():
    sheet = [["id", " 姓名 ", "phone", "since", "paid"], [1, "李娜", 13800138000, date(2024, 2, 29), 12.5]]
    rows = read(workbook(("客户", sheet)), "excel")
    assert rows == [(2, {"id": 1, "姓名": "李娜", "phone": 13800138000, "since": "2024-02-29", "paid": 12.5})]


def test_empty_rows_are_no_records_and_lines_are_those_excel_shows():
    rows = read(workbook(("a", [["id"], [1], [None], [3]])), "excel")
    assert [line for line, _ in rows] == [2, 4]


def test_a_column_without_a_name_goes_by_its_letter():
    wide = ["id", *[None] * 25, "last"]
    book = workbook(("a", [wide, [1, "lost?", *[None] * 24, "end"]]))
    assert row_header(book, RowLayout("excel"))[-2:] == ["column Z", "last"]
    assert read(book, "excel") == [(2, {"id": 1, "column B": "lost?", "last": "end"})]


def test_a_sheet_and_a_header_below_a_title_can_be_named():
    book = workbook(("notes", [["nothing"]]), ("data", [["Export of today"], [], ["id", "name"], [7, "Ann"]]))
    chosen = {"sheet": "data", "header_row": 3}
    assert row_header(book, RowLayout("excel", **chosen)) == ["id", "name"]
    assert read(book, "excel", **chosen) == [(4, {"id": 7, "name": "Ann"})]


def test_a_sheet_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(UnreadableRows, match="no sheet 'Data'; the file has data, notes"):
        row_header(workbook(("data", [["id"]]), ("notes", [])), RowLayout("excel", sheet="Data"))


@pytest.mark.parametrize("form", ["excel", "parquet"])
def test_a_file_of_another_format_or_a_damaged_one_says_so_without_its_content(form):
    with pytest.raises(UnreadableRows, match=f"no {form} file, or a damaged one") as said:
        row_header(io.BytesIO(b"id,name\n1,secret\n" * 10), RowLayout(form))
    assert "secret" not in str(said.value)


def test_parquet_keeps_order_nesting_and_exact_numbers():
    rows = [{"id": 1, "paid": Decimal("12.340"), "at": datetime(2024, 2, 29, 9, 5), "who": {"name": "王伟"}}]
    stored = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stored)
    stored.seek(0)
    assert row_header(stored, RowLayout("parquet")) == ["id", "paid", "at", "who"]
    told = {"id": 1, "paid": "12.340", "at": "2024-02-29T09:05:00", "who": {"name": "王伟"}}
    assert read(stored, "parquet") == [(1, told)]


def test_a_parquet_file_damaged_inside_keeps_the_rows_before(tmp_path):
    path, rows = tmp_path / "a.parquet", [{"id": n, "text": f"{n:032x}"} for n in range(40_000)]
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=20_000, compression="gzip")
    content = bytearray(path.read_bytes())
    place = pq.ParquetFile(path).metadata.row_group(1).column(1).data_page_offset + 500
    content[place : place + 64] = bytes(64)
    path.write_bytes(content)
    with path.open("rb") as handle:
        *good, last = row_frames(handle, RowLayout("parquet"))
    assert [frame.error for frame in good] == [None] * 20_000
    assert last == (20_001, "", "unreadable_rows")


def test_what_the_system_refuses_is_no_damage_of_the_file():
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(5, "input/output error")

    with pytest.raises(OSError, match="input/output"):
        row_header(Broken(b"PAR1"), RowLayout("parquet"))
