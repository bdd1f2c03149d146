"""Values set by the columns of a contract are what the parser reads then, and nothing else is read otherwise."""

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from cdp_lake.errors import ConfigError
from cdp_lake.silver.corrections.edits import edited, editor, new_values, record_text, text_in, whole
from cdp_lake.silver.parse import parsed
from tests.unit.silver.feeds import bronze, contract

COLUMNS = [
    {"name": "id", "path": "Customer Id"},
    {"name": "born", "type": "date"},
    {"name": "spent", "type": "decimal"},
    {"name": "note"},
]
PEOPLE = contract(COLUMNS)
HEADER = ["Customer Id", "born", "spent", "note"]
RECEIPTS = contract(
    [
        {"name": "no", "path": "receipt.no"},
        {"name": "spent", "path": "receipt.total.spent", "type": "decimal"},
        {"name": "is_paid", "type": "boolean"},
        {"name": "note"},
        {"name": "lines", "type": "list", "columns": [{"name": "sku"}]},
    ],
    kind="receipt",
    format="ndjson",
)
# No shrinking: each try is a run of Spark, and one try holds many records.
SPARK = settings(
    max_examples=2, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
# Univocity reads a carriage return as a line feed; a value of ours never has one that bronze did not have.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",; \n\\'), max_size=9)


@pytest.mark.parametrize(
    ("feed", "values", "hint"),
    [
        (PEOPLE, {"borne": "x"}, "Did you mean 'born'?"),
        (PEOPLE, {"note": "a\0b"}, "no text"),
        (PEOPLE, {"note": "a\udcff"}, "no text"),
        (RECEIPTS, {"lines": "[1"}, "write its value as JSON"),
        (RECEIPTS, {"lines": '{"sku": 1}'}, "write its value as JSON"),
    ],
)
def test_what_can_be_no_value_is_refused_before_anything_is_read(feed, values, hint):
    with pytest.raises(ConfigError) as refusal:
        new_values(feed, values)
    assert hint in str(refusal.value)


def test_every_unknown_column_is_named_at_once():
    with pytest.raises(ConfigError) as refusal:
        new_values(PEOPLE, {"borne": "x", "spend": "1"})
    assert all(word in str(refusal.value) for word in ("'borne'", "'spend'"))


def test_json_values_are_numbers_and_truth_where_the_column_is_one():
    values = {"no": "7", "spent": "1.50", "is_paid": "true", "note": "", "lines": '[{"sku": "a"}]'}
    written = {value.column: value.written for value in new_values(RECEIPTS, values)}
    assert written == {"no": '"7"', "spent": "1.50", "is_paid": "true", "note": "null", "lines": '[{"sku": "a"}]'}
    assert new_values(RECEIPTS, {"spent": "(1,50)"})[0].written == '"(1,50)"'


def test_a_record_is_told_from_the_bytes_somebody_wrote():
    assert record_text("\ufeff7,李娜\n".encode(), "gbk") == "7,李娜"
    assert record_text("7,李娜\r\n".encode("gbk"), "gbk") == "7,李娜"
    with pytest.raises(ConfigError, match="nor in ascii"):
        record_text(b"\xff", "ascii")


def test_what_a_record_says_in_a_column():
    record = '{"receipt": {"no": "r1", "total": {"spent": 1.10}}}'
    said = {column.name: text_in(record, [], column, RECEIPTS) for column in RECEIPTS.columns}
    assert said == {"no": "r1", "spent": "1.10", "is_paid": None, "note": None, "lines": None}


@pytest.mark.spark
def test_records_are_edited_where_they_are_and_those_that_cannot_be_say_why(spark):
    rows = [("7,2001-02-03,1,x", HEADER), ("7,2001-02-03", HEADER), ("7,x", ["Customer Id", "colour"])]
    frame = spark.createDataFrame(rows, "payload STRING, header ARRAY<STRING>")
    new = edited(PEOPLE, new_values(PEOPLE, {"note": "y, z", "spent": ""}))
    found = [tuple(row["n"]) for row in frame.select(new(F.col("payload"), F.col("header")).alias("n")).collect()]
    assert found == [('7,2001-02-03,,"y, z"', None), (None, "unreadable"), (None, "no_column")]


@pytest.mark.spark
def test_a_record_can_be_written_anew(spark):
    frame = bronze(spark, "old").select(whole("li.na@example.cn")(F.col("payload"), F.col("_file_id")).alias("n"))
    assert frame.first()["n"].asDict() == {"payload": "li.na@example.cn", "problem": None}


@pytest.mark.spark
def test_no_query_holds_what_a_record_should_have_said(spark, capsys):
    new = edited(PEOPLE, new_values(PEOPLE, {"note": "li.na@example.cn"}))
    for column in (
        new(F.col("payload"), F.col("_file_id")),
        whole("li.na@example.cn")(F.col("payload"), F.col("_file_id")),
    ):
        bronze(spark, "old").select(column.alias("n")).explain("extended")
    assert "li.na" not in capsys.readouterr().out


@pytest.mark.spark
@SPARK
@given(st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), min_size=40, max_size=60))
def test_a_cell_that_was_set_is_parsed_as_such_and_its_neighbours_as_before(spark, records):
    rows = [(_csv_line([row[0], "2001-02-03", row[1], row[2]]), row[3]) for row in records]
    before = _parsed(spark, PEOPLE, [line for line, _ in rows], HEADER)
    after = _parsed(spark, PEOPLE, _edited(PEOPLE, rows, "note", HEADER), HEADER)
    assert [row["note"] for row in after] == [text.strip(" ") or None for _, text in rows]
    others = ("id", "born", "spent")
    assert [[row[name] for name in others] for row in after] == [[row[name] for name in others] for row in before]


@pytest.mark.spark
@SPARK
@given(st.lists(st.tuples(TEXT, st.integers(), TEXT), min_size=40, max_size=60))
def test_a_nested_value_that_was_set_is_parsed_as_such_and_all_others_as_before(spark, records):
    rows = [(json.dumps({"receipt": {"no": no, "total": {"spent": n % 10**9}}, "note": no}), t) for no, n, t in records]
    before = _parsed(spark, RECEIPTS, [line for line, _ in rows])
    after = _parsed(spark, RECEIPTS, _edited(RECEIPTS, rows, "no"))
    assert [row["no"] for row in after] == [text.strip(" ") or None for _, text in rows]
    others = ("spent", "is_paid", "note", "lines")
    assert [[row[name] for name in others] for row in after] == [[row[name] for name in others] for row in before]


def _csv_line(row: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row)
    return out.getvalue()


def _edited(feed, rows, column, header=None):
    """Each record with its own new value."""
    return [editor(feed, new_values(feed, {column: text}))(line, header).payload for line, text in rows]


def _parsed(spark, feed, texts, header=()):
    return sorted(parsed(bronze(spark, *texts), feed, {tuple(header): ["f1"]}).collect(), key=lambda r: r["_record_no"])
