"""Records like those of FEBRL: persons with an address, a birth date, a number and a phone, and damaged copies of them.

FEBRL's generator makes up to five copies of an original, with at most two errors in a field; this does the same with
names by census weight: slips of the finger, letters and words lost, fields left out, fields exchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cdp_lake.synthetic.chance import Rng, below, one_of, stream
from cdp_lake.synthetic.households import Household, found_households
from cdp_lake.synthetic.names import english_name, family_name
from cdp_lake.synthetic.noise import typo
from cdp_lake.synthetic.phones import PhoneBook

FIELDS = {
    "given_name": "given_name",
    "surname": "family_name",
    "street_number": "house_number",
    "address_1": "street_address",
    "suburb": "city",
    "postcode": "postcode",
    "state": "region",
    "date_of_birth": "birth_date",
    "soc_sec_id": "national_id",
    "phone": "phone",
}
COPIES = {0: 0.35, 1: 0.25, 2: 0.15, 3: 0.12, 4: 0.08, 5: 0.05}
MOST_ERRORS, MOST_IN_A_FIELD = 5, 2
BIRTHDAYS, FIRST_BIRTHDAY = 29_000, np.datetime64("1930-01-01")
DIGITS = "0123456789"
EXCHANGED = (("given_name", "surname"), ("street_number", "address_1"), ("suburb", "address_1"))


@dataclass(frozen=True)
class FebrlLike:
    """Records (`rec_id` and the fields), in random order, and whose each one is."""

    records: pd.DataFrame
    truth: pd.DataFrame


def febrl_like(count: int, seed: int) -> FebrlLike:
    """`count` records of some 40 % as many people."""
    rng = stream(seed, "febrl-like")
    book = PhoneBook(rng)
    copies = rng.choice(list(COPIES), size=count, p=list(COPIES.values()))
    originals = int(np.searchsorted(np.cumsum(copies + 1), count)) + 1
    homes = iter([h for h in found_households(rng, np.ones(2 * originals, dtype=np.int64)) if h.country == "US"])
    rows: list[dict[str, str]] = []
    owners: list[int] = []
    for person, more in enumerate(copies[:originals].tolist()):
        original = _original(rng, book, next(homes))
        rows += [original, *(_damaged(rng, original) for _ in range(more))]
        owners += [person] * (more + 1)
    order = rng.permutation(count)
    names = [f"r{number:07d}" for number in range(count)]
    records = pd.DataFrame([rows[place] for place in order])
    records.insert(0, "rec_id", names)
    truth = pd.DataFrame({"record_id": names, "entity_id": [f"p{owners[place]}" for place in order]})
    return FebrlLike(records, truth)


def map_text() -> str:
    """The field map of such records."""
    return "\n".join(["record_id: rec_id", "fields:", *(f"  {name}: {kind}" for name, kind in FIELDS.items())]) + "\n"


def _original(rng: Rng, book: PhoneBook, home: Household) -> dict[str, str]:
    name = english_name(rng, "FM"[below(rng, 2)], family_name(rng, "en"))
    number, _, street = home.street.partition(" ")
    born = FIRST_BIRTHDAY + below(rng, BIRTHDAYS)
    return {
        "given_name": name.given.lower(),
        "surname": name.family.lower(),
        "street_number": number,
        "address_1": street.lower(),
        "suburb": home.city.lower(),
        "postcode": home.postcode,
        "state": home.region.lower(),
        "date_of_birth": str(born).replace("-", ""),
        "soc_sec_id": str(1_000_000 + below(rng, 9_000_000)),
        "phone": book.draw("US", home.area_codes).removeprefix("+1"),
    }


def _damaged(rng: Rng, original: dict[str, str]) -> dict[str, str]:
    """A copy with one to five errors, at most two in a field."""
    copy, spent = dict(original), dict.fromkeys(FIELDS, 0)
    for _ in range(1 + below(rng, MOST_ERRORS)):
        field = one_of(rng, list(FIELDS))
        if spent[field] < MOST_IN_A_FIELD:
            spent[field] += 1
            one_of(rng, _ERRORS)(rng, copy, field)
    return copy


def _slip(rng: Rng, copy: dict[str, str], field: str) -> None:
    text = copy[field]
    if text.isdigit():
        at = below(rng, len(text))
        copy[field] = text[:at] + one_of(rng, DIGITS) + text[at + 1 :]
    elif text:
        copy[field] = typo(rng, text)


def _left_out(rng: Rng, copy: dict[str, str], field: str) -> None:
    copy[field] = ""


def _word_lost(rng: Rng, copy: dict[str, str], field: str) -> None:
    words = copy[field].split()
    if len(words) > 1:
        words.pop(below(rng, len(words)))
        copy[field] = " ".join(words)
    else:
        _slip(rng, copy, field)


def _exchanged(rng: Rng, copy: dict[str, str], field: str) -> None:
    for one, other in EXCHANGED:
        if field in (one, other):
            copy[one], copy[other] = copy[other], copy[one]
            return
    _slip(rng, copy, field)


# Slips are the usual error.
_ERRORS: tuple[Callable[[Rng, dict[str, str], str], None], ...] = (
    *(_slip, _slip, _slip, _slip),
    *(_left_out, _word_lost, _exchanged),
)
