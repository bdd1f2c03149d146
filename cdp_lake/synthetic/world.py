"""One generated world: the shop, its people and their traps, before any source writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cdp_lake.synthetic.catalogue import Catalogue, catalogue_of
from cdp_lake.synthetic.chance import Rng, stream
from cdp_lake.synthetic.households import found_households
from cdp_lake.synthetic.noise import NoiseRates
from cdp_lake.synthetic.people import Habits, Person, mains_of, populate
from cdp_lake.synthetic.shopdata import Shop, read_shop
from cdp_lake.synthetic.sizes import Size
from cdp_lake.synthetic.traps import Traps, lay_traps


@dataclass(frozen=True)
class World:
    """Everything true: what happened, to whom, and which values mislead."""

    seed: int
    size: Size
    shop: Shop
    people: list[Person]
    traps: Traps
    rates: NoiseRates

    def chance(self, topic: str) -> Rng:
        """The random stream of one topic in this world."""
        return stream(self.seed, topic)

    @cached_property
    def mains(self) -> dict[int, Person]:
        """The main shopper of each household, by household number."""
        return mains_of(self.people)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Names, brands and prices of the shop's products."""
        return catalogue_of(self.shop, self.chance("prices"))

    @cached_property
    def customer_ids(self) -> list[str]:
        """The first customer number of each person in the CRM; empty for people it does not know."""
        return [f"C{p.number * 3 + 10_001:07d}" if p.in_crm else "" for p in self.people]


def make_world(size: Size, seed: int) -> World:
    """The world of a size and a seed."""
    shop = read_shop(size, stream(seed, "households chosen"))
    homes = found_households(stream(seed, "homes"), shop.household_sizes)
    people = populate(stream(seed, "people"), homes, shop.household_sizes, Habits())
    people, traps = lay_traps(stream(seed, "traps"), people, size)
    return World(seed, size, shop, people, traps, NoiseRates())
