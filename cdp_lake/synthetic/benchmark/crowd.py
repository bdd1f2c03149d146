"""The people of the benchmark: households, what changes in them during the year, and the traps laid among them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cdp_lake.errors import ConfigError, did_you_mean
from cdp_lake.synthetic.chance import Rng, below, stream
from cdp_lake.synthetic.households import Household, found_households
from cdp_lake.synthetic.names import FullName, family_name
from cdp_lake.synthetic.noise import NoiseRates
from cdp_lake.synthetic.people import Habits, Person, populate
from cdp_lake.synthetic.shopdata import DAY, SIZE_SHARES, YEAR_START
from cdp_lake.synthetic.sizes import Size
from cdp_lake.synthetic.traps import Traps, lay_traps

FIRST_MOVE, MOVING_DAYS = YEAR_START + 120 * DAY, 120
CARD_DIGITS, LOGINS = 10**10, 10**7


@dataclass(frozen=True)
class BenchmarkSize:
    """One size: households, and traps of each kind."""

    name: str
    households: int
    traps: int


BENCHMARK_SIZES = {size.name: size for size in (BenchmarkSize("S", 580, 12), BenchmarkSize("M", 2_310, 40))}

# Rougher than the shop of the demo, where most of the evidence lies in events that a flat file cannot hold.
NOISE = NoiseRates(
    nickname=0.3,
    name_typo=0.1,
    swapped=0.05,
    email_typo=0.03,
    phone_typo=0.03,
    missing_email=0.15,
    missing_phone=0.2,
    missing_birth_date=0.15,
    day_month_swap=0.02,
)


@dataclass(frozen=True)
class LifeRates:
    """How often something changes in the year that is written down; e-mail and phone change as `Habits` says."""

    household_moves: float = 0.1
    woman_takes_other_name: float = 0.04


@dataclass(frozen=True)
class Crowd:
    """Everybody, the traps, and what was true before: homes by household and names by person, each until when."""

    people: list[Person]
    traps: Traps
    homes_before: dict[int, tuple[Household, int]]
    names_before: dict[int, FullName]

    def home_at(self, person: Person, when: int) -> Household:
        """Where the person lived at that time (UTC seconds)."""
        before, until = self.homes_before.get(person.household.number, (person.household, 0))
        return before if when < until else person.household

    def name_at(self, person: Person, when: int) -> FullName:
        """What the person was called at that time."""
        return self.names_before.get(person.number, person.name) if when < person.changed_at else person.name


def benchmark_size(name: str) -> BenchmarkSize:
    """The size of that name, or a teaching error."""
    if name not in BENCHMARK_SIZES:
        hint = did_you_mean(name, BENCHMARK_SIZES)
        raise ConfigError(f"synth --identity-benchmark: unknown size '{name}'; {hint}")
    return BENCHMARK_SIZES[name]


def gather(size: BenchmarkSize, seed: int) -> Crowd:
    """The crowd of a size and a seed."""
    shares = list(SIZE_SHARES.values())
    sizes = stream(seed, "benchmark sizes").choice(np.array(list(SIZE_SHARES)), size=size.households, p=shares)
    homes = found_households(stream(seed, "benchmark homes"), sizes)
    people = populate(stream(seed, "benchmark people"), homes, sizes, Habits())
    people = _with_meaningless_numbers(stream(seed, "benchmark numbers"), people)
    planted = Size(size.name, people=0, copies=0, events=0, traps=size.traps, kiosks=0, kiosk_people=0)
    people, traps = lay_traps(stream(seed, "benchmark traps"), people, planted)
    moves = _moves(stream(seed, "benchmark moves"), homes)
    return Crowd(people, traps, moves, _names_before(stream(seed, "benchmark names"), people))


def _with_meaningless_numbers(rng: Rng, people: list[Person]) -> list[Person]:
    """Cards and logins numbered at random: the shop's own numbers run along the households."""
    cards = rng.choice(CARD_DIGITS, size=len(people), replace=False).tolist()
    logins = rng.choice(LOGINS, size=len(people), replace=False).tolist()
    return [
        replace(
            person,
            loyalty_no=f"6{card:010d}" if person.loyalty_no else "",
            user_id=f"u{login:07d}" if person.user_id else "",
        )
        for person, card, login in zip(people, cards, logins, strict=True)
    ]


def _moves(rng: Rng, homes: list[Household]) -> dict[int, tuple[Household, int]]:
    """By household that moved within its country: its former home, and until when."""
    elsewhere = found_households(rng, np.ones(len(homes), dtype=np.int64))
    vacant = {country: iter([home for home in elsewhere if home.country == country]) for country in ("US", "CN")}
    moving = [home for home in homes if rng.random() < LifeRates().household_moves]
    return {home.number: (next(vacant[home.country]), FIRST_MOVE + below(rng, MOVING_DAYS) * DAY) for home in moving}


def _names_before(rng: Rng, people: list[Person]) -> dict[int, FullName]:
    """By woman with an English name who took another family name: her name before."""
    return {
        person.number: person.name._replace(family=family_name(rng, "en"))
        for person in people
        if person.gender == "F"
        and person.household.language == "en"
        and rng.random() < LifeRates().woman_takes_other_name
    }
