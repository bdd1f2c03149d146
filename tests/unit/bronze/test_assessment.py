"""What values, columns and files look like, told without saying what they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_lake.bronze.assessment import FileTally, ReadAs, judged, likely_delimiter, likely_format, looks_like_records
from cdp_lake.bronze.assessment.columns import ColumnTally
from cdp_lake.bronze.assessment.dates import date_format, settled
from cdp_lake.bronze.assessment.meanings import meaning_of, words_of
from cdp_lake.bronze.assessment.patterns import pattern, shape
from cdp_lake.bronze.assessment.types import likely_type
from cdp_lake.bronze.assessment.values import Looker
from cdp_lake.bronze.framing import frames

NAMESPACES = {"email", "phone", "crm_id", "loyalty_id", "user_id", "anonymous_id", "order_id"}


def tally(header, *values):
    found = ColumnTally(header, Looker())
    found.take(values)
    return found


def assessed(text, file_format="csv", delimiter=",", records=None):
    found = FileTally(frozenset(NAMESPACES))
    lines = [f"{line}\n" for line in text.strip().split("\n")]
    read = frames(lines, file_format, delimiter)
    if file_format == "csv":
        found.take_csv(read, lines[0].strip().split(delimiter), delimiter)
    else:
        found.take_json(read)
    return judged(found, ReadAs(file_format, "utf-8", "certain", delimiter), False, NAMESPACES)


def column(found, path):
    return next(c for c in found.columns if c.path == path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann.lee@example.org", "aaa.aaa@aaa.aaa"),
        ("+49 171 5551234", "+99 999 99999"),
        ("US", "aa"),
        ("2017-01-31", "9999-99-99"),
        ("王小明", "汉汉汉"),
        ("上海市静安区南京西路100号", "汉汉汉999汉"),
        ("------", "---"),
        ("Ärger\U0001f600", "aaa?"),
    ],
)
def test_a_pattern_shows_how_a_value_is_written(text, expected):
    assert pattern(shape(text)) == expected


@given(st.text(max_size=80))
def test_a_shape_is_as_long_as_its_text_and_holds_no_letter_or_digit_of_it(text):
    found = shape(text)
    assert len(found) == len(text)
    assert not {c for c in found if c.isalnum()} - set("a9汉")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-01-31", "yyyy-MM-dd"),
        ("2017/1/3", "yyyy/M/d"),
        ("20170131", "yyyyMMdd"),
        ("31/01/2017", "dd/MM/yyyy"),
        ("01/31/2017", "MM/dd/yyyy"),
        ("01/02/2017", "either:dd/MM/yyyy"),
        ("01.02.2017", "dd.MM.yyyy"),
        ("31/01/17", "dd/MM/yy"),
        ("2017年1月31日", "yyyy'年'M'月'dd'日'"),
        ("2017-01-31T10:00:00.123Z", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"),
        ("2017-01-31 10:00:00 -0500", "yyyy-MM-dd HH:mm:ss Z"),
        ("31/01/2017 10:00", "dd/MM/yyyy HH:mm"),
        ("01/31/2017 1:05 PM", "MM/dd/yyyy h:mm a"),
        ("1500000000", "epoch_seconds"),
        ("1500000000000", "epoch_millis"),
        ("2017-13-01", None),
        ("99999999", None),
        ("45/45/2017", None),
        ("hello", None),
    ],
)
def test_a_date_gives_the_pattern_that_spark_reads_it_with(text, expected):
    assert date_format(text, shape(text)) == expected


def test_one_day_above_twelve_settles_which_comes_first():
    assert settled({"either:dd/MM/yyyy": 8, "dd/MM/yyyy": 1}) == (["dd/MM/yyyy"], False)
    assert settled({"either:dd/MM/yyyy": 8, "MM/dd/yyyy": 1}) == (["MM/dd/yyyy"], False)
    assert settled({"either:dd/MM/yyyy": 8}) == (["dd/MM/yyyy"], True)
    assert settled({"either:dd/MM/yyyy": 8, "dd/MM/yyyy": 2, "MM/dd/yyyy": 1})[1] is True


def test_one_digit_reads_two_as_well():
    assert settled({"either:d/M/yyyy": 3, "dd/MM/yyyy": 2}) == (["d/M/yyyy"], False)


def test_one_digit_of_the_hour_reads_two_as_well():
    assert settled({"yyyy/M/d HH:mm": 3, "yyyy/M/d H:mm": 2}) == (["yyyy/M/d H:mm"], False)


def test_digits_are_a_date_only_where_the_column_means_one():
    compact = tally("x", "20170131", "20170201")
    assert likely_type(compact, is_text=False, is_time=True).formats == ("yyyyMMdd",)
    assert likely_type(compact, is_text=False, is_time=False).type == "integer"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("1", "2", "-3"), "integer"),
        (("1.5", "2", "1,234.50"), "decimal"),
        (("$1,234.50", "¥20"), "decimal"),
        (("true", "false"), "boolean"),
        (("007", "012"), "string"),
        (("1.234,50", "3,20"), "string"),
        (('{"a": 1}', "[1, 2]"), "json"),
        (("a", "b"), "string"),
        ((), "string"),
    ],
)
def test_a_type_is_what_nearly_all_values_are(values, expected):
    assert likely_type(tally("x", *values), is_text=False, is_time=False).type == expected


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("First Name", "Ann", "given_name"),
        ("billingZip", "10115", "postcode"),
        ("customer_phone", "+49 171 5551234", "phone"),
        ("手机号", "13912345678", "phone"),
        ("姓名", "王小明", "full_name"),
        ("会员号", "M0001", "loyalty_id"),
        ("traits.email", "a@b.org", "email"),
        ("contact", "a@b.org", "email"),
        ("name", "HL-1001", "order_id"),
        ("store_name", "Ann Lee", None),
        ("email", "13", None),
    ],
)
def test_a_meaning_needs_header_and_values_to_agree(header, value, expected):
    found = meaning_of(tally(header, value))
    assert (found.name if found else None) == expected


def test_headers_are_compared_word_by_word():
    assert words_of("Billing Zip") == words_of("billingZip") == words_of("billing.zip") == "billing_zip"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("a,b\n1,2\n", "csv"),
        ('{"a": 1}\n{"a": 2}\n', "ndjson"),
        ('{\n  "a": 1\n}\n', "json"),
        ('\ufeff [{"a": 1}]', "json"),
        ('{"a": 1}', "ndjson"),
    ],
)
def test_the_first_characters_tell_the_format(head, expected):
    assert likely_format(head) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a;b;c", "1,5;2,5;3", "1;2;3"], ";"),
        (["a\tb", "x, y\tz"], "\t"),
        (["a|b", "1|2"], "|"),
        (["a,b", '"x;y;z",2', '"two', 'lines",3'], ","),
        (["a", "1"], ","),
    ],
)
def test_the_delimiter_is_the_one_most_records_agree_on(lines, expected):
    assert likely_delimiter(lines)[0] == expected


def test_a_first_line_of_data_is_no_header():
    assert "field 2" in looks_like_records(["Ann", "ann@example.org"])
    assert looks_like_records(["1", "2017-01-01", "x"])
    assert looks_like_records(["id", "2016", "name"]) is None


def test_a_few_bad_ids_do_not_hide_a_key():
    rows = "\n".join(f"C{n},x{n % 3}" for n in range(60))
    found = assessed(f"customer_id,group\n{rows}\n,x1")
    assert found.key.columns == ("customer_id",)
    assert found.key.doubt == "1 record without it"


def test_two_columns_may_be_the_key_together():
    rows = "\n".join(f"S{store},P{product},{store * product}" for store in range(5) for product in range(6))
    found = assessed(f"store_id,product_id,units\n{rows}")
    assert found.key.columns == ("store_id", "product_id")
    assert "pair" in found.key.doubt


def test_a_file_without_a_key_says_so():
    rows = "\n".join(f"{n % 3},{n % 2},{n % 2}" for n in range(30))
    found = assessed(f"store_id,size,colour\n{rows}")
    assert found.key.columns == ()
    assert found.key.reason.startswith("none found")


def test_versions_of_one_key_are_told_apart_by_their_time():
    rows = "\n".join(f"C{n},n{n}@x.org,2017-0{v}-01T00:00:00Z" for n in range(12) for v in (1, 2))
    found = assessed(f"customer_id,email,updated_at\n{rows}")
    assert (found.key.columns, found.version) == (("customer_id",), "updated_at")
    assert "one record per version" in found.key.reason


def test_a_row_number_is_the_last_choice_of_a_key():
    rows = "\n".join(f"{n},M{n},王明" for n in range(30))
    assert assessed(f"序号,会员号,姓名\n{rows}").key.columns == ("loyalty_id",)
    lone = assessed("序号,姓名\n" + "\n".join(f"{n},王明" for n in range(30)))
    assert (lone.key.columns, lone.key.doubt[:12]) == (("row_no",), "a row number")


def test_whole_records_that_repeat_are_counted_and_spoil_no_key():
    found = assessed("customer_id,email\nC1,a@x.org\nC1,a@x.org\nC2,b@x.org")
    assert (found.repeated, found.key.columns) == (1, ("customer_id",))


def test_broken_records_are_those_that_landing_and_silver_set_aside():
    found = assessed('id,note\n1,fine\n2,"open\n3,too,wide\n4,fine')
    assert found.broken == {"open_quote": 1, "wrong_column_count": 1}
    assert column(found, "id").filled == 2


def test_a_path_that_is_now_a_value_now_an_object_is_one_column():
    found = assessed('{"id": "1", "a": "x"}\n{"id": "2", "a": {"b": 1}}', "ndjson")
    assert [c.path for c in found.columns] == ["id", "a"]
    assert any("sometimes an object" in remark for remark in found.remarks)


def test_objects_by_somebodys_number_are_not_opened():
    found = assessed('{"id": "1", "people": {"13912345678": {"n": 1}}}\n{"id": "2", "people": {}}', "ndjson")
    assert [(c.path, c.type) for c in found.columns] == [("id", "string"), ("people", "json")]


def test_a_list_of_plain_objects_has_columns_and_any_other_is_json():
    lines = '{"id": "1", "items": [{"sku": "a", "qty": 2}], "tags": ["x"], "deep": [{"a": {"b": 1}}]}\n'
    found = assessed(lines * 2, "ndjson")
    assert [(c.path, c.type) for c in found.columns[1:]] == [("items", "list"), ("tags", "json"), ("deep", "json")]
    assert [c.path for c in column(found, "items").columns] == ["sku", "qty"]


def test_one_value_on_many_records_is_pointed_out():
    rows = "\n".join(f"C{n},{'x@x.org' if n % 3 == 0 else f'u{n}@x.org'}" for n in range(60))
    found = assessed(f"customer_id,email\n{rows}")
    assert any("one value is on 33%" in remark for remark in column(found, "email").quality)


def test_placeholders_blanks_separators_and_masks_are_pointed_out():
    rows = "\n".join(
        f"C{n},{phone},{total}"
        for n, (phone, total) in enumerate(
            [("13800000000", '"1,200.50"'), (" 13912345678", "5.00"), ("139****5678", "6.00")]
        )
    )
    found = assessed(f"customer_id,phone,total\n{rows}")
    assert column(found, "phone").quality == (
        "1 placeholder value: 13800000000 (1)",
        "1 value with blanks before or after",
        "1 masked value: no evidence of who somebody is",
    )
    assert column(found, "total").quality == ("1 number with thousands separators",)


def test_points_in_the_header_of_a_csv_are_no_paths():
    found = assessed("id,geo,geo.country\n1,x,DE\n2,y,FR")
    assert [c.path for c in found.columns] == ["id", "geo", "geo.country"]


def test_personal_columns_of_a_list_are_tagged():
    found = assessed('{"id": "1", "contacts": [{"email": "a@x.org", "zip": "10115"}]}\n' * 2, "ndjson")
    assert [(c.path, c.pii) for c in column(found, "contacts").columns] == [("email", "email"), ("zip", "address")]


def test_whom_an_event_is_about_is_not_which_event_it_is():
    rows = "\n".join(f"view,u{n},2023-01-01T00:00:{n:02d}Z" for n in range(30))
    assert assessed(f"event_name,user_id,timestamp\n{rows}").key.doubt
