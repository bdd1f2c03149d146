"""What a column means: its header says so in English or Chinese, its values confirm it or say it alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from cdp_lake.bronze.assessment import values as v
from cdp_lake.bronze.assessment.columns import ColumnTally
from cdp_lake.config.header_words import HEADER_WORDS, OWNERS

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_MOSTLY, _OFTEN = 0.5, 0.3
_ID_ENDINGS = frozenset("id no nr num number key uuid guid sku upc ean barcode code name ref".split())
_ID_CHARACTERS = ("号", "编号", "编码", "id")
_NOT_IDS = frozenset(
    "given_name family_name full_name native_name email phone postcode street city state country currency language "
    "coupon_code product_name product_brand event_name event_type national_id locale gender".split()
)


@dataclass(frozen=True)
class Meaning:
    """What a column means, and what there is to doubt about it (`""`: header and values agree)."""

    name: str
    doubt: str = ""


def words_of(header: str) -> str:
    """A header in lower case with `_` between its words: `Billing Zip`, `billingZip` and `billing.zip` are one."""
    plain = unicodedata.normalize("NFKC", header)
    return _NO_WORD.sub("_", _CAMEL.sub("_", plain).lower()).strip("_")


def meaning_of(tally: ColumnTally) -> Meaning | None:
    """The meaning of a column that its values do not speak against; None when nothing is known."""
    named = _named(words_of(tally.path))
    for name in named:
        if tally.telling == 0:
            return Meaning(name, "no value to confirm it")
        confirm = _CONFIRMED.get(name)
        if confirm is None or confirm(tally):
            return Meaning(name)
    return _by_values(tally, named)


def is_id_like(tally: ColumnTally, meaning: Meaning | None) -> bool:
    """True when a header is that of an id: `lead_id`, `receipt_no`, 订单号."""
    if meaning and meaning.name in _NOT_IDS:
        return False
    words = words_of(tally.path)
    return (
        (meaning and meaning.name == "row_no") or words.split("_")[-1] in _ID_ENDINGS or words.endswith(_ID_CHARACTERS)
    )


def _named(words: str) -> tuple[str, ...]:
    """Meanings of a header, the likeliest first; words in front are passed over when they say whose it is."""
    parts = words.split("_")
    for start in range(len(parts)):
        if all(part in OWNERS or part.isdigit() for part in parts[:start]):
            found = _MEANINGS.get("_".join(parts[start:]))
            if found:
                return found
    for owner in OWNERS:
        if not owner.isascii() and words.startswith(owner) and words.removeprefix(owner) in _MEANINGS:
            return _MEANINGS[words.removeprefix(owner)]
    return ()


def _by_values(tally: ColumnTally, named: tuple[str, ...]) -> Meaning | None:
    found = next((name for name, looks in _TELLING_LOOKS if tally.share_looking(*looks) > _MOSTLY), None)
    if found is None:
        return None
    doubt = "its values look so, its header does not" if not named else f"the header says {named[0]}, its values do not"
    return Meaning(found, doubt)


def _looking(*looks: str, share: float = _MOSTLY) -> Callable[[ColumnTally], bool]:
    return lambda tally: tally.share_looking(*looks) > share


def _dated(tally: ColumnTally) -> bool:
    return sum(count for name, count in tally.types.items() if name.startswith(v.DATE)) > _MOSTLY * tally.telling


def _numeric(tally: ColumnTally) -> bool:
    return (
        tally.share_typed(v.INTEGER, v.DECIMAL, v.GROUPED, v.MONEY, v.COMMA_DECIMAL, v.LEADING_ZERO, v.BOOLEAN)
        + sum(count for name, count in tally.types.items() if name.startswith(v.DATE)) / max(1, tally.telling)
        > _MOSTLY
        or tally.share_looking(v.PHONE) > _MOSTLY
    )


def _wordy(tally: ColumnTally) -> bool:
    """Words rather than numbers or codes: what names of people, places and things look like."""
    with_digits = sum(count for form, count in tally.patterns.items() if "9" in form)
    return with_digits <= _OFTEN * tally.filled and not tally.share_looking(v.EMAIL, v.LINK) > _MOSTLY


def _no_dates(tally: ColumnTally) -> bool:
    return not _dated(tally) and not tally.share_looking(v.EMAIL) > _MOSTLY


def _coded(tally: ColumnTally) -> bool:
    """Ids are written in one word and hold digits."""
    with_digits = sum(count for form, count in tally.patterns.items() if "9" in form)
    return with_digits > _MOSTLY * tally.filled and not tally.share_looking(v.EMAIL) > _MOSTLY


def _listed(tally: ColumnTally) -> bool:
    return tally.share_typed(v.JSON) > _MOSTLY


_MEANINGS: dict[str, tuple[str, ...]] = {}
for _meaning, _headers in HEADER_WORDS.items():
    for _header in _headers.split():
        _MEANINGS[_header] = (*_MEANINGS.get(_header, ()), _meaning)

_NAMES = ("given_name", "family_name", "full_name", "native_name")
_TIMES = ("birth_date", "updated_at", "created_at", "date", "ordered_at", "paid_at", "occurred_at", "received_at")
_MORE_TIMES = ("sent_at", "original_at", "contacted_at", "redeemed_on", "decided_at")
_MONEY = ("amount", "unit_price", "quantity", "discount_amount", "line_discount_amount", "unit_cost_amount", "spend")
_IDS = ("order_id", "lead_id", "message_id", "line_no")
_CONFIRMED: dict[str, Callable[[ColumnTally], bool]] = {
    **dict.fromkeys((*_NAMES, "city", "country", "gender", "currency", "language"), _wordy),
    **dict.fromkeys((*_TIMES, *_MORE_TIMES), _dated),
    **dict.fromkeys((*_MONEY, "impression_count", "click_count"), _numeric),
    **dict.fromkeys(_IDS, _coded),
    **dict.fromkeys(("status", "event_name", "event_type", "channel", "street", "state"), _no_dates),
    "email": _looking(v.EMAIL, v.MASKED),
    "phone": _looking(v.PHONE, v.CN_MOBILE, v.MASKED, share=_OFTEN),
    "lines": _listed,
    "coupons": _listed,
}
_TELLING_LOOKS = (
    ("email", (v.EMAIL,)),
    ("phone", (v.CN_MOBILE,)),
    ("wechat_openid", (v.OPENID,)),
    ("national_id", (v.NATIONAL_ID,)),
)
