"""The Jaro-Winkler of scoring against DuckDB's, with which models are trained."""

import random
import string

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_lake.identity.matching.jaro_winkler import jaro_winkler

FEW_LETTERS = st.text("ab", max_size=8) | st.text("abcd ", max_size=30) | st.text(string.printable, max_size=12)


def _duckdbs(one, other):
    pairs = pd.DataFrame({"one": one, "other": other})  # noqa: F841 - DuckDB reads it
    return duckdb.sql("SELECT jaro_winkler_similarity(one, other) AS similar FROM pairs").df()["similar"].to_numpy()


def _slipped(word, chance):
    """The word with neighbours exchanged, a letter lost or another put in."""
    letters = list(word)
    for _ in range(chance.randint(0, 3)):
        place = chance.randrange(len(letters) + 1)
        letters[place : place + 2] = letters[place : place + 2][::-1]
        letters[place : place + chance.randint(0, 1)] = chance.choice(["", *string.ascii_lowercase])
    return "".join(letters)


@settings(deadline=None, max_examples=50, derandomize=True, database=None)
@given(pairs=st.lists(st.tuples(FEW_LETTERS, FEW_LETTERS), min_size=1, max_size=40))
def test_it_is_duckdbs_to_the_last_bit(pairs):
    one, other = zip(*pairs, strict=True)

    assert jaro_winkler(one, other).tolist() == _duckdbs(one, other).tolist()


@pytest.mark.parametrize(("letters", "longest"), [("abc", 10), (string.ascii_lowercase, 20), ("abcde", 90)])
def test_it_is_duckdbs_on_many_words_with_slips(letters, longest):
    chance = random.Random(7)
    one = ["".join(chance.choices(letters, k=chance.randint(0, longest))) for _ in range(5000)]
    other = [_slipped(word, chance) if chance.random() < 0.7 else chance.choice(one) for word in one]

    assert (jaro_winkler(one, other) == _duckdbs(one, other)).all()


def test_half_a_transposition_is_dropped():
    jaro = (4 / 5 + 4 / 6 + (4 - 1) / 4) / 3

    assert jaro_winkler(["Hsmel"], ["Holmes"]) == pytest.approx([jaro + 0.1 * (1 - jaro)])


def test_it_compares_characters_and_not_the_bytes_they_are_written_in():
    assert jaro_winkler(["北京", "josé", "北京市"], ["南京", "jose", "北京市"]) == pytest.approx(
        [2 / 3, (3 / 4 + 3 / 4 + 1) / 3 + 0.3 * (1 - (3 / 4 + 3 / 4 + 1) / 3), 1.0]
    )


def test_nothing_is_like_nothing():
    assert jaro_winkler(["", "", "a"], ["", "a", ""]).tolist() == [0.0, 0.0, 0.0]
    assert jaro_winkler([], []).tolist() == []
