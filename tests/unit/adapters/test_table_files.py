"""Tables that people bring: any encoding and delimiter, read as text, or an error that says why not."""

import datetime as dt

import pandas as pd
import pytest

from cdp_lake.adapters.table_files import TextTable, read_text_table, write_table
from cdp_lake.errors import ConfigError

CHINESE = "id,姓名,城市\n1,张伟,北京\n2,李娜,上海\n"
TRADITIONAL = "id,姓名,城市\n1,張偉,臺北\n2,陳美玲,高雄\n"
WESTERN = "id,name,city\n1,José Núñez,Málaga\n2,Zoë O’Brien,Köln\n"


@pytest.fixture
def read(tmp_path):
    """read(content): the table of a CSV of that content."""

    def run(content: str | bytes, name: str = "people.csv") -> TextTable:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_text_table(path)

    return run


def cells(table):
    rows = table.rows
    return [list(rows.columns), *rows.astype(object).where(rows.notna(), None).to_numpy().tolist()]


def split(text, delimiter=","):
    return [line.split(delimiter) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        (CHINESE, "utf-8", "utf-8-sig"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "gb18030", "gb18030"),
        (TRADITIONAL, "gbk", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (WESTERN, "cp1252", "cp1252"),
        ("id,name\n1,张伟\n", "gbk", "gb18030"),
        ("id,name\n1,Smith\n2,刘洋\n", "gbk", "gb18030"),
        ("id,name\n1,Smith\n2,Müller\n", "cp1252", "cp1252"),
        ("id,name\n1,Zoë Smith\n", "cp1252", "cp1252"),
        ("id,name\n1,naïve Straße\n", "cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found(read, text, encoding, expected):
    table = read(text.encode(encoding))
    assert table.encoding == expected
    assert cells(table) == split(text)


@pytest.mark.parametrize(("text", "encoding"), [("张伟", "gb18030"), ("José", "cp1252")])
def test_one_name_at_the_end_of_a_large_file_tells_its_encoding(read, text, encoding):
    plain = "id,name\n" + "7,Bob Smith of Springfield\n" * 50_000
    table = read((plain + f"8,{text}\n").encode(encoding))
    assert table.rows["name"].iloc[-1] == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_whatever_else_the_cells_hold(read, delimiter):
    others = "".join(sorted({",", ";", "|"} - {delimiter}))
    table = read(f"id#name#address\n1#Bob#5 Oak{others} Reno\n2#Al#7 Elm{others} Boston\n".replace("#", delimiter))
    assert table.delimiter == delimiter
    assert cells(table)[1:] == [["1", "Bob", f"5 Oak{others} Reno"], ["2", "Al", f"7 Elm{others} Boston"]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('id , name, city\n1 , Bob, "Reno, NV"\n', [["id", "name", "city"], ["1", "Bob", "Reno, NV"]]),
        ('id,name\n1,"Bob\nSmith"\n2,Al\n', [["id", "name"], ["1", "Bob\nSmith"], ["2", "Al"]]),
        ('id,name\n1,"Bob ""B"" Smith"\n', [["id", "name"], ["1", 'Bob "B" Smith']]),
        ("id,zip\n001,02134\n", [["id", "zip"], ["001", "02134"]]),
        ('id,name\n1,\n2,"  "\n3,\u3000\n', [["id", "name"], ["1", None], ["2", None], ["3", None]]),
        ("id,name\n1,NA\n2,null\n", [["id", "name"], ["1", "NA"], ["2", "null"]]),
        ("id,name,city\n1,Bob\n", [["id", "name", "city"], ["1", "Bob", None]]),
        (",id,name,,\n0,1,Bob,,\n", [["id", "name"], ["1", "Bob"]]),
        ("id,name\r\n1,Bob\r\n\r\n2,Al", [["id", "name"], ["1", "Bob"], ["2", "Al"]]),
        ("id,name\n", [["id", "name"]]),
        ("id,name", [["id", "name"]]),
    ],
)
def test_cells_are_trimmed_text_and_null_where_empty(read, content, expected):
    assert cells(read(content)) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        ("\n".encode("utf-16"), "the file is empty"),
        (b"id,name,name\n1,Bob,Al\n", "column 'name' stands in the header twice"),
        (b"id,name, name \n1,Bob,Al\n", "column 'name' stands in the header twice"),
        (b"id,name\n1,Bob,x\n2,Al,y\n", "not a CSV with a header: .*Expected 2 fields in line 2, saw 3"),
        (b"id,name\n1,Bob\n2,Al,\n", "not a CSV with a header: .*Expected 2 fields in line 3, saw 3"),
        (b'id,name\n1,"Bob\n2,Al\n', "not a CSV with a header: .*EOF inside string"),
        (b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)), "not a CSV with a header"),
    ],
)
def test_what_is_no_table_is_an_error_that_names_the_file(read, content, message):
    with pytest.raises(ConfigError, match=rf"people\.csv: {message}"):
        read(content)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.csv: there is no such file"):
        read_text_table(tmp_path / "absent.csv")


def test_parquet_is_read_as_the_text_a_person_would_write(tmp_path):
    columns = {
        "id": [1, 2, None],
        "zip": ["02134", " ", None],
        "height": [1.5, 2.0, None],
        "born": [dt.date(1980, 5, 3), None, dt.date(1990, 1, 1)],
    }
    pd.DataFrame(columns, index=[4, 4, 7]).to_parquet(tmp_path / "people.parquet")

    table = read_text_table(tmp_path / "people.parquet")

    assert (table.encoding, table.delimiter) == (None, None)
    assert cells(table)[0][:4] == ["id", "zip", "height", "born"]
    assert [row[:4] for row in cells(table)[1:]] == [
        ["1", "02134", "1.5", "1980-05-03"],
        ["2", None, "2.0", None],
        [None, None, None, "1990-01-01"],
    ]
    assert list(table.rows.index) == [0, 1, 2]


def test_the_named_index_of_a_parquet_file_is_a_column(tmp_path):
    people = pd.DataFrame({"name": ["Bob"]}, index=pd.Index(["007"], name="id"))
    people.to_parquet(tmp_path / "people.parquet")
    assert read_text_table(tmp_path / "people.parquet").rows.to_dict("records") == [{"name": "Bob", "id": "007"}]


def test_a_csv_called_parquet_is_an_error(read):
    with pytest.raises(ConfigError, match=r"people\.parquet: not a Parquet file"):
        read("id,name\n1,Bob\n", "people.parquet")


def test_a_table_is_written_in_utf_8_with_unix_line_ends(tmp_path):
    write_table(pd.DataFrame({"id": ["007"], "name": ["张伟"]}), tmp_path / "new" / "out.csv")
    assert (tmp_path / "new" / "out.csv").read_bytes() == "id,name\n007,张伟\n".encode()
