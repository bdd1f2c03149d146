"""True names of people: English ones by census weight, Chinese ones with Zipf-weighted surnames."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from faker.providers.person.en_US import Provider as English
from faker.providers.person.zh_CN import Provider as Chinese
from pypinyin import lazy_pinyin

from cdp_lake.synthetic.chance import Floats, Rng, below, one_of
from cdp_lake.synthetic.words import ENGLISH_NAMES, GIVEN_FEMALE, GIVEN_MALE, HANZI_VARIANTS, SURNAME_READINGS

ONE_CHARACTER_SHARE = 0.28
VARIANTS = str.maketrans(HANZI_VARIANTS)


class FullName(NamedTuple):
    """A name in truth: Latin given and family name, the Hanzi form and an English first name where used."""

    given: str
    family: str
    native: str = ""
    english: str = ""
    native_family: str = ""


class _Pool(NamedTuple):
    names: list[str]
    ladder: Floats

    def draw(self, rng: Rng) -> str:
        return self.names[int(np.searchsorted(self.ladder, rng.random() * self.ladder[-1]))]


@cache
def _pool(kind: str) -> _Pool:
    weights: dict[str, float] = {
        "F": English.first_names_female,
        "M": English.first_names_male,
        "family": English.last_names,
        "zh": Chinese.last_names,
    }[kind]
    return _Pool(list(weights), np.cumsum(list(weights.values())))


def family_name(rng: Rng, language: str) -> str:
    """A surname: Latin for English, Hanzi for Chinese."""
    return _pool("zh" if language == "zh" else "family").draw(rng)


def english_name(rng: Rng, gender: str, family: str) -> FullName:
    """An English given name in front of that family name."""
    return FullName(_pool(gender).draw(rng), family)


def chinese_name(rng: Rng, gender: str, family: str) -> FullName:
    """A Chinese name of one or two given characters, with its pinyin and an English first name."""
    characters = GIVEN_FEMALE if gender == "F" else GIVEN_MALE
    given = one_of(rng, characters)
    if rng.random() >= ONE_CHARACTER_SHARE:
        given += characters[below(rng, len(characters))]
    english = one_of(rng, ENGLISH_NAMES[gender == "F"])
    return FullName(latin(given), surname_latin(family), family + given, english, family)


@cache
def latin(hanzi: str) -> str:
    """Pinyin of a given name or place, written as one capitalised word."""
    return "".join(lazy_pinyin(hanzi)).capitalize()


def surname_latin(hanzi: str) -> str:
    """Pinyin of a surname, with the readings that only surnames have."""
    return SURNAME_READINGS.get(hanzi) or latin(hanzi)


def traditional(hanzi: str) -> str:
    """The same name in traditional characters, where the small table knows them."""
    return hanzi.translate(VARIANTS)
