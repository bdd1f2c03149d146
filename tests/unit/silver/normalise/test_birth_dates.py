"""Birth dates: what people write is one date, or none when it is not plainly a date."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_lake.silver.normalise.birth_dates import birth_date, date_order

BORN = "1980-05-03"


@pytest.mark.parametrize(
    "text",
    [
        "1980-05-03", "1980/5/3", "1980 5 3", "1980.05.03", "19800503", "19800503.0", "1980年5月3日",
        "１９８０－０５－０３",
        "3 May 1980", "May 3, 1980", "3rd May 1980", "3-MAY-80", "may 3 80", "03may1980", "1980-May-03",
        "1980-05-03T00:00:00Z", "1980-05-03 00:00", " 1980-5-3 12:00:00 AM ",
    ],
)  # fmt: skip
def test_a_date_has_many_spellings_in_any_order(text):
    assert birth_date(text, "day first") == birth_date(text, "month first") == BORN


@pytest.mark.parametrize("text", ["03.05.1980", "3/5/1980", "03-05-80", "3/5/80 0:00"])
def test_the_order_tells_the_day_from_the_month(text):
    assert birth_date(text, "day first") == BORN
    assert birth_date(text, "month first") == "1980-03-05"


@pytest.mark.parametrize("text", ["13/05/1980", "05/13/1980", "1980-13-05"])
def test_what_the_order_makes_no_date_is_read_the_other_way_round(text):
    assert birth_date(text, "day first") == birth_date(text, "month first") == "1980-05-13"


@pytest.mark.parametrize(("year", "expected"), [("00", "2000"), ("30", "2030"), ("31", "1931"), ("99", "1999")])
def test_a_year_of_two_digits_is_of_the_century_near_to_us(year, expected):
    assert birth_date(f"1/2/{year}", "month first") == f"{expected}-01-02"


@pytest.mark.parametrize(
    "text",
    [
        None, "", "n/a", "1980", "May 1980", "1980-05", "30/02/1980", "0000-00-00", "1900-02-29", "315532800",
        "03/05/198", "5/3/12345", "1 foo 1980", "may 3", "1980-05-03-04",
    ],
)  # fmt: skip
def test_what_is_no_whole_date_is_null(text):
    assert birth_date(text, "day first") is None
    assert birth_date(text, "month first") is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["01/02/1980", "13/05/1980"], "day first"),
        (["01/02/1980", "05/13/1980"], "month first"),
        (["13/05/1980", "25.12.1990", "05/13/1980"], "day first"),
        (["13/05/1980", "05/13/1980"], "month first"),
        (["01/02/1980", "31/31/1980", "1980-25-12", "25 May 1980", None, ""], "month first"),
        ([], "month first"),
    ],
)
def test_a_column_tells_its_order_by_the_dates_that_can_be_read_one_way(values, expected):
    assert date_order(values) == expected


@settings(deadline=None)
@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d %b %Y", "%B %d, %Y", "%Y%m%d"]))
def test_a_date_written_out_is_read_back(day, pattern):
    text = day.strftime(pattern.replace("%Y", f"{day.year:04d}"))
    assert birth_date(text, "day first") == day.isoformat()


@settings(deadline=None)
@given(st.text("0123456789/-. :TmayJUN年月日²①", max_size=14))
def test_any_text_is_a_date_or_none(text):
    for value in (birth_date(text, "day first"), birth_date(text, "month first")):
        assert value is None or birth_date(value, "day first") == value
    date_order([text])
