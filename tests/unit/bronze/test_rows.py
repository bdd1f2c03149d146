"""A row of a typed file reads like the JSON another system would have sent."""

import json
from datetime import date, datetime, time, timezone
from decimal import Decimal

import pytest

from cdp_lake.bronze import row_frame


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("李娜", "李娜"),
        (13800138000.0, 13800138000),
        (1.5, 1.5),
        (float("nan"), None),
        (float("inf"), None),
        (1e300, 1e300),
        (True, True),
        (None, None),
        (Decimal("12.340"), "12.340"),
        (date(2024, 2, 29), "2024-02-29"),
        (time(9, 5), "09:05:00"),
        (datetime(2024, 2, 29, 9, 5), "2024-02-29T09:05:00"),
        (datetime(2024, 2, 29, 9, 5, tzinfo=timezone.utc), "2024-02-29T09:05:00+00:00"),
        (b"\x00\xff", "AP8="),
        ({"a": [1.0, {"b": Decimal("2")}]}, {"a": [1, {"b": "2"}]}),
        ([("key", 3.0)], [["key", 3]]),
    ],
)
def test_a_value_becomes_what_json_has_for_it(cell, told):
    assert json.loads(row_frame(1, {"x": cell}).text) == {"x": told}


def test_columns_keep_the_order_of_the_file_and_hanzi_stay_readable():
    assert row_frame(7, {"z": "王", "a": 1}) == (7, '{"z": "王", "a": 1}', None)
