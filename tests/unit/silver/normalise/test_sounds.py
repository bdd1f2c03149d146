"""Sounds: names that are heard alike have one key, others do not."""

import pytest

from cdp_lake.silver.normalise.sounds import sound


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sarah", "zara"),
        ("lee", "leigh"),
        ("thompson", "tomson"),
        ("philip", "filip"),
        ("knight", "night"),
        ("catherine", "katherine"),
        ("jeff", "geoff"),
        ("stephen", "steven"),
        ("mcdonald", "macdonald"),
        ("anna", "ana"),
        ("robb", "rob"),
        ("cindy", "sindy"),
        ("wright", "rite"),
    ],
)
def test_names_heard_alike_have_one_key(one, other):
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other"), [("smith", "jones"), ("bob", "rob"), ("anna", "amy"), ("li", "ni"), ("mark", "mary")]
)
def test_names_heard_apart_have_two(one, other):
    assert sound(one) != sound(other)


@pytest.mark.parametrize("word", ["y", "o", "hh", "x", "1", "иван", "yu"])
def test_no_name_loses_its_key(word):
    assert sound(word)


@pytest.mark.parametrize("word", [None, ""])
def test_nothing_has_no_sound(word):
    assert sound(word) is None
