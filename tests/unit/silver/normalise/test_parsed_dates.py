"""Dates and times: the contract's formats in order, its zone where the text has none, never an exception."""

from datetime import date, datetime

import pytest
from pyspark.sql import functions as F

from cdp_lake.silver.normalise.dates import parsed_date, parsed_timestamp

pytestmark = pytest.mark.spark


def test_the_first_format_that_fits_reads_the_date(answers):
    cases = {
        "2017-02-28": date(2017, 2, 28),
        " ２０１７-02-28 ": date(2017, 2, 28),
        "2/3/2017": date(2017, 2, 3),
        "13/3/2017": date(2017, 3, 13),
        "2017年2月3日": date(2017, 2, 3),
        "2017-02-30": None,
        "2017-02-28T10:00": None,
        "soon": None,
        "": None,
        None: None,
    }
    formats = ["yyyy-MM-dd", "M/d/yyyy", "d/M/yyyy", "yyyy'年'M'月'd'日'"]
    assert answers(lambda raw: parsed_date(raw, formats), [(raw,) for raw in cases]) == list(cases.values())


def test_a_time_without_a_zone_is_in_the_zone_of_the_contract(answers):
    cases = {
        "2017-07-01 08:00:00": "2017-07-01 00:00:00",
        "2017-07-01T08:00:00Z": "2017-07-01 08:00:00",
        "2017-07-01T08:00:00-05:00": "2017-07-01 13:00:00",
        "2017-07-01T08:00:00": "2017-07-01 00:00:00",
        "2017-07-01": "2017-06-30 16:00:00",
        "1498867200": "2017-07-01 00:00:00",
        "2017-13-01 08:00:00": None,
        "99999999999999999999999999999": None,
        None: None,
    }
    formats = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss[XXX]", "yyyy-MM-dd", "epoch_seconds"]

    def fn(raw):
        return F.date_format(parsed_timestamp(raw, formats, "Asia/Shanghai"), "yyyy-MM-dd HH:mm:ss")

    assert answers(fn, [(raw,) for raw in cases]) == list(cases.values())


def test_the_zone_may_differ_by_row_and_follows_summer_time(answers):
    rows = [
        ("2017-01-01 12:00", "America/New_York"),
        ("2017-07-01 12:00", "America/New_York"),
        ("2017-07-01 12:00", "UTC"),
    ]

    def hour(raw, zone):
        return F.hour(parsed_timestamp(raw, ["yyyy-MM-dd HH:mm"], zone))

    assert answers(hour, rows) == [17, 16, 12]


def test_milliseconds_since_the_epoch_keep_their_milliseconds(answers):
    def fn(raw):
        return F.date_format(parsed_timestamp(raw, ["epoch_millis"], "UTC"), "yyyy-MM-dd HH:mm:ss.SSS")

    rows = [("1498867200123",), ("-1",), ("99999999999999999",)]
    assert answers(fn, rows) == [f"{datetime(2017, 7, 1):%Y-%m-%d %H:%M:%S}.123", None, None]


def test_microseconds_since_the_epoch_keep_their_microseconds(answers):
    def fn(raw):
        return F.date_format(parsed_timestamp(raw, ["epoch_micros"], "UTC"), "yyyy-MM-dd HH:mm:ss.SSSSSS")

    assert answers(fn, [("1498867200123456",), ("-1",)]) == ["2017-07-01 00:00:00.123456", None]


def test_days_since_the_epoch_are_dates_before_it_too(answers):
    def fn(raw):
        return F.date_format(parsed_date(raw, ["epoch_days"]), "yyyy-MM-dd")

    assert answers(fn, [("7305",), ("-1",), ("99999999",), ("2024-01-01",)]) == ["1990-01-01", "1969-12-31", None, None]
