"""Telephone numbers: valid ones to hand out once each, and the many ways people write them."""

from __future__ import annotations

from cdp_lake.synthetic.chance import Rng, below, one_of
from cdp_lake.synthetic.words import CN_PREFIXES

PLACEHOLDER = "+8613800000000"
LOWEST_EXCHANGE, EXCHANGES = 200, 800
RESERVED_EXCHANGE = 555
LINES = 10_000
CN_DIGITS = 100_000_000


class PhoneBook:
    """Hands out valid E.164 numbers, none twice."""

    def __init__(self, rng: Rng) -> None:
        self._rng = rng
        self._given = {PLACEHOLDER}

    def draw(self, country: str, area_codes: tuple[str, ...]) -> str:
        """A new mobile number of the country; in the US with one of the area codes."""
        number = ""
        while not number or number in self._given:
            number = self._chinese() if country == "CN" else self._american(one_of(self._rng, area_codes))
        self._given.add(number)
        return number

    def _chinese(self) -> str:
        return f"+86{one_of(self._rng, CN_PREFIXES)}{below(self._rng, CN_DIGITS):08d}"

    def _american(self, area: str) -> str:
        exchange = LOWEST_EXCHANGE + below(self._rng, EXCHANGES)
        while exchange == RESERVED_EXCHANGE or exchange % 100 == 11:  # noqa: PLR2004  # service codes such as 911
            exchange = LOWEST_EXCHANGE + below(self._rng, EXCHANGES)
        return f"+1{area}{exchange}{below(self._rng, LINES):04d}"


def spelled(rng: Rng, e164: str, country: str) -> str:
    """The number as typed; the country code is left out only where the row's country implies it."""
    at_home = e164.startswith("+86") == (country == "CN")
    if e164.startswith("+86"):
        digits = e164[3:]
        forms = (
            f"+86{digits}",
            f"0086 {digits}",
            f"86-{digits[:3]}-{digits[3:7]}-{digits[7:]}",
            f"{digits[:3]} {digits[3:7]} {digits[7:]}",
            f"0{digits}",
        )
        return forms[below(rng, 5 if at_home else 3)]
    area, exchange, line = e164[2:5], e164[5:8], e164[8:]
    forms = (
        e164,
        f"+1 {area}-{exchange}-{line}",
        f"({area}) {exchange}-{line}",
        f"{area}-{exchange}-{line}",
        f"{area}.{exchange}.{line}",
    )
    return forms[below(rng, 5 if at_home else 2)]
