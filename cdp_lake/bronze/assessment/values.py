"""What one value could be: a type of the contract, and a look such as that of an e-mail address."""

from __future__ import annotations

import re
from typing import NamedTuple

from cdp_lake.bronze.assessment.dates import date_format, may_be_date
from cdp_lake.bronze.assessment.patterns import pattern, shape

INTEGER, DECIMAL, BOOLEAN, TEXT, JSON = "integer", "decimal", "boolean", "text", "json"
GROUPED, COMMA_DECIMAL, SCIENTIFIC, LEADING_ZERO, MONEY = (
    *("grouped", "comma_decimal", "scientific", "leading_zero", "money"),
)
DATE = "date:"
EMAIL, PHONE, CN_MOBILE, UUID = "email", "phone", "cn_mobile", "uuid"
OPENID, NATIONAL_ID, MASKED, NAME, LINK = "openid", "national_id", "masked", "name", "link"

# Spark's own cast reads these.
_BOOLEAN_WORDS = frozenset("true false yes no y n t f".split())
_LONGEST_BOOLEAN = 5
_NUMBERS = (
    (INTEGER, re.compile(r"[+-]?9{1,18}")),
    (DECIMAL, re.compile(r"[+-]?(?:9+\.9*|\.9+|9(?:\.9+)?a-9{1,3})")),
    (GROUPED, re.compile(r"[+-]?9{1,3}(?:,999)+(?:\.9+)?")),
    (COMMA_DECIMAL, re.compile(r"[+-]?(?:9{1,3}(?:\.999)+|9+),9+")),
    (MONEY, re.compile(r"[+-]?\$ ?(?:9+|9{1,3}(?:,999)+)(?:\.9+)?")),
    (SCIENTIFIC, re.compile(r"[+-]?9(?:[.,]9+)?a\+9{1,3}")),
)
_LOOKS = (
    (EMAIL, re.compile(r"[a9汉!#$%&'*+/=?^_`{|}~.-]+@[a9汉-]+(?:\.[a9汉-]+)*\.[a9汉]{2,}")),
    (LINK, re.compile(r"aaaaa?://.+")),
    (NATIONAL_ID, re.compile(r"9{17}[9a]")),
    (NAME, re.compile(r"(?:a[a'.-]*(?:,? a[a'.-]*){1,4}|汉{2,4})")),
)
_PHONE = re.compile(r"\+?\(?9[9 ().-]{5,18}9")
_UUID = re.compile(r"[a9]{8}-[a9]{4}-[a9]{4}-[a9]{4}-[a9]{12}")
_OPENID_LENGTH = 28
_PHONE_DIGITS = range(7, 16)
_MOBILE_DIGITS = 11
_SHAPES_KEPT = 50_000


class Look(NamedTuple):
    """A value without what it says: how it is written, its type, and what it looks like (`""`: nothing known)."""

    pattern: str
    type: str
    look: str


class _Shaped(NamedTuple):
    """What a shape alone tells, and whether the value itself has to be asked as well."""

    look: Look
    is_open: bool
    is_dated: bool


class Looker:
    """Looks at values; what the shape alone tells is worked out once per shape, for a bounded number of shapes."""

    def __init__(self) -> None:
        self._known: dict[str, _Shaped] = {}

    def look(self, text: str) -> Look:
        """How a trimmed, non-empty value looks."""
        form = shape(text)
        known = self._known.get(form)
        if known is None:
            if len(self._known) >= _SHAPES_KEPT:
                self._known.clear()
            known = self._known[form] = _by_shape(form)
        return _by_value(text, form, known) if known.is_open else known.look


def _by_shape(form: str) -> _Shaped:
    kind = next((name for name, rule in _NUMBERS if rule.fullmatch(form)), TEXT)
    look = next((name for name, rule in _LOOKS if rule.fullmatch(form)), "")
    if not look and _PHONE.fullmatch(form) and form.count("9") in _PHONE_DIGITS and kind != DECIMAL:
        look = PHONE
    if not look and _UUID.fullmatch(form):
        look = UUID
    if not look and "***" in form and ("9" in form or "a" in form):
        look = MASKED
    is_short_word = len(form) <= _LONGEST_BOOLEAN and set(form) == {"a"}
    is_bare = kind == INTEGER and form[0] == "9" and len(form) > 1
    is_id = len(form) == _OPENID_LENGTH and form[0] == "a"
    is_dated = may_be_date(form)
    is_open = is_short_word or is_bare or is_id or form[0] in "{[" or is_dated
    return _Shaped(Look(pattern(form), kind, look), is_open, is_dated)


def _by_value(text: str, form: str, known: _Shaped) -> Look:
    seen, kind, look = known.look, known.look.type, known.look.look
    if found := date_format(text, form) if known.is_dated else None:
        return Look(seen.pattern, DATE + found, look if kind == INTEGER else "")
    if len(text) <= _LONGEST_BOOLEAN and text.lower() in _BOOLEAN_WORDS:
        kind = BOOLEAN
    elif kind == INTEGER and text[0] == "0":
        kind = LEADING_ZERO
    elif text[0] in "{[" and text[-1] in "}]":
        kind = JSON
    if len(text) == _MOBILE_DIGITS and look == PHONE and text[0] == "1" and text[1] in "3456789":
        look = CN_MOBILE
    if len(text) == _OPENID_LENGTH and text[0] == "o" and not text.isdigit():
        look = OPENID
    return Look(seen.pattern, kind, look)
