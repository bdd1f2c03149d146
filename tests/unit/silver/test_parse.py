"""Text to columns by contract: a value that cannot be read breaks a rule of its own record, and nothing else."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

from cdp_lake.silver.parse import parsed
from tests.unit.silver.feeds import bronze, contract

PEOPLE = contract(
    [
        {"name": "id", "path": "Customer Id", "required": True},
        {"name": "born", "type": "date", "formats": ["yyyy-MM-dd", "dd/MM/yyyy"]},
        {"name": "spent", "type": "decimal"},
        {"name": "note"},
    ]
)
HEADER = ("Customer Id", "born", "spent", "note")


def rows(spark, *texts, headers=None, feed=PEOPLE, **how):
    """What becomes of each text, in order."""
    found = parsed(bronze(spark, *texts, **how), feed, headers or {HEADER: ["f1"]})
    return sorted(found.collect(), key=lambda row: row["_record_no"])


def test_values_are_typed_trimmed_and_null_when_empty(spark):
    ann, bo = rows(spark, ' 7 ,2001-02-03,1.50,"a, b"', "8,03/02/2001,,")
    assert (ann["id"], ann["born"], ann["spent"], ann["note"]) == ("7", date(2001, 2, 3), Decimal("1.5000"), "a, b")
    assert (bo["id"], bo["born"], bo["spent"], bo["note"]) == ("8", date(2001, 2, 3), None, None)
    assert ann["rules"] == bo["rules"] == []


def test_quotes_and_line_breaks_inside_a_field_are_part_of_it(spark):
    (row,) = rows(spark, '7,,,"she said ""hi""\nand left"')
    assert row["note"] == 'she said "hi"\nand left'


def test_every_value_that_cannot_be_read_is_named_and_the_text_is_kept(spark):
    good, bad = rows(spark, "7,2001-02-03,1,x", "8,2001-02-30,two,x")
    assert bad["rules"] == ["type:born", "type:spent"]
    assert bad["payload"] == "8,2001-02-30,two,x"
    assert good["payload"] is None


@pytest.mark.parametrize("text", ["7,2001-02-03", "7,2001-02-03,1,x,y"])
def test_a_record_with_too_few_or_too_many_fields_breaks_just_that_rule(spark, text):
    assert rows(spark, text)[0]["rules"] == ["wrong_column_count"]


def test_a_record_whose_end_is_doubtful_is_named_for_that(spark):
    assert rows(spark, '7,"open', error="open_quote")[0]["rules"] == ["open_quote"]


def test_each_file_is_read_by_its_own_header(spark):
    one = bronze(spark, "7,2001-02-03,1,x")
    other = bronze(spark, "y,8,red", file="f2")
    headers = {HEADER: ["f1"], ("note", "Customer Id", "colour"): ["f2"]}
    found = {r["_file_id"]: r for r in parsed(one.unionByName(other), PEOPLE, headers).collect()}
    assert (found["f1"]["id"], found["f1"]["note"]) == ("7", "x")
    assert (found["f2"]["id"], found["f2"]["note"], found["f2"]["born"]) == ("8", "y", None)
    assert found["f2"]["rules"] == []


def test_a_record_of_a_file_nobody_knows_the_header_of_is_set_aside(spark):
    assert rows(spark, "7,2001-02-03,1,x", headers={HEADER: ["f9"]})[0]["rules"] == ["wrong_column_count"]


RECEIPTS = contract(
    [
        {"name": "no", "path": "receipt.no", "required": True},
        {"name": "at", "type": "timestamp"},
        {
            "name": "lines",
            "type": "list",
            "required": True,
            "columns": [{"name": "sku", "required": True}, {"name": "price", "type": "decimal", "at_least": 0}],
        },
    ],
    kind="receipt",
    format="ndjson",
    time_zone="America/New_York",
)


def receipt(**changed: object) -> str:
    whole = {"receipt": {"no": "r1"}, "at": "2017-06-01T12:00:00", "lines": [{"sku": "a", "price": 2.5}]}
    return json.dumps(whole | changed)


def test_json_is_read_by_path_and_a_time_without_offset_is_in_the_sources_zone(spark):
    (row,) = rows(spark, receipt(), feed=RECEIPTS)
    assert (row["no"], row["at"]) == ("r1", datetime(2017, 6, 1, 16))
    assert [(line["sku"], line["price"]) for line in row["lines"]] == [("a", Decimal("2.5"))]


def test_a_time_with_an_offset_is_that_time(spark):
    (row,) = rows(spark, receipt(at="2017-06-01T12:00:00+02:00"), feed=RECEIPTS)
    assert row["at"] == datetime(2017, 6, 1, 10)


@pytest.mark.parametrize("text", ['{"receipt": {"no": "r1"}, ', "[]]", "receipt"])
def test_what_is_no_json_breaks_just_that_rule(spark, text):
    (row,) = rows(spark, text, feed=RECEIPTS)
    assert row["rules"] == ["invalid_json"]


def test_rules_of_list_items_are_named_with_their_list(spark):
    (row,) = rows(spark, receipt(lines=[{"sku": "a", "price": 1}, {"price": -1}]), feed=RECEIPTS)
    assert set(row["rules"]) == {"required:lines.sku", "at_least:lines.price"}
    (row,) = rows(spark, receipt(lines=[{"sku": "a", "price": "cheap"}]), feed=RECEIPTS)
    assert row["rules"] == ["type:lines.price"]
    (row,) = rows(spark, receipt(lines=[]), feed=RECEIPTS)
    assert row["rules"] == ["required:lines"]


def test_words_of_a_system_get_their_meaning_before_any_rule_sees_them(spark):
    words = {"0": "", "M": "male", "F": "female"}
    columns = [
        {"name": "id", "values": {"0": ""}, "required": True},
        {"name": "gender", "values": words, "one_of": ["male", "female"]},
        {"name": "what", "values": {"$identify": "identify", "*": "track"}},
    ]
    feed, headers = contract(columns), {("id", "gender", "what"): ["f1"]}
    one, two, three = rows(spark, "1,M,$identify", "0,x,Order Completed", "3,0,", feed=feed, headers=headers)
    assert (one["gender"], one["what"], one["rules"]) == ("male", "identify", [])
    assert (two["id"], two["what"], two["rules"]) == (None, "track", ["required:id", "one_of:gender"])
    assert (three["gender"], three["what"], three["rules"]) == (None, None, [])
