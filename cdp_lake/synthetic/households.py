"""Households: a language, a home and the address its people share."""

from __future__ import annotations

from dataclasses import dataclass

from faker.providers.person.en_US import Provider as English

from cdp_lake.synthetic.chance import Ints, Rng, below, one_of
from cdp_lake.synthetic.names import latin
from cdp_lake.synthetic.words import CN_CITIES, CN_ROADS, STREET_SUFFIXES, US_CITIES

CHINESE_SHARE = 0.36
CHINESE_AT_HOME_SHARE = 0.6
FLAT_SHARE = 0.3
HOUSE_NUMBERS, FLATS, ROAD_NUMBERS, BLOCKS = 9_800, 60, 900, 24


@dataclass(frozen=True)
class Household:
    """One family at one address; `street` is the home spelling, `street_latin` the one for foreign forms."""

    number: int
    language: str
    country: str
    street: str
    street_latin: str
    city: str
    city_latin: str
    region: str
    postcode: str
    area_codes: tuple[str, ...]

    @property
    def household_id(self) -> str:
        """The household's name in truth."""
        return f"h{self.number + 1:05d}"


def found_households(rng: Rng, sizes: Ints) -> list[Household]:
    """One household per entry of `sizes`, with a language and an address."""
    return [_household(rng, number) for number in range(len(sizes))]


def _household(rng: Rng, number: int) -> Household:
    if rng.random() >= CHINESE_SHARE:
        return _american_home(rng, number, "en")
    if rng.random() >= CHINESE_AT_HOME_SHARE:
        return _american_home(rng, number, "zh")
    return _chinese_home(rng, number)


def _american_home(rng: Rng, number: int, language: str) -> Household:
    city = one_of(rng, US_CITIES)
    name, suffix = one_of(rng, tuple(English.last_names)), one_of(rng, tuple(STREET_SUFFIXES))
    flat = f", Apartment {1 + below(rng, FLATS)}" if rng.random() < FLAT_SHARE else ""
    street = f"{100 + below(rng, HOUSE_NUMBERS)} {name} {suffix}{flat}"
    postcode = f"{city.post_prefix}{below(rng, 100):02d}"
    return Household(
        number, language, "US", street, street, city.name, city.latin, city.region, postcode, city.area_codes
    )


def _chinese_home(rng: Rng, number: int) -> Household:
    city, road = one_of(rng, CN_CITIES), one_of(rng, CN_ROADS)
    door, block, flat = 1 + below(rng, ROAD_NUMBERS), 1 + below(rng, BLOCKS), 101 + below(rng, ROAD_NUMBERS)
    street = f"{road}{door}号{block}幢{flat}室"
    street_latin = f"Room {flat}, Building {block}, {door} {latin(road.removesuffix('路'))} Road"
    postcode = f"{city.post_prefix}{below(rng, 1000):03d}"
    return Household(number, "zh", "CN", street, street_latin, city.name, city.latin, city.region, postcode, ())
