"""What five source systems hold of the same people: which fields each form has, and how they were filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cdp_lake.synthetic.benchmark.crowd import NOISE, Crowd
from cdp_lake.synthetic.chance import Rng, below, weighted
from cdp_lake.synthetic.noise import (
    WrittenName,
    canonical_email,
    hanzi_name,
    phone_typo,
    written_birth_date,
    written_email,
    written_name,
    written_street,
)
from cdp_lake.synthetic.people import Person
from cdp_lake.synthetic.phones import PLACEHOLDER, spelled
from cdp_lake.synthetic.shopdata import YEAR_END, YEAR_START
from cdp_lake.synthetic.sources.social import PLATFORMS
from cdp_lake.synthetic.traps import TEST_EMAIL

FIELDS = (
    *("first_name", "last_name", "full_name", "native_name", "birth_date", "gender", "email", "phone"),
    *("street", "city", "region", "postcode", "country", "loyalty_no", "login_id"),
)


class Presence(NamedTuple):
    """Of whom a source has a record, and of how many of those a second one."""

    of_all: float
    twice: float


# Of those who can be there at all: members of the CRM, holders of a card or of an account.
PRESENCE = {
    "crm": Presence(1.0, 0.16),
    "shop": Presence(0.7, 0.25),
    "loyalty": Presence(0.8, 0.0),
    "account": Presence(1.0, 0.0),
    "social": Presence(0.46, 0.22),
}


class Record(NamedTuple):
    """One record: its fields, the identifiers it truly states (`namespace:value`), its name, its true street."""

    source: str
    person: int
    fields: dict[str, str]
    clues: tuple[str, ...]
    shown: str
    home: str


def written_records(crowd: Crowd, rng: Rng) -> list[Record]:
    """Every record of everybody, person by person."""
    return [record for person in crowd.people for record in _records_of(crowd, rng, person)]


def _records_of(crowd: Crowd, rng: Rng, person: Person) -> Iterator[Record]:
    for source, fill in _FORMS.items():
        wanted = _is_possible(source, person) and rng.random() < PRESENCE[source].of_all
        # Who borrows a card shows it at the shop, or there would be no trap.
        borrows = source == "shop" and person.number in crowd.traps.card_borrowed_from
        for _ in range((wanted or borrows) * (1 + (rng.random() < PRESENCE[source].twice))):
            sheet = _Sheet(crowd, rng, person, source)
            fill(sheet)
            yield sheet.record()


def _is_possible(source: str, person: Person) -> bool:
    return {"crm": person.in_crm, "loyalty": bool(person.loyalty_no), "account": bool(person.user_id)}.get(source, True)


class _Sheet:
    """One form being filled in by one person at one moment of the year."""

    def __init__(self, crowd: Crowd, rng: Rng, person: Person, source: str) -> None:
        self.crowd, self.rng, self.person, self.source = crowd, rng, person, source
        self.when = YEAR_START + below(rng, YEAR_END - YEAR_START)
        self.home = crowd.home_at(person, self.when)
        self.fields: dict[str, str] = {}
        self.clues: list[str] = []
        self.shown = self.street = ""

    def record(self) -> Record:
        return Record(self.source, self.person.number, self.fields, tuple(self.clues), self.shown, self.street)

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def name(self, hanzi: float, *, in_parts: bool) -> None:
        written = written_name(self.rng, self.crowd.name_at(self.person, self.when), NOISE, hanzi)
        self._put_name(written, in_parts=in_parts)

    def _put_name(self, written: WrittenName, *, in_parts: bool) -> None:
        self.shown = written.full
        self.fields |= (
            {"first_name": written.first, "last_name": written.last} if in_parts else {"full_name": written.full}
        )

    def native_name(self) -> None:
        """The field for characters, filled in beside the Latin name or instead of it."""
        name = self.person.name
        if name.native and self.chance(NOISE.native_name):
            self.fields["native_name"] = hanzi_name(self.rng, name, NOISE).full
            if self.chance(NOISE.blank_name):
                self.fields |= {"first_name": "", "last_name": ""}
                self.shown = self.fields["native_name"]

    def birth_date(self) -> None:
        self.fields["birth_date"], _ = written_birth_date(self.rng, self.person.birth_date, NOISE)

    def email(self, address: str) -> None:
        if address:
            self.fields["email"] = address if address == TEST_EMAIL else written_email(self.rng, address, NOISE)
            self._state("email", canonical_email(self.fields["email"]))

    def phone(self, number: str) -> None:
        if number != PLACEHOLDER and self.chance(NOISE.phone_typo):
            number = phone_typo(self.rng, number)
        self.fields["phone"] = spelled(self.rng, number, self.home.country if "country" in self.fields else "")
        self._state("phone", number)

    def address(self, *, street: bool) -> None:
        home = self.home
        line = written_street(self.rng, home, NOISE)
        self.fields |= {"city": home.city_latin if line.isascii() else home.city, "postcode": home.postcode}
        if street:
            self.fields |= {"street": line, "region": home.region, "country": home.country}
            self.street = home.street

    def number(self, field: str, namespace: str, value: str) -> None:
        if value:
            self.fields[field] = value
            self._state(namespace, value)

    def _state(self, namespace: str, value: str) -> None:
        self.clues.append(f"{namespace}:{value}")


def _crm(sheet: _Sheet) -> None:
    """A clerk's form: every field, and anything to fill the compulsory ones."""
    person, traps = sheet.person, sheet.crowd.traps
    sheet.name(0.1, in_parts=True)
    sheet.native_name()
    sheet.birth_date()
    sheet.fields["gender"] = person.gender
    sheet.address(street=True)
    if person.number in traps.test_email:
        sheet.email(TEST_EMAIL)
    elif not sheet.chance(NOISE.missing_email):
        sheet.email(person.email_at(sheet.when))
    _clerks_phone(sheet)
    if not sheet.chance(NOISE.missing_card):
        sheet.number("loyalty_no", "loyalty_id", person.loyalty_no)


