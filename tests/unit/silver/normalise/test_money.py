"""Money: exact decimals out of what ledgers and tills write."""

from decimal import Decimal

import pytest

from cdp_lake.silver.normalise.money import amount, currency_code
from cdp_lake.silver.normalise.text import folded, folded_text

pytestmark = pytest.mark.spark


def test_an_amount_is_an_exact_decimal(answers):
    cases = {
        "1234.5": "1234.5000",
        "1,234.50": "1234.5000",
        "1,23,456.00": "123456.0000",
        "$1,234.50": "1234.5000",
        "US$ 12": "12.0000",
        "12.50 USD": "12.5000",
        "￥１，２３４．５": "1234.5000",
        "88元": "88.0000",
        "RMB 88": "88.0000",
        "-3.20": "-3.2000",
        "−3.20": "-3.2000",
        "(3.20)": "-3.2000",
        "$(3.20)": "-3.2000",
        "3.20-": "-3.2000",
        ".5": "0.5000",
        "1.23456": "1.2346",
        "12,50": None,
        "1e3": None,
        "--3": None,
        "free": None,
        "99999999999999999999": None,
        "": None,
        None: None,
    }
    expected = [text and Decimal(text) for text in cases.values()]
    assert answers(amount, [(raw,) for raw in cases]) == expected


def test_a_currency_is_a_known_code(answers):
    cases = {" usd": "USD", "CNY": "CNY", "rmb": "CNY", "ＥＵＲ": "EUR", "XXX": None, "$": None, "": None, None: None}
    assert answers(currency_code, [(raw,) for raw in cases]) == list(cases.values())


def test_text_is_folded_alike_in_spark_and_in_python(answers):
    texts = [" a  b ", "ＡＢｃ１！", "\u3000全角\u3000空格\u3000", "a\u00a0\u200bb\tc\n", "\ufeff", "", None]
    expected = ["a b", "ABc1!", "全角 空格", "a b c", None, None, None]
    assert answers(folded_text, [(text,) for text in texts]) == expected
    assert [folded(text) for text in texts] == expected
