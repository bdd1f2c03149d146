"""Visits to the web shop and the app: who, on which device, when, by which script, around which basket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdp_lake.synthetic.behaviour import BY_PHONE, NOBODY, Trips
from cdp_lake.synthetic.chance import Ints, Rng
from cdp_lake.synthetic.devices import KIOSK, Devices
from cdp_lake.synthetic.shopdata import DAY, YEAR_END, YEAR_START
from cdp_lake.synthetic.sources.shop import Orders
from cdp_lake.synthetic.world import World

# One letter per event: Page, Login, Search, View, Add, Checkout, Order, coupon (K), Group, alIas.
SCRIPTS = {
    "purchase": ("PLVACO", "PLSVAVACO", "PLSVVAVACPO", "PLVAVAVAVACO", "PLSVASVAVAVAKCO"),
    "browse": ("PLV", "PLSVV", "PLPVKV", "PLSVVVV", "PLKKP", "PLSVSVVP", "PLVVPVVK", "PLGPVV", "PLISVV"),
    "abandon": ("PLVA", "PLSVAVA", "PLSVAVAC"),
    "visit": ("PV", "PSV", "PPVV", "PSVVKV", "PVSVVPVV"),
    "kiosk": ("PLK", "PLKKV", "PLSV"),
}
ANONYMOUS, LOGS_IN, LOGGED_IN = 0, 1, 2
ABANDON_WINDOW = 14 * DAY


@dataclass(frozen=True)
class VisitRates:
    """How visits are spread over the year and its baskets."""

    orders_logged_in: float = 0.85
    most_events_in_orders: float = 0.35
    near_a_basket: float = 0.6
    abandons: float = 0.07  # of account holders
    more_visits: float = 0.5  # of a nameless visitor, beyond the first
    logs_in_again: float = 0.12
    stays_anonymous: float = 0.1


@dataclass(frozen=True)
class Sessions:
    """One row per visit; `start` in UTC seconds (the end for orders), `order` a row of Orders or -1."""

    device: Ints
    person: Ints
    start: Ints
    kind: Ints
    basket: Ints
    order: Ints
    login: Ints


class _Plan:
    """Collects visits kind by kind."""

    def __init__(self, world: World, trips: Trips, devices: Devices) -> None:
        self.rng, self.world, self.trips, self.devices = world.chance("sessions"), world, trips, devices
        self.accounts = np.array([p.number for p in world.people if p.user_id])
        self.own = np.searchsorted(devices.owner[: _people_devices(devices)], np.arange(len(world.people) + 1))
        self.by_home = np.argsort(world.shop.baskets.household, kind="stable")
        self.home_starts = np.searchsorted(
            world.shop.baskets.household[self.by_home], np.arange(len(world.shop.household_sizes) + 1)
        )
        self.homes = np.array([p.household.number for p in world.people])
        self._parts: list[tuple[Ints, ...]] = []
        self.events = 0.0

    def add(self, kind: str, device: Ints, person: Ints, start: Ints, about: tuple[Ints, Ints | None]) -> None:
        """Visits of one kind; `about` is their basket and, for orders, the order."""
        basket, order = about
        kinds = np.full(len(device), list(SCRIPTS).index(kind))
        self._parts.append((device, person, start, kinds, basket, np.full(len(device), -1) if order is None else order))
        self.events += len(device) * mean_length(kind)

    def device_of(self, person: Ints) -> Ints:
        """One of each person's devices."""
        count = self.own[person + 1] - self.own[person]
        device: Ints = self.own[person] + (self.rng.random(len(person)) * count).astype(np.int64)
        return device

    def basket_of(self, person: Ints) -> Ints:
        """One basket of each person's household."""
        home = self.homes[person]
        first, count = self.home_starts[home], self.home_starts[home + 1] - self.home_starts[home]
        basket: Ints = self.by_home[first + (self.rng.random(len(person)) * count).astype(np.int64)]
        return basket

    def any_time(self, count: int, first: int = YEAR_START, last: int = YEAR_END) -> Ints:
        """Moments anywhere between first and last."""
        moments: Ints = first + (self.rng.random(count) * (last - first)).astype(np.int64)
        return moments

    def any_basket(self, count: int) -> Ints:
        """Baskets of anybody."""
        return self.rng.integers(0, len(self.trips.person), count)

    def finish(self) -> tuple[Ints, ...]:
        """All visits, in order of device and time."""
        columns = [np.concatenate(parts) for parts in zip(*self._parts, strict=True)]
        order = np.lexsort((columns[5], columns[4], columns[1], columns[2], columns[0]))
        return tuple(column[order] for column in columns)


def plan_sessions(world: World, trips: Trips, orders: Orders, devices: Devices) -> Sessions:
    """Visits whose events together come close to the size's number of events."""
    plan, rates = _Plan(world, trips, devices), VisitRates()
    _first_visits(plan, rates)
    _kiosk_visits(plan)
    _abandoned_carts(plan, rates)
    _orders(plan, orders, rates)
    _browsing(plan, rates)
    device, person, start, kind, basket, order = plan.finish()
    login = _logins(plan.rng, rates, plan, (device, person, kind))
    return Sessions(device, person, start, kind, basket, order, login)


