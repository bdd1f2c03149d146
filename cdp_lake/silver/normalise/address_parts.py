"""One line of address taken apart, as far as it tells: number, street, city, region, postcode."""

import re
from functools import lru_cache
from typing import NamedTuple

from cdp_lake.silver.normalise.places import COUNTRY_CODES, US_STATES
from cdp_lake.silver.normalise.text import folded

_STATES = "|".join(sorted({*US_STATES.values(), *(name.upper() for name in US_STATES)}, key=len, reverse=True))
_US_END = re.compile(rf"[\s,]+({_STATES})?[\s,]*(\d{{5}}(?:-?\d{{4}})?)?\s*$", re.IGNORECASE)
_CITY_STATES = {"SG", "HK", "MO"}
_COUNTRIES = "|".join(
    sorted(
        (n for n, code in COUNTRY_CODES.items() if code not in _CITY_STATES and n.upper() not in US_STATES.values()),
        key=len,
        reverse=True,
    )
)
# After a comma, a postcode in digits or a British one.
_COUNTRY_END = re.compile(
    rf"(?:,\s*|(?<=\d)\s+|(?<=\d[a-z]{{2}})\s+)(?:{_COUNTRIES}|u\.s\.(?:a\.)?|u\.k\.)[\s,.]*$", re.IGNORECASE
)
_UK_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2})\b", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<=\D)(\d{4,6})\s*(?:,|$)")
# Before the city, as on the Continent.
_CITY_POSTCODE = re.compile(r"(?<=,)\s*(\d{4,5})\s+(?=[^,\d]+$)")
_STREET_AND_CITY = 2
_UNIT = re.compile(r"(?:flat|unit|apt|apartment|suite|ste|room|floor)\b", re.IGNORECASE)
_CN_POSTCODE = re.compile(r"^(\d{6})(?!\d)|(?<!\d)(\d{6})$")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CN = re.compile(
    r"^(?:中国)?(?P<region>.{2,8}?(?:省|自治区|自治區|特别行政区))?(?P<city>.{2,8}?市)?(?P<district>.{1,8}?(?<![小社])[区區县縣])?(?P<street>.*)$"
)


class AddressParts(NamedTuple):
    """What one line of address tells."""

    street: str | None
    city: str | None
    region: str | None
    postcode: str | None


@lru_cache(maxsize=65_536)
def address_parts(line: str | None) -> AddressParts:
    """The parts of a line; the street is the first piece, after a flat or unit."""
    text = folded(line)
    if text is None:
        return AddressParts(None, None, None, None)
    return _chinese(text) if _HAN.search(text) else _western(text)


def _chinese(text: str) -> AddressParts:
    number = _CN_POSTCODE.search(text)
    postcode = number.group() if number else None
    found = _CN.match(_CN_POSTCODE.sub("", text).replace(" ", ""))
    if found is None:
        return AddressParts(text, None, None, postcode)
    city = found["city"]
    return AddressParts(found["street"] or None, city, found["region"] or city, postcode)


def _western(text: str) -> AddressParts:
    text = _COUNTRY_END.sub("", text)
    rest, region, postcode = text, None, None
    british = _UK_POSTCODE.search(text)
    american = _US_END.search(text)
    if british:
        rest, postcode = text[: british.start()] + text[british.end() :], british[1].replace(" ", "")
    elif american and american.group().strip(" ,"):
        rest, region, postcode = text[: american.start()], american[1], american[2]
    elif number := _POSTCODE.search(text) or _CITY_POSTCODE.search(text):
        rest, postcode = text[: number.start()] + text[number.end() :], number[1]
    pieces = [piece.strip() for piece in rest.split(",") if piece.strip()]
    if not pieces:
        return AddressParts(None, None, region, postcode)
    street = pieces[1] if len(pieces) > _STREET_AND_CITY and _UNIT.match(pieces[0]) else pieces[0]
    return AddressParts(street, pieces[-1] if len(pieces) > 1 else None, region, postcode)