def _clerks_phone(sheet: _Sheet) -> None:
    number, traps = sheet.person.number, sheet.crowd.traps
    if number in traps.placeholder_phone:
        sheet.phone(PLACEHOLDER)
    elif number in traps.phone_holders or not sheet.chance(NOISE.missing_phone):
        sheet.phone(sheet.person.phone_at(sheet.when))


def _shop(sheet: _Sheet) -> None:
    """The checkout: a whole name, an address, an e-mail or a phone; some are logged in, some type their card."""
    person = sheet.person
    sheet.name(0.6, in_parts=False)
    sheet.address(street=True)
    second = person.second_email and sheet.chance(0.3)
    email = person.second_email if second else person.email_at(sheet.when)
    by_phone = not email or sheet.chance(0.13)
    if not by_phone:
        sheet.email(email)
    if by_phone or sheet.chance(0.6):
        sheet.phone(person.phone_at(sheet.when))
    if sheet.chance(0.35):
        sheet.number("login_id", "user_id", person.user_id)
    owner = sheet.crowd.traps.card_borrowed_from.get(person.number)
    if owner is not None:
        sheet.number("loyalty_no", "loyalty_id", sheet.crowd.people[owner].loyalty_no)
    elif sheet.chance(0.2):
        sheet.number("loyalty_no", "loyalty_id", person.loyalty_no)


def _loyalty(sheet: _Sheet) -> None:
    """The card's paper slip: name, birth date, postcode, and mostly a phone."""
    sheet.name(0.5, in_parts=True)
    sheet.birth_date()
    sheet.address(street=False)
    _clerks_phone(sheet)
    if sheet.chance(0.35):
        sheet.email(sheet.person.email_at(sheet.when))
    sheet.number("loyalty_no", "loyalty_id", sheet.person.loyalty_no)


def _account(sheet: _Sheet) -> None:
    """The web account: an e-mail always, a name in one field or two or not at all."""
    draw = float(sheet.rng.random())
    if draw < 0.7:  # noqa: PLR2004  # of those who give a name, more than half give it in two fields
        sheet.name(0.7, in_parts=draw < 0.45)  # noqa: PLR2004
    sheet.email(sheet.person.account_email)
    if sheet.chance(0.35):
        sheet.phone(sheet.person.phone_at(sheet.when))
    sheet.number("login_id", "user_id", sheet.person.user_id)


def _social(sheet: _Sheet) -> None:
    """A lead: a name, a city, and an e-mail or a phone, or both; WeChat users mostly leave a phone."""
    person = sheet.person
    wechat = weighted(sheet.rng, PLATFORMS[person.household.language], 1) == ["wechat"]
    sheet.name(2.0 if wechat else 0.8, in_parts=False)
    sheet.fields["city"] = sheet.home.city if sheet.shown[0] > "z" else sheet.home.city_latin
    email = person.email_at(sheet.when)
    gives_email = bool(email) and sheet.chance(0.3 if wechat else 0.75)
    if gives_email:
        sheet.email(email)
    if not gives_email or sheet.chance(0.8 if wechat else 0.4):
        sheet.phone(person.phone_at(sheet.when))


_FORMS: dict[str, Callable[[_Sheet], None]] = {
    "crm": _crm,
    "shop": _shop,
    "loyalty": _loyalty,
    "account": _account,
    "social": _social,
}
