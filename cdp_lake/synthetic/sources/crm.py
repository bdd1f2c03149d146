"""The customer database, exported in June, and in December with what changed, is new or is repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cdp_lake.synthetic.chance import Rng, below
from cdp_lake.synthetic.damage import crm_damage
from cdp_lake.synthetic.landing import BOM, Landing, Output, csv_field
from cdp_lake.synthetic.noise import (
    NoiseRates,
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
from cdp_lake.synthetic.shopdata import DAY, YEAR_END, YEAR_START
from cdp_lake.synthetic.traps import TEST_EMAIL, Traps
from cdp_lake.synthetic.world import World

COLUMNS = (
    "customer_id,first_name,last_name,native_name,email,mobile,loyalty_no,birth_date,gender,"
    "street,city,region,postcode,country,language,created_at,updated_at"
)
JUNE = YEAR_START + 180 * DAY
FIRST_CUSTOMER = YEAR_START - 3 * 365 * DAY


@dataclass(frozen=True)
class CrmRates:
    """How the customer database grows and repeats itself."""

    second_record: float = 0.16
    new_after_june: float = 0.15
    changed: float = 0.5
    repeated: float = 0.06
    hanzi_in_name_fields: float = 0.1  # of the Hanzi rate elsewhere: the form asks for Latin letters


class Customer(NamedTuple):
    """One customer number: its person, since when, and the fields as first typed in."""

    customer_id: str
    person: Person
    created_at: int
    fields: list[str]


def write_crm(world: World, output: Output) -> None:
    """Two exports and two odd files, one row per customer and version."""
    rng, rates = world.chance("crm"), CrmRates()
    clerk = _Clerk(rng, world.rates, world.traps, output)
    customers = [clerk.enter(n, p, rates) for p in world.people if p.in_crm for n in _numbers(world, rng, p, rates)]
    first, second = [], []
    for customer in customers:
        row = clerk.row(customer, customer.created_at)
        if customer.created_at >= JUNE:
            second.append(row)
            continue
        first.append(row)
        draw, person = rng.random(), customer.person
        if draw < rates.changed or person.old_phone or person.old_email:
            second.append(clerk.changed(customer))
        elif draw > 1 - rates.repeated:
            second.append(row)
    landing = output.landing
    landing.write_damaged("crm/customers_2017-06-30.csv", first, (crm_damage(first, 1), rng), header=BOM + COLUMNS)
    landing.write_damaged("crm/customers_2017-12-31.csv", second, (crm_damage(second, 2), rng), header=COLUMNS)
    _odd_files(landing, first)


def _odd_files(landing: Landing, rows: list[str]) -> None:
    """Repeats of known customers under a header with one column more, and under one without the key."""
    wide = [f"{COLUMNS},nps", *(f"{row},{n % 11}" for n, row in enumerate(rows[:5]))]
    landing.write_odd(
        "crm/customers_extra_column.csv", wide, "extra_column", "nps is new; the rows repeat known customers"
    )
    keyless = [line.partition(",")[2] for line in (COLUMNS, *rows[5:8])]
    landing.write_odd("crm/customers_broken_header.csv", keyless, "missing_column", "no customer_id column")


def _numbers(world: World, rng: Rng, person: Person, rates: CrmRates) -> list[str]:
    """The customer numbers of a person: one, or two where the shop did not see it knew them."""
    numbers = [world.customer_ids[person.number]]
    if rng.random() < rates.second_record:
        numbers.append(f"C{person.number * 3 + 10_002:07d}")
    return numbers


class _Clerk:
    """Types customers in, with the slips that clerks make."""

    def __init__(self, rng: Rng, rates: NoiseRates, traps: Traps, output: Output) -> None:
        self.rng, self.rates, self.traps, self.ledger = rng, rates, traps, output.ledger

    def enter(self, customer_id: str, person: Person, rates: CrmRates) -> Customer:
        """A new customer with everything as typed on that day; notes the record in the ledger."""
        rng = self.rng
        created = FIRST_CUSTOMER + below(rng, JUNE - FIRST_CUSTOMER)
        settled = bool(person.old_phone or person.old_email)
        if not settled and rng.random() < rates.new_after_june:
            created = JUNE + below(rng, YEAR_END - JUNE - DAY)
        name = self._name(person, rates)
        email, mobile = self._contact(person, created)
        card = person.loyalty_no if rng.random() >= self.rates.missing_card else ""
        birth_date, _ = written_birth_date(rng, person.birth_date, self.rates)
        fields = [*name[:3], email, mobile, card, birth_date, person.gender, *self._address(person)]
        if card:
            self.ledger.note(("crm", customer_id), person.number, (f"loyalty_id:{card}",))
        self._note(customer_id, person, name[3])
        return Customer(customer_id, person, created, fields)

    def row(self, customer: Customer, updated: int) -> str:
        """One CSV row of the customer as last updated then."""
        person = customer.person
        seen = (_iso(customer.created_at, person), _iso(updated, person))
        return ",".join(
            map(
                csv_field,
                (
                    customer.customer_id,
                    *customer.fields,
                    person.household.country,
                    person.household.language,
                    *seen,
                ),
            )
        )

    def changed(self, customer: Customer) -> str:
        """The row after a visit in autumn: contact details and address typed anew."""
        updated = JUNE + DAY + max(0, customer.person.changed_at - JUNE) % (120 * DAY) + below(self.rng, 60 * DAY)
        email, mobile = self._contact(customer.person, updated)
        fields = [
            *customer.fields[:3],
            email or customer.fields[3],
            mobile or customer.fields[4],
            *customer.fields[5:8],
            *self._address(customer.person),
        ]
        self._note(customer.customer_id, customer.person, "")
        return self.row(customer._replace(fields=fields), updated)

    def _name(self, person: Person, rates: CrmRates) -> tuple[str, str, str, str]:
        """First, last and native name as typed, and the name the record shows."""
        rng, name = self.rng, person.name
        written = written_name(rng, name, self.rates, rates.hanzi_in_name_fields)
        native = hanzi_name(rng, name, self.rates).full if name.native and rng.random() < self.rates.native_name else ""
        if native and rng.random() < self.rates.blank_name:
            return "", "", native, native
        return written.first, written.last, native, written.full

    def _contact(self, person: Person, when: int) -> tuple[str, str]:
        """Email and mobile as typed at that time; remembers the true values for the ledger."""
        rng, rates, number = self.rng, self.rates, person.number
        email = TEST_EMAIL if number in self.traps.test_email else person.email_at(when)
        if email != TEST_EMAIL and email:
            email = "" if rng.random() < rates.missing_email else written_email(rng, email, rates)
        phone = PLACEHOLDER if number in self.traps.placeholder_phone else person.phone_at(when)
        if phone != PLACEHOLDER:
            draw = rng.random()
            if draw < rates.missing_phone and number not in self.traps.phone_holders:
                phone = ""
            elif draw > 1 - rates.phone_typo:
                phone = phone_typo(rng, phone)
        pairs = (("email", canonical_email(email)), ("phone", phone))
        self._clues = tuple(f"{kind}:{value}" for kind, value in pairs if value)
        return email, spelled(rng, phone, person.household.country) if phone else ""

    def _note(self, customer_id: str, person: Person, shown: str) -> None:
        self.ledger.note(("crm", customer_id), person.number, (f"crm_id:{customer_id}", *self._clues), shown)

    def _address(self, person: Person) -> list[str]:
        home = person.household
        street = written_street(self.rng, home, self.rates)
        return [street, home.city_latin if street.isascii() else home.city, home.region, home.postcode]


def _iso(seconds: int, person: Person) -> str:
    hours = 8 if person.household.country == "CN" else -5
    return f"{np.datetime64(seconds + hours * 3600, 's')}{'+' if hours > 0 else '-'}{abs(hours):02d}:00"
