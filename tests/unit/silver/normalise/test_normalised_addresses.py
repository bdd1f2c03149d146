"""Addresses: one spelling per street, place and country, and one key per building."""

import pytest

from cdp_lake.silver.normalise.addresses import (
    address_key,
    country_code,
    normalised_city,
    normalised_postcode,
    normalised_region,
    normalised_street,
)

pytestmark = pytest.mark.spark


def check(answers, fn, cases):
    assert answers(fn, [case[:-1] for case in cases]) == [case[-1] for case in cases]


def test_a_street_line_has_one_spelling(answers):
    check(answers, normalised_street, [
        ("123 North Main Street, Apartment 4B", "123 n main st unit 4b"),
        ("123 N. MAIN ST #4b", "123 n main st unit 4b"),
        ("45 Fifth  Avenue", "45 5th ave"),
        ("9 O'Connell Rd.", "9 oconnell rd"),
        ("建国路 88 号", "建国路88号"),
        ("１２ High Road", "12 high rd"),
        (" , ", None),
        (None, None),
    ])  # fmt: skip


def test_a_postcode_survives_spreadsheets_and_plus_four(answers):
    check(answers, normalised_postcode, [
        ("02139-4307", "US", "02139"),
        ("2139", "US", "02139"),
        ("90210.0", "US", "90210"),
        ("021394307", "US", "02139"),
        ("9021", "CN", "9021"),
        ("sw1a 1aa", "GB", "SW1A1AA"),
        ("100 000", "CN", "100000"),
        ("00000", "US", None),
        ("unknown!", "US", None),
        ("sw1a 1aa", None, "SW1A1AA"),
    ])  # fmt: skip


def test_places_lose_their_rank_and_get_one_name(answers):
    check(answers, normalised_region, [
        ("California", "CA"),
        ("ca", "CA"),
        ("New York", "NY"),
        ("广东省", "guangdong"),
        ("廣東", "guangdong"),
        ("Guangdong", "guangdong"),
        ("广西壮族自治区", "guangxi"),
        ("新疆维吾尔自治区", "xinjiang"),
        ("北京市", "beijing"),
        ("Bavaria", "bavaria"),
        ("", None),
    ])  # fmt: skip
    check(answers, normalised_city, [
        ("北京市", "北京"), ("沙市区", "沙市"), ("沙市", "沙市"), ("朝阳区", "朝阳"), ("St. Louis", "st louis"),
        ("-", None),
    ])  # fmt: skip


def test_a_country_has_one_code(answers):
    check(answers, country_code, [
        ("USA", "US"), ("U.S.A.", "US"), ("United States", "US"), ("us", "US"), ("中国", "CN"), ("P.R. China", "CN"),
        ("UK", "GB"), ("nl", "NL"), ("Atlantis", None), (None, None),
    ])  # fmt: skip


def test_one_building_has_one_key(answers):
    def key(street, postcode):
        return address_key(normalised_street(street), postcode)

    check(answers, key, [
        ("123 North Main Street Apt 4", "90210", "123 main 90210"),
        ("123 N. Main St.", "90210", "123 main 90210"),
        ("123 N. Main St. #7", "90210", "123 main 90210"),
        ("45 Fifth Ave", "10001", "45 5th 10001"),
        ("Hauptstr. 12", "10115", "12 hauptstr 10115"),
        ("北京市朝阳区建国路88号", "100022", "88 建国路 100022"),
        ("建国路88号3单元501室", "100022", "88 建国路 100022"),
        ("Main Street", "90210", None),
        ("123 Main St", None, None),
        (None, "90210", None),
    ])  # fmt: skip
