"""How true values get written down differently: one function per kind of value, one table of rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cdp_lake.synthetic.chance import Rng, below, one_of
from cdp_lake.synthetic.households import Household
from cdp_lake.synthetic.names import FullName, traditional
from cdp_lake.synthetic.words import NICKNAMES, STREET_SUFFIXES

NEIGHBOURS = {
    a: near for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for a, near in zip(row, (row[1:] + row[-2]), strict=True)
}
TAGGED_DOMAINS = ("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "icloud.com")
WRITTEN_TAGGED = ("gmail.com", "outlook.com")
SHORTEST_TYPO = 4
LAST_MONTH = 12


@dataclass(frozen=True)
class NoiseRates:
    """How often each distortion happens, per record written."""

    nickname: float = 0.24
    name_typo: float = 0.07
    swapped: float = 0.06
    hanzi: float = 0.36
    traditional: float = 0.12
    english: float = 0.18
    middle_initial: float = 0.05
    plus_tag: float = 0.06
    upper_email: float = 0.07
    email_typo: float = 0.008
    phone_typo: float = 0.006
    missing_email: float = 0.06
    missing_phone: float = 0.08
    missing_card: float = 0.08
    missing_birth_date: float = 0.06
    day_month_swap: float = 0.012
    slash_date: float = 0.12
    street_short: float = 0.35
    street_latin: float = 0.25
    blank_name: float = 0.06
    native_name: float = 0.72


class WrittenName(NamedTuple):
    """A name as one system holds it: two parts, and the whole as people write it."""

    first: str
    last: str
    full: str


def written_name(rng: Rng, name: FullName, rates: NoiseRates, hanzi: float = 1.0) -> WrittenName:
    """The name as typed into one system; `hanzi` scales how welcome Chinese script is there."""
    if name.native and rng.random() < rates.hanzi * hanzi:
        return hanzi_name(rng, name, rates)
    first = _first(rng, name, rates)
    last = name.family
    if rng.random() < rates.name_typo:
        first, last = (typo(rng, first), last) if rng.random() < rates.hanzi else (first, typo(rng, last))
    if rng.random() < rates.swapped:
        first, last = last, first
    return WrittenName(first, last, f"{first} {last}")


def hanzi_name(rng: Rng, name: FullName, rates: NoiseRates) -> WrittenName:
    """The Chinese name in Hanzi, surname first, now and then in traditional characters."""
    native = traditional(name.native) if rng.random() < rates.traditional else name.native
    cut = len(name.native_family)
    return WrittenName(native[cut:], native[:cut], native)


def _first(rng: Rng, name: FullName, rates: NoiseRates) -> str:
    draw = rng.random()
    if name.english:
        return name.english if draw < rates.english else name.given
    if draw < rates.nickname and name.given in NICKNAMES:
        return one_of(rng, NICKNAMES[name.given])
    if draw > 1 - rates.middle_initial:
        return f"{name.given} {one_of(rng, 'ABCDEFGHJKLMNPRSTW')}."
    return name.given


def typo(rng: Rng, word: str) -> str:
    """The word with one slip of the finger: a letter hit beside its key, left out, or two exchanged."""
    if len(word) < SHORTEST_TYPO:
        return word + word[-1:]
    at, kind = 1 + below(rng, len(word) - 2), below(rng, 3)
    if kind == 0:
        return word[:at] + NEIGHBOURS.get(word[at], "e") + word[at + 1 :]
    if kind == 1 or word[at] == word[at + 1]:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def written_email(rng: Rng, email: str, rates: NoiseRates) -> str:
    """The address as typed: upper case, a plus-tag where the provider allows one, rarely a slip."""
    local, _, domain = email.partition("@")
    draw = rng.random()
    if draw < rates.upper_email:
        return email.upper() if draw < rates.upper_email / 2 else f"{local.capitalize()}@{domain}"
    if domain in WRITTEN_TAGGED and draw > 1 - rates.plus_tag:
        return f"{local}+{one_of(rng, ('shop', 'promo', 'hl', 'news'))}@{domain}"
    if rates.upper_email < draw < rates.upper_email + rates.email_typo:
        return f"{typo(rng, local)}@{domain}"
    return email


def canonical_email(written: str) -> str:
    """The address that the truth files speak of: trimmed, lower case, without tag; without dots at gmail."""
    local, _, domain = written.strip().lower().partition("@")
    if domain in TAGGED_DOMAINS:
        local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        local = local.replace(".", "")
    return f"{local}@{domain}" if domain else ""


def phone_typo(rng: Rng, e164: str) -> str:
    """The number with its last digit wrong."""
    return e164[:-1] + str((int(e164[-1]) + 1 + below(rng, 9)) % 10)


def written_birth_date(rng: Rng, born: date, rates: NoiseRates) -> tuple[str, date | None]:
    """The birth date as text and as a reader will take it; both empty when left out."""
    draw = rng.random()
    if draw < rates.missing_birth_date:
        return "", None
    if draw > 1 - rates.day_month_swap and born.day <= LAST_MONTH:
        born = date(born.year, born.day, born.month)
    return (f"{born:%d/%m/%Y}" if rng.random() < rates.slash_date else f"{born:%Y-%m-%d}"), born


def written_street(rng: Rng, home: Household, rates: NoiseRates) -> str:
    """The street as typed: with abbreviations, or in Latin letters for a Chinese address."""
    draw = rng.random()
    if home.country == "CN":
        return home.street_latin if draw < rates.street_latin else home.street
    if draw >= rates.street_short:
        return home.street
    short = home.street.replace("Apartment ", "Apt " if draw < rates.street_short / 2 else "#")
    for suffix, abbreviation in STREET_SUFFIXES.items():
        short = short.replace(f" {suffix}", f" {abbreviation}")
    return short
