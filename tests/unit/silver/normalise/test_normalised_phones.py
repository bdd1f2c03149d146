"""Phone numbers: every honest spelling gives one E.164 number, everything else gives none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from cdp_lake.silver.normalise.phones import e164, with_normalised_phones

CN_MOBILE = "+8613812345678"
US_NUMBER = "+12125550123"


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("+86 138 1234 5678", "CN"),
        ("0086-13812345678", "CN"),
        ("86 13812345678", "CN"),
        ("013812345678", "CN"),
        ("138-1234-5678", "CN"),
        ("(+86) 138 1234 5678", "US"),
        ("0086 138 1234 5678", "US"),
        ("011 86 138 1234 5678", "US"),
        ("+86 138 1234 5678", None),
        ("＋８６ １３８１２３４５６７８", "CN"),
        ("13812345678.0", "CN"),
        ("13812345678", " cn "),
    ],
)
def test_a_chinese_mobile_has_many_spellings_and_one_number(raw, region):
    assert e164(raw, region) == CN_MOBILE


@pytest.mark.parametrize(
    "raw",
    ["(212) 555-0123", "212.555.0123", "1 212 555 0123", "+1-212-555-0123", "212-555-0123 ext. 44", "2125550123x9"],
)
def test_an_american_number_has_many_spellings_and_one_number(raw):
    assert e164(raw, "US") == US_NUMBER


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("138****1234", "CN"),
        ("138xxxx5678", "CN"),
        ("212-555-XXXX", "US"),
        ("13812345678", "US"),
        ("13812345678", None),
        ("13812345678", "Narnia"),
        ("555-1234", "US"),
        ("1381234567", "CN"),
        ("000-000-0000", "US"),
        ("n/a", "US"),
        ("", "US"),
        (None, "US"),
    ],
)
def test_a_masked_foreign_or_broken_number_links_nobody(raw, region):
    assert e164(raw, region) is None


def test_a_landline_and_a_british_trunk_zero_are_read():
    assert e164("010-65551234", "CN") == "+861065551234"
    assert e164("+44 (0)20 7946 0958", "US") == "+442079460958"


@settings(deadline=None)
@given(st.text("0123456789+-() x.*０９", max_size=18), st.sampled_from(["US", "CN", "GB", None]))
def test_a_number_read_again_in_any_region_stays_itself(raw, region):
    number = e164(raw, region)
    if number is not None:
        assert {e164(number, other) for other in ("US", "CN", "GB", None)} == {number}


@settings(deadline=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_the_spellings_of_a_mobile_agree_whatever_the_number(mobile):
    spelt = [mobile, f"+86{mobile}", f"0086 {mobile}", f"86-{mobile}", f"0{mobile}"]
    assert len({e164(raw, "CN") for raw in spelt}) == 1


@pytest.mark.spark
def test_all_phone_columns_of_a_table_are_read_in_the_region_of_their_row(spark):
    rows = [(1, "13812345678", "010-65551234", "CN"), (2, "(212) 555-0123", None, "US"), (3, None, "13812345678", "US")]
    table = spark.createDataFrame(rows, "id INT, mobile STRING, home STRING, country STRING")

    numbers = with_normalised_phones(table, {"mobile": "mobile_e164", "home": "home_e164"}, F.col("country"))

    found = {row["id"]: (row["mobile_e164"], row["home_e164"]) for row in numbers.collect()}
    assert found == {1: (CN_MOBILE, "+861065551234"), 2: (US_NUMBER, None), 3: (None, None)}