def mean_length(kind: str) -> float:
    """Events in a visit of that kind, on average."""
    return sum(map(len, SCRIPTS[kind])) / len(SCRIPTS[kind])


def _people_devices(devices: Devices) -> int:
    return int(np.count_nonzero(devices.owner >= 0))


def _first_visits(plan: _Plan, rates: VisitRates) -> None:
    """Every device is seen at least once, so every anonymousId of the truth occurs."""
    owner, rng = plan.devices.owner, plan.rng
    known = np.flatnonzero(owner >= 0)
    plan.add(
        "browse",
        known,
        owner[known],
        plan.any_time(len(known), last=YEAR_END - 40 * DAY),
        (plan.basket_of(owner[known]), None),
    )
    visitors = np.flatnonzero((owner < 0) & (owner != KIOSK))
    visitors = np.repeat(visitors, 1 + rng.poisson(rates.more_visits, len(visitors)))
    plan.add(
        "visit",
        visitors,
        owner[visitors],
        plan.any_time(len(visitors)),
        (plan.any_basket(len(visitors)), None),
    )


def _kiosk_visits(plan: _Plan) -> None:
    kiosks = np.flatnonzero(plan.devices.owner == KIOSK)
    users = [np.array(people) for _, people in plan.world.traps.kiosks]
    device, person = np.repeat(kiosks, [len(u) for u in users]), np.concatenate(users)
    plan.add("kiosk", device, person, plan.any_time(len(person)), (plan.any_basket(len(person)), None))


def _abandoned_carts(plan: _Plan, rates: VisitRates) -> None:
    """Carts filled in the last two weeks of the year and left."""
    person = plan.rng.permutation(plan.accounts)[: max(3, round(rates.abandons * len(plan.accounts)))]
    start = plan.any_time(len(person), YEAR_END - ABANDON_WINDOW + DAY, YEAR_END - DAY)
    plan.add("abandon", plan.device_of(person), person, start, (plan.basket_of(person), None))


def _orders(plan: _Plan, orders: Orders, rates: VisitRates) -> None:
    """Orders of account holders, most of them logged in; those without email or phone always are."""
    trips, target = plan.trips, plan.world.size.events
    person, known = trips.person[orders.basket], trips.known_by[orders.basket]
    eligible = np.flatnonzero(np.isin(person, plan.accounts) & (known != BY_PHONE))
    most = int(rates.most_events_in_orders * target / mean_length("purchase"))
    rank = np.where(known[eligible] == NOBODY, -1.0, plan.rng.random(len(eligible)))
    chosen = eligible[np.argsort(rank, kind="stable")][: min(most, int(rates.orders_logged_in * len(eligible)))]
    basket = orders.basket[chosen]
    plan.add(
        "purchase",
        plan.device_of(person[chosen]),
        person[chosen],
        trips.sold_at_utc[basket],
        (basket, chosen),
    )


def _browsing(plan: _Plan, rates: VisitRates) -> None:
    """Visits of account holders until the events are used up, many in the days before a basket."""
    count = max(0, int((plan.world.size.events - plan.events) / mean_length("browse")))
    trips = plan.trips
    theirs = np.flatnonzero(np.isin(trips.person, plan.accounts))
    near = theirs[(plan.rng.random(int(count * rates.near_a_basket)) * len(theirs)).astype(np.int64)]
    start = trips.sold_at_utc[near] - 600 - (plan.rng.exponential(1.2 * DAY, len(near))).astype(np.int64)
    plan.add(
        "browse",
        plan.device_of(trips.person[near]),
        trips.person[near],
        np.maximum(start, YEAR_START),
        (near, None),
    )
    person = plan.accounts[plan.rng.integers(0, len(plan.accounts), count - len(near))]
    plan.add("browse", plan.device_of(person), person, plan.any_time(len(person)), (plan.basket_of(person), None))


def _logins(rng: Rng, rates: VisitRates, plan: _Plan, visits: tuple[Ints, Ints, Ints]) -> Ints:
    """How each visit is known: a device's first one logs in, later ones mostly are; nameless ones never."""
    device, person, kind = visits
    names = list(SCRIPTS)
    first = np.diff(device, prepend=-1) != 0
    draw = rng.random(len(device))
    bought = kind == names.index("purchase")
    known = np.select(
        [
            first | (kind == names.index("kiosk")) | (draw < rates.logs_in_again),
            (draw > 1 - rates.stays_anonymous) & ~bought,
        ],
        [LOGS_IN, ANONYMOUS],
        LOGGED_IN,
    )
    login: Ints = np.where(np.isin(person, plan.accounts), known, ANONYMOUS)
    return login
