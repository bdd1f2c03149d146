"""Organisations: one key for a name with and without its legal form, whatever its spelling."""

import pytest

from cdp_lake.silver.normalise.emails import is_of_a_role
from cdp_lake.silver.normalise.organisations import organisation_key

# raw | key
CASES = [
    ("Acme Inc.", "acme"),
    ("ACME, Incorporated", "acme"),
    ("The Acme Company, LLC", "acme"),
    ("Acme Co., Ltd.", "acme"),
    ("Acme S.A.", "acme"),
    ("Ａｃｍｅ GmbH", "acme"),
    ("Johnson & Johnson", "johnson johnson"),
    ("Johnson and Johnson Corp", "johnson johnson"),
    ("Macy's", "macys"),
    ("Macy’s, Inc", "macys"),
    ("Coca-Cola Bottling Co", "coca cola bottling"),
    ("Incyte Corporation", "incyte"),
    ("Cafe\u0301 Nero", "cafe\u0301 nero"),
    ("华为技术有限公司", "华为技术"),
    ("华为技术股份有限公司", "华为技术"),
    ("海尔集团", "海尔"),
    ("海尔（集团）股份有限公司", "海尔"),
    ("海尔集团有限责任公司", "海尔"),
    ("腾讯科技（深圳）有限公司", "腾讯科技 深圳"),
    ("The Company", "the company"),
    ("有限公司", "有限公司"),
    (" . ", None),
    ("", None),
    (None, None),
]
ROLES = [
    ("info@acme.com", True),
    ("no-reply@acme.com", True),
    ("sales@acme.com", True),
    ("customer-service@acme.com", True),
    ("enquiries@acme.com", True),
    ("information@acme.com", False),
    ("orders.anna@acme.com", False),
    ("annapress@acme.com", False),
    ("ana@info.com", False),
    (None, None),
]


@pytest.mark.spark
def test_an_organisation_has_one_key_without_its_legal_form(answers):
    assert answers(organisation_key, [(raw,) for raw, _ in CASES]) == [key for _, key in CASES]


@pytest.mark.spark
def test_a_mailbox_of_a_role_is_told_from_a_persons(answers):
    assert answers(is_of_a_role, [(address,) for address, _ in ROLES]) == [role for _, role in ROLES]
