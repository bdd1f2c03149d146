"""One cell of a CSV record is set, and every other character stays."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_lake.silver.corrections.csv_record import cell_text, cells, with_cell
from cdp_lake.silver.corrections.refusal import NO_COLUMN, UNREADABLE, CannotEdit

HEADER = ["id", "name", "note"]
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)


def set_to(record, name, text, delimiter=","):
    return with_cell(record, HEADER, name, text, delimiter)


@pytest.mark.parametrize(
    ("record", "name", "text", "expected"),
    [
        ("7,Ann,x", "name", "Bo", "7,Bo,x"),
        ("7,Ann,x", "note", "", "7,Ann,"),
        ("7,,x", "name", "Bo", "7,Bo,x"),
        ('7,"Ann, B",x', "note", "y", '7,"Ann, B",y'),
        ('7,"said ""hi""\nleft",x', "note", "y", '7,"said ""hi""\nleft",y'),
        ("7,Ann,x", "name", 'a "b", c', '7,"a ""b"", c",x'),
        ("7,Ann,x", "name", "two\nlines", '7,"two\nlines",x'),
        (' 7 ,O"Neil, x', "note", "y", ' 7 ,O"Neil,y'),
        # As it was decoded from GBK.
        ("7,李娜,北京", "note", "上海", "7,李娜,上海"),
    ],
)
def test_only_the_cell_changes(record, name, text, expected):
    assert set_to(record, name, text) == expected
    assert cell_text(expected, HEADER, name, ",") == text


def test_another_delimiter_needs_other_quotes():
    assert set_to("7;a,b;x", "note", "c,d", ";") == "7;a,b;c,d"
    assert set_to("7;a,b;x", "note", "c;d", ";") == '7;a,b;"c;d"'


def test_a_record_of_one_empty_cell_is_still_a_record():
    assert with_cell("7", ["id"], "id", "", ",") == '""'


def test_of_two_columns_with_one_name_the_last_is_the_one_that_is_read():
    assert with_cell("7,a,b", ["id", "name", "name"], "name", "c", ",") == "7,a,c"


@pytest.mark.parametrize(
    ("record", "name", "why"),
    [
        ("7,Ann,x", "phone", NO_COLUMN),
        ("7,Ann", "name", UNREADABLE),
        ("7,Ann,x,y", "name", UNREADABLE),
        ('7,"Ann,x', "note", UNREADABLE),
        ('7,"Ann"B,x', "note", UNREADABLE),
    ],
)
def test_where_a_cell_stands_is_never_guessed(record, name, why):
    with pytest.raises(CannotEdit) as refusal:
        set_to(record, name, "y")
    assert refusal.value.why == why


@given(st.lists(CELL, min_size=2, max_size=5), st.data())
def test_what_is_set_is_read_by_any_csv_reader_and_the_rest_as_before(texts, data):
    header = [f"c{n}" for n in range(len(texts))]
    place, text = data.draw(st.integers(0, len(texts) - 1)), data.draw(CELL)
    record = ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in texts)
    changed = with_cell(record, header, header[place], text, ",")
    (read,) = csv.reader([changed])
    assert read == [*texts[:place], text, *texts[place + 1 :]]
    assert [cell.text for cell in cells(changed, ",")] == read
