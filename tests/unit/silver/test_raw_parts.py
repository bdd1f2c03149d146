"""Raw parts: the columns of a table by what they mean, several of a kind brought together."""

import pandas as pd
import pytest

from cdp_lake.silver.raw_parts import date_orders, phone_region, raw_parts


def table(**columns):
    return pd.DataFrame(columns, dtype=object)


def parts(rows, **fields):
    found = raw_parts(rows, fields)
    return found.astype(object).where(found.notna(), None).to_dict("list")


def test_columns_are_called_by_what_they_mean_and_records_are_numbered():
    rows = table(a=["Bob", None], b=["Smith", "Lee"], c=["1 Oak", None], d=["Acme", None], unused=["x", "y"])
    assert parts(rows, a="given_name", b="family_name", c="street_address", d="org_name") == {
        "record": [0, 1],
        "raw_given": ["Bob", None],
        "raw_family": ["Smith", "Lee"],
        "raw_street": ["1 Oak", None],
        "raw_organisation": ["Acme", None],
    }


@pytest.mark.parametrize("kind", ["given_name", "family_name", "full_name"])
def test_further_columns_of_a_name_are_further_words(kind):
    rows = table(a=["Mary", None, "Ann", None], b=["Jane", "Sue", None, None], c=["Q", None, None, None])
    _, words = parts(rows, a=kind, b=kind, c=kind).values()
    assert words == ["Mary Jane Q", "Sue", "Ann", None]


@pytest.mark.parametrize("kind", ["street_address", "occupation", "text", "code", "date_any", "national_id"])
def test_further_columns_of_what_may_repeat_stand_beside_the_first(kind):
    part = {"street_address": "street", "date_any": "date"}.get(kind, kind)
    found = parts(table(a=["x", None], b=["y", None], c=["z", "w"]), a=kind, b=kind, c=kind)
    assert found == {
        "record": [0, 1],
        f"raw_{part}": ["x", None],
        f"raw_{part}_2": ["y", None],
        f"raw_{part}_3": ["z", "w"],
    }


@pytest.mark.parametrize("kind", ["email", "phone", "birth_date", "native_name", "city"])
def test_further_columns_of_all_else_fill_the_gaps(kind):
    _, values = parts(table(a=["x", None, None], b=["y", "z", None]), a=kind, b=kind).values()
    assert values == ["x", "z", None]


def test_columns_that_are_empty_throughout_are_null():
    rows = table(a=[None, None], b=[None, None])
    assert parts(rows, a="given_name", b="given_name") == {"record": [0, 1], "raw_given": [None, None]}


def test_each_date_column_has_an_order_of_its_own():
    raw = pd.DataFrame(
        {
            "record": [0, 1],
            "raw_birth_date": ["13/05/1980", None],
            "raw_date": ["05/13/1980", "01/02/2000"],
            "raw_date_2": [None, None],
            "raw_text": ["13/05/1980", None],
        }
    )
    assert date_orders(raw) == {"birth_date": "day first", "date": "month first", "date_2": "month first"}


@pytest.mark.parametrize(
    ("numbers", "region"),
    [
        (["212-555-0123", "(617) 555-0199", None, "138****1234"], "US"),
        (["13812345678", "138-1234-5679", "212-555-0123"], "CN"),
        (["020 7946 0958", "07911 123456"], "GB"),
        (["n/a", None], "US"),
        ([None, None], "US"),
    ],
)
def test_numbers_are_of_the_region_that_understands_most(numbers, region):
    assert phone_region(pd.DataFrame({"raw_phone": pd.Series(numbers, dtype=object)})) == region


def test_a_table_without_phones_has_a_region_nevertheless():
    assert phone_region(pd.DataFrame({"record": [0]})) == "US"
