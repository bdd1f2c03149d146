"""Who of a household did each shopping trip, through which channel, and how they let themselves be known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdp_lake.synthetic.chance import Flags, Floats, Ints
from cdp_lake.synthetic.shopdata import local_to_utc
from cdp_lake.synthetic.world import World

NOBODY, BY_PHONE, BY_EMAIL, BY_CARD = 0, 1, 2, 3
STORE_ONLY_QUANTITY = 99  # fuel is sold by the hundredth of a gallon: such baskets need a store


@dataclass(frozen=True)
class TripRates:
    """How trips fall to people, channels and identifiers."""

    main_shopper: float = 0.62
    online_with_account: float = 0.485
    online_without: float = 0.13
    guest_email: float = 0.9
    guest_phone: float = 0.99  # cumulative: the rest leave a name only
    shows_card: float = 0.58
    says_phone: float = 0.45  # of those who show no card
    lent_trips: int = 4


@dataclass(frozen=True)
class Trips:
    """One row per basket: person, channel, how they are known, UTC seconds; `card` owns the card shown."""

    person: Ints
    online: Flags
    known_by: Ints
    card: Ints
    borrowed: Flags
    sold_at_utc: Ints


def share_out(world: World, rates: TripRates) -> Trips:
    """One trip per basket of the shop year."""
    rng, baskets = world.chance("trips"), world.shop.baskets
    count = len(baskets.household)
    person = _shopper(world, rng.random(count), rates)
    accounts = np.array([bool(p.user_id) for p in world.people])[person]
    online_share = np.where(accounts, rates.online_with_account, rates.online_without)
    online = (rng.random(count) < online_share) & ~_needs_store(world)
    known_by = np.where(
        online,
        _known_online(world, person, rng.random(count), rates),
        _known_in_store(world, person, rng.random((2, count)), rates),
    )
    card, borrowed = person.copy(), np.zeros(count, dtype=np.bool_)
    for guest, owner in world.traps.card_borrowed_from.items():
        lent = np.flatnonzero((person == guest) & ~online)[: rates.lent_trips]
        card[lent], borrowed[lent], known_by[lent] = owner, True, BY_CARD
    return Trips(person, online, known_by, card, borrowed, local_to_utc(baskets.sold_at))


def _shopper(world: World, draw: Floats, rates: TripRates) -> Ints:
    sizes = world.shop.household_sizes
    home = world.shop.baskets.household
    first, others = (np.cumsum(sizes) - sizes)[home], sizes[home] - 1
    rest = np.floor((draw - rates.main_shopper) / (1 - rates.main_shopper) * others).astype(np.int64)
    place = np.where((draw < rates.main_shopper) | (others == 0), 0, 1 + np.minimum(rest, others - 1))
    shopper: Ints = first + place
    return shopper


def _needs_store(world: World) -> Flags:
    """Baskets with fuel or with lines of no quantity."""
    quantity = world.shop.lines.quantity
    odd = ((quantity > STORE_ONLY_QUANTITY) | (quantity <= 0)).astype(np.int64)
    needs: Flags = np.add.reduceat(odd, world.shop.baskets.first) > 0
    return needs


def _known_online(world: World, person: Ints, draw: Floats, rates: TripRates) -> Ints:
    has_email = np.array([bool(p.email) for p in world.people])[person]
    known: Ints = np.select(
        [has_email & (draw < rates.guest_email), draw < rates.guest_phone], [BY_EMAIL, BY_PHONE], NOBODY
    )
    return known


def _known_in_store(world: World, person: Ints, draw: Floats, rates: TripRates) -> Ints:
    has_card = np.array([bool(p.loyalty_no) for p in world.people])[person]
    known: Ints = np.select(
        [has_card & (draw[0] < rates.shows_card), draw[1] < rates.says_phone], [BY_CARD, BY_PHONE], NOBODY
    )
    return known
