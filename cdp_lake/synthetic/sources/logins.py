"""What a visit reveals: the traits of a login, and who stood behind each anonymousId."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cdp_lake.synthetic import events as ev
from cdp_lake.synthetic.chance import Flags
from cdp_lake.synthetic.devices import Devices
from cdp_lake.synthetic.events import Events
from cdp_lake.synthetic.landing import money
from cdp_lake.synthetic.ledger import Ledger
from cdp_lake.synthetic.noise import WrittenName, canonical_email, written_email, written_name
from cdp_lake.synthetic.people import Person
from cdp_lake.synthetic.phones import spelled
from cdp_lake.synthetic.sessions import Sessions
from cdp_lake.synthetic.sources.shop import Orders
from cdp_lake.synthetic.world import World


@dataclass(frozen=True)
class TraitRates:
    """What an identify call carries."""

    email: float = 0.92
    phone: float = 0.35
    first_last: float = 0.45
    full_name: float = 0.7  # cumulative with first_last
    unionid: float = 0.45


@dataclass(frozen=True)
class Clickstream:
    """The visits, their devices, orders and events."""

    world: World
    sessions: Sessions
    devices: Devices
    orders: Orders
    events: Events

    @cached_property
    def app(self) -> Flags:
        """Whether each event came from the app."""
        flags: Flags = self.devices.app[self.sessions.device[self.events.session]]
        return flags

    @cached_property
    def products(self) -> list[str]:
        """Per product its JSON members."""
        prices = money(np.array(self.world.catalogue.cents))
        return [
            f'"product_id":"{sku}","price":{price}'
            for sku, price in zip(self.world.catalogue.skus, prices, strict=True)
        ]

    @cached_property
    def revenues(self) -> list[str]:
        """Per order the sum of its lines."""
        baskets = np.add.reduceat(self.world.shop.lines.cents, self.world.shop.baskets.first)
        return money(baskets[self.orders.basket])

    @cached_property
    def coupons(self) -> list[int]:
        """The coupons on offer."""
        return sorted({coupon for _, coupon, _ in self.world.shop.offers}) or [0]


def identify_traits(clicks: Clickstream, ledger: Ledger) -> dict[int, str]:
    """Per identify message its traits as JSON members; notes in the ledger what the login revealed."""
    form = _LoginForm(clicks.world, ledger)
    events, sessions = clicks.events, clicks.sessions
    logins = np.flatnonzero(events.action == ev.LOGIN)
    logins = logins[np.unique(events.message[logins], return_index=True)[1]]
    columns = (
        events.message[logins],
        sessions.person[events.session[logins]],
        events.received[logins] // 1000,
        clicks.app[logins],
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {message: form.fill(clicks.world.people[number], when, app=app) for message, number, when, app in rows}


class _LoginForm:
    """The login page: each person writes the name the same way every time, and leaves out what they like."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger, self.rates = world, ledger, TraitRates()
        self.rng = world.chance("traits")
        self._names: dict[int, WrittenName] = {}

    def fill(self, person: Person, when: int, *, app: bool) -> str:
        """The traits of one login."""
        rng, rates = self.rng, self.rates
        draw: list[float] = rng.random(4).tolist()
        name = self._name(person)
        email = written_email(rng, person.account_email, self.world.rates) if draw[0] < rates.email else ""
        phone = person.phone_at(when) if draw[1] < rates.phone else ""
        if person.number in self.world.traps.placeholder_phone:
            phone = ""
        parts, full = draw[2] < rates.first_last, rates.first_last <= draw[2] < rates.full_name
        union = app and person.household.language == "zh" and draw[3] < rates.unionid
        members = {
            "email": email,
            "phone": spelled(rng, phone, person.household.country) if phone else "",
            "firstName": name.first if parts else "",
            "lastName": name.last if parts else "",
            "name": name.full if full else "",
            "wechat_unionid": person.wechat_unionid if union else "",
        }
        known = {**members, "email": canonical_email(email), "phone": phone, "user_id": person.user_id}
        clues = tuple(
            f"{kind}:{known[kind]}" for kind in ("email", "phone", "wechat_unionid", "user_id") if known[kind]
        )
        node = ("app" if app else "web", f"user_id:{person.user_id}")
        self.ledger.note(node, person.number, clues, name.full if parts or full else "")
        return ",".join(f'"{key}":{json.dumps(value, ensure_ascii=False)}' for key, value in members.items() if value)

    def _name(self, person: Person) -> WrittenName:
        if person.number not in self._names:
            self._names[person.number] = written_name(self.rng, person.name, self.world.rates, 0.7)
        return self._names[person.number]


def note_visits(clicks: Clickstream, ledger: Ledger) -> None:
    """Tell the ledger who stood behind each anonymousId and each login."""
    sessions, devices, people = clicks.sessions, clicks.devices, clicks.world.people
    for flags, named in ((ev.is_anonymous_visit(sessions), False), (ev.is_known_visit(sessions), True)):
        visits = np.stack([sessions.device[flags], sessions.person[flags], sessions.login[flags] > 0])
        distinct, facts = np.unique(visits, axis=1, return_counts=True)
        for device, person, login, count in zip(*distinct.tolist(), facts.tolist(), strict=True):
            source = "app" if devices.app[device] else "web"
            anonymous = f"anonymous_id:{devices.names[device]}"
            user = f"user_id:{people[person].user_id}" if login else ""
            clues = (anonymous, user) if login else (anonymous,)
            ledger.note_many((source, user if named else anonymous), person, count, clues)
