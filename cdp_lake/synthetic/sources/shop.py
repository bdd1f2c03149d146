"""The web shop's order export: one row per order line; later rows repeat only order name and email."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdp_lake.synthetic.behaviour import BY_EMAIL, BY_PHONE, Trips
from cdp_lake.synthetic.chance import Ints, Rng, ragged
from cdp_lake.synthetic.damage import shop_damage
from cdp_lake.synthetic.landing import Output, csv_field, money, wall_times
from cdp_lake.synthetic.ledger import Ledger
from cdp_lake.synthetic.noise import WrittenName, canonical_email, written_email, written_name, written_street
from cdp_lake.synthetic.people import Person
from cdp_lake.synthetic.phones import spelled
from cdp_lake.synthetic.traps import TEST_EMAIL
from cdp_lake.synthetic.world import World

HEADER = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,"
    "Billing Name,Billing Street,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Id,Source"
)
FIRST_ORDER = 1_000_001
LATER_ORDER_FIELDS, LATER_BILLING_FIELDS = "," * 10, "," * 9
SECOND_EMAIL_SHARE, GIVES_PHONE, OTHER_SPELLING, STREET_ON_TWO_LINES = 0.3, 0.72, 0.05, 0.03
TAX_PERMILLE = 20
SHIPPING = (0, 499, 999)
STATUSES = {"paid": 0.965, "partially_refunded": 0.015, "refunded": 0.012, "pending": 0.008}


@dataclass(frozen=True)
class Orders:
    """One row per online basket: its number in the shop year and the order name."""

    basket: Ints
    names: list[str]


def place_orders(trips: Trips) -> Orders:
    """The orders of the shop, numbered in time order."""
    basket = np.flatnonzero(trips.online)
    return Orders(basket, [f"HL-{FIRST_ORDER + n}" for n in range(len(basket))])


def write_shop(world: World, trips: Trips, orders: Orders, output: Output) -> None:
    """One file per quarter, one row per order line."""
    rng = world.chance("shop")
    quarter = _quarters(world.shop.baskets.sold_at[orders.basket])
    emails, heads, tails = _order_fields(world, trips, orders, output.ledger)
    for number in range(1, 5):
        at = np.flatnonzero(quarter == number)
        if len(at):
            rows = _rows(world, orders, at, (emails, heads, tails))
            bad = shop_damage(rng, rows, number)
            output.landing.write_damaged(f"shop/orders_2017Q{number}.csv", rows, (bad, rng), header=HEADER)


def _quarters(sold_at: Ints) -> Ints:
    months = sold_at.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) - 47 * 12
    quarters: Ints = np.minimum(months // 3 + 1, 4)
    return quarters


def _rows(world: World, orders: Orders, at: Ints, fields: tuple[list[str], list[str], list[str]]) -> list[str]:
    emails, heads, tails = fields
    baskets, lines = world.shop.baskets, world.shop.lines
    chosen = orders.basket[at]
    line = ragged(baskets.first[chosen], baskets.count[chosen])
    quantity, cents = lines.quantity[line], lines.cents[line]
    price = -(-(cents + lines.discount[line]) // quantity)
    catalogue = world.catalogue
    names = [csv_field(name) for name in catalogue.names]
    product = lines.product[line].tolist()
    columns = (
        quantity.tolist(),
        [names[p] for p in product],
        money(price),
        [catalogue.skus[p] for p in product],
        money(price * quantity - cents),
    )
    texts = [f"{q},{name},{unit},{sku},{off}" for q, name, unit, sku, off in zip(*columns, strict=True)]
    firsts = (np.cumsum(baskets.count[chosen]) - baskets.count[chosen]).tolist()
    rows: list[str] = []
    for order, first, count in zip(at.tolist(), firsts, baskets.count[chosen].tolist(), strict=True):
        later = f"{orders.names[order]},{emails[order]},{LATER_ORDER_FIELDS}"
        rows.append(f"{heads[order]}{texts[first]}{tails[order]}")
        rows += [f"{later}{text}{LATER_BILLING_FIELDS}" for text in texts[first + 1 : first + count]]
    return rows


def _order_fields(world: World, trips: Trips, orders: Orders, ledger: Ledger) -> tuple[list[str], list[str], list[str]]:
    """Per order the email as written, the fields before the line and the fields after it."""
    rng = world.chance("orders")
    amounts, times = _amounts(world, rng, orders), _times(world, trips, orders)
    desk = _Desk(world, rng, ledger)
    emails, heads, tails = [], [], []
    people, known = trips.person[orders.basket].tolist(), trips.known_by[orders.basket].tolist()
    when = trips.sold_at_utc[orders.basket].tolist()
    statuses = rng.choice(list(STATUSES), size=len(people), p=list(STATUSES.values())).tolist()
    for n, name in enumerate(orders.names):
        email, billing = desk.sign(world.people[people[n]], (name, known[n], when[n]))
        paid, created = times[n]
        emails.append(email)
        heads.append(f"{name},{email},{statuses[n]},{paid * (statuses[n] != 'pending')},USD,{amounts[n]},{created},")
        tails.append(f",{billing},{5_000_000_000 + n * 13},web")
    return emails, heads, tails


def _amounts(world: World, rng: Rng, orders: Orders) -> list[str]:
    """Per order: subtotal, shipping, taxes, total, discount code and amount, as CSV text."""
    first = world.shop.baskets.first
    subtotal = np.add.reduceat(world.shop.lines.cents, first)[orders.basket]
    coupon = np.minimum(np.add.reduceat(world.shop.lines.coupon, first)[orders.basket], subtotal)
    shipping = np.array(SHIPPING)[rng.integers(0, len(SHIPPING), len(subtotal))]
    taxes = subtotal * TAX_PERMILLE // 1000
    total = subtotal - coupon + shipping + taxes
    codes = [f"HLC{n % 27 + 1}" if c else "" for n, c in enumerate(coupon.tolist())]
    columns = [money(subtotal), money(shipping), money(taxes), money(total), codes, money(coupon)]
    return [",".join(row) for row in zip(*columns, strict=True)]


def _times(world: World, trips: Trips, orders: Orders) -> list[tuple[str, str]]:
    """Per order when it was paid and when it was made, wall time with its offset."""
    local, utc = world.shop.baskets.sold_at[orders.basket], trips.sold_at_utc[orders.basket]
    zones = [f"-{hours:02d}00" for hours in ((utc - local) // 3600).tolist()]
    paid, created = wall_times(local + 4), wall_times(local)
    return [(f"{p} {z}", f"{c} {z}") for p, c, z in zip(paid, created, zones, strict=True)]


class _Desk:
    """The checkout: what each person writes there, mostly the same every time."""

    def __init__(self, world: World, rng: Rng, ledger: Ledger) -> None:
        self.world, self.rng, self.ledger = world, rng, ledger
        self._names: dict[int, WrittenName] = {}

    def sign(self, person: Person, order: tuple[str, int, int]) -> tuple[str, str]:
        """The email and the billing fields of one order; notes in the ledger whose order it is."""
        name, known_by, when = order
        rng, rates = self.rng, self.world.rates
        billed = self._name(person)
        email = self._email(person, when) if known_by == BY_EMAIL else ""
        phone = ""
        if known_by == BY_PHONE or (known_by == BY_EMAIL and rng.random() < GIVES_PHONE):
            phone = person.phone_at(when)
        home = person.household
        street = written_street(rng, home, rates)
        if ", " in street and rng.random() < STREET_ON_TWO_LINES:
            street = street.replace(", ", "\n", 1)
        written = spelled(rng, phone, home.country) if phone else ""
        canonical = canonical_email(email)
        pk = f"email:{canonical}" if canonical else f"phone:{phone}" if phone else f"order_id:{name}"
        clues = tuple(f"{kind}:{value}" for kind, value in (("email", canonical), ("phone", phone)) if value)
        self.ledger.note(("shop", pk), person.number, clues, billed.full)
        fields = (
            billed.full,
            street,
            home.city_latin if street.isascii() else home.city,
            home.postcode,
            home.region,
            home.country,
            written,
        )
        return email, ",".join(map(csv_field, fields))

    def _name(self, person: Person) -> WrittenName:
        known = self._names.get(person.number)
        if known is None:
            known = self._names[person.number] = written_name(self.rng, person.name, self.world.rates, 0.6)
        elif self.rng.random() < OTHER_SPELLING:
            return written_name(self.rng, person.name, self.world.rates, 0.6)
        return known

    def _email(self, person: Person, when: int) -> str:
        if person.number in self.world.traps.test_email and when % 2:
            return TEST_EMAIL
        second = person.second_email and self.rng.random() < SECOND_EMAIL_SHARE
        return written_email(self.rng, person.second_email if second else person.email_at(when), self.world.rates)
