"""E-mail addresses: what we write to, and what we match on."""

from itertools import product

import pytest

from cdp_lake.silver.normalise.emails import canonical_email, normalised_email

# raw | normalised | canonical
CASES = [
    (" Ana.Lopez@Example.COM ", "ana.lopez@example.com", "ana.lopez@example.com"),
    ("Ana.Lopez+shop@gmail.com", "ana.lopez+shop@gmail.com", "analopez@gmail.com"),
    ("ana.lopez@googlemail.com", "ana.lopez@googlemail.com", "analopez@gmail.com"),
    ("ana.lopez+a+b@outlook.com", "ana.lopez+a+b@outlook.com", "ana.lopez@outlook.com"),
    ("ana+x@hotmail.com", "ana+x@hotmail.com", "ana@hotmail.com"),
    ("ana+x@icloud.com", "ana+x@icloud.com", "ana@icloud.com"),
    ("ana+x@company.com", "ana+x@company.com", "ana+x@company.com"),
    ("ａｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ana@example.com", "ana@example.com"),
    ("\u3000ana@qq.com\u200b", "ana@qq.com", "ana@qq.com"),
    ("mailto:ana@example.com", "ana@example.com", "ana@example.com"),
    ("Ana Lopez <ana@example.com>", "ana@example.com", "ana@example.com"),
    ("ana@example.com;", "ana@example.com", "ana@example.com"),
    ("o'neil@example.ie", "o'neil@example.ie", "o'neil@example.ie"),
    ("王伟@例子.公司", "王伟@例子.公司", "王伟@例子.公司"),
    ("+tag@gmail.com", "+tag@gmail.com", None),
    ("ana.+tag@outlook.com", "ana.+tag@outlook.com", None),
    ("a***@gmail.com", None, None),
    ("ana@localhost", None, None),
    ("ana@@example.com", None, None),
    ("ana lopez@example.com", None, None),
    ("ana..lopez@example.com", None, None),
    ("ana@-example.com", None, None),
    ("not an address", None, None),
    ("a" * 65 + "@example.com", None, None),
    ("", None, None),
    (None, None, None),
]


@pytest.mark.spark
def test_an_address_has_one_spelling_to_write_to(answers):
    assert answers(normalised_email, [(raw,) for raw, _, _ in CASES]) == [written for _, written, _ in CASES]


@pytest.mark.spark
def test_a_mailbox_has_one_key_to_match_on(answers):
    assert answers(canonical_email, [(raw,) for raw, _, _ in CASES]) == [key for _, _, key in CASES]


@pytest.mark.spark
def test_the_domains_that_drop_tags_are_a_setting(answers):
    [key] = answers(lambda raw: canonical_email(raw, tagged=("company.com",)), [("ana+x@company.com",)])
    assert key == "ana@company.com"


@pytest.mark.spark
def test_the_key_of_a_key_is_itself(answers):
    """Exhaustive over short local parts of a letter, a dot and a plus, at each kind of provider."""
    locals_ = ["".join(letters) for length in (1, 2, 3, 4) for letters in product("aB.+", repeat=length)]
    domains = ["gmail.com", "GoogleMail.com", "outlook.com", "example.org"]
    addresses = [(f"{local}@{domain}",) for local, domain in product(locals_, domains)]

    once = answers(canonical_email, addresses)

    assert 0 < once.count(None) < len(once)
    assert answers(canonical_email, [(key,) for key in once]) == once
