"""One line of address taken apart, as far as it tells: number, street, city, region, postcode."""

import re
from functools import lru_cache
from typing import NamedTuple

from cdp_lake.silver.normalise.places import US_STATES
from cdp_lake.silver.normalise.text import folded

_STATES = "|".join(sorted({*US_STATES.values(), *(name.upper() for name in US_STATES)}, key=len, reverse=True))
_US_END = re.compile(rf"[\s,]+({_STATES})?[\s,]*(\d{{5}}(?:-?\d{{4}})?)?\s*$", re.IGNORECASE)
_UK_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2})\b", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<=\D)(\d{4,6})\s*(?:,|$)")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CN = re.compile(
    r"^(?:中国)?(?P<region>.{2,8}?(?:省|自治区|自治區|特别行政区))?(?P<city>.{2,8}?市)?(?P<district>.{1,8}?[区區县縣])?(?P<street>.*)$"
)


class AddressParts(NamedTuple):
    """What one line of address tells."""

    street: str | None
    city: str | None
    region: str | None
    postcode: str | None


@lru_cache(maxsize=65_536)
def address_parts(line: str | None) -> AddressParts:
    """The parts of a line; the street is all that no other part claims."""
    text = folded(line)
    if text is None:
        return AddressParts(None, None, None, None)
    return _chinese(text) if _HAN.search(text) else _western(text)


def _chinese(text: str) -> AddressParts:
    found = _CN.match(text.replace(" ", ""))
    if found is None:
        return AddressParts(text, None, None, None)
    city = found["city"]
    return AddressParts(found["street"] or None, city, found["region"] or city, None)


def _western(text: str) -> AddressParts:
    rest, region, postcode = text, None, None
    british = _UK_POSTCODE.search(text)
    american = _US_END.search(text)
    if british:
        rest, postcode = text[: british.start()] + text[british.end() :], british[1].replace(" ", "")
    elif american and american.group().strip(" ,"):
        rest, region, postcode = text[: american.start()], american[1], american[2]
    elif number := _POSTCODE.search(text):
        rest, postcode = text[: number.start()] + text[number.end() :], number[1]
    pieces = [piece.strip() for piece in rest.split(",") if piece.strip()]
    if not pieces:
        return AddressParts(None, None, region, postcode)
    return AddressParts(pieces[0], pieces[-1] if len(pieces) > 1 else None, region, postcode)
