"""The Jaro-Winkler of scoring against DuckDB's, with which models are trained."""

import random
import string

import duckdb
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from cdp_lake.adapters.similarities import register_similarities
from cdp_lake.identity.matching.compiling import CompiledModel

FEW_LETTERS = st.text("ab", max_size=8) | st.text("abcd ", max_size=30) | st.text(string.printable, max_size=12)
TRIES = 1000
pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def jaro_winkler(spark):
    """The similarity of each pair, asked of Spark at once."""
    register_similarities(spark, CompiledModel(0.1, {"_similarity_0": "jaro_winkler(a_l, a_r)"}))

    def asked(pairs):
        rows = [(number, *pair) for number, pair in enumerate(pairs)]
        texts = spark.createDataFrame(rows, "number INT, a_l STRING, a_r STRING")
        found = texts.select("number", F.expr("jaro_winkler(a_l, a_r)").alias("similar"))
        return [row["similar"] for row in sorted(found.collect())]

    return asked


def _duckdbs(pairs):
    pairs_of_texts = pd.DataFrame(pairs, columns=["one", "other"])  # noqa: F841 - DuckDB reads it
    return (
        duckdb.sql("SELECT jaro_winkler_similarity(one, other) AS similar FROM pairs_of_texts").df()["similar"].tolist()
    )


def _slipped(word, chance):
    """The word with neighbours exchanged, a letter lost or another put in."""
    letters = list(word)
    for _ in range(chance.randint(0, 3)):
        place = chance.randrange(len(letters) + 1)
        letters[place : place + 2] = letters[place : place + 2][::-1]
        letters[place : place + chance.randint(0, 1)] = chance.choice(["", *string.ascii_lowercase])
    return "".join(letters)


def _drawn():
    """Random pairs; each a try of Hypothesis, all of them one question to Spark."""
    pairs = []

    @settings(max_examples=TRIES, database=None, derandomize=True, phases=[Phase.generate])
    @given(pair=st.tuples(FEW_LETTERS, FEW_LETTERS))
    def collect(pair):
        pairs.append(pair)

    collect()
    return pairs


def test_it_is_duckdbs_to_the_last_bit(jaro_winkler):
    pairs = _drawn()

    assert len(pairs) >= TRIES / 2
    assert jaro_winkler(pairs) == _duckdbs(pairs)


@pytest.mark.parametrize(("letters", "longest"), [("abc", 10), (string.ascii_lowercase, 20), ("abcde", 90)])
def test_it_is_duckdbs_on_many_words_with_slips(jaro_winkler, letters, longest):
    chance = random.Random(7)
    one = ["".join(chance.choices(letters, k=chance.randint(0, longest))) for _ in range(5000)]
    other = [_slipped(word, chance) if chance.random() < 0.7 else chance.choice(one) for word in one]
    pairs = list(zip(one, other, strict=True))

    assert jaro_winkler(pairs) == _duckdbs(pairs)


def test_half_a_transposition_is_dropped(jaro_winkler):
    jaro = (4 / 5 + 4 / 6 + (4 - 1) / 4) / 3

    assert jaro_winkler([("Hsmel", "Holmes")]) == pytest.approx([jaro + 0.1 * (1 - jaro)])


def test_it_compares_characters_and_not_the_bytes_they_are_written_in(jaro_winkler):
    assert jaro_winkler([("北京", "南京"), ("josé", "jose"), ("北京市", "北京市")]) == pytest.approx(
        [2 / 3, (3 / 4 + 3 / 4 + 1) / 3 + 0.3 * (1 - (3 / 4 + 3 / 4 + 1) / 3), 1.0]
    )


def test_nothing_is_like_nothing(jaro_winkler):
    pairs = [("", ""), ("", "a"), ("a", ""), (None, "a"), ("a", None)]

    assert jaro_winkler(pairs) == [0.0, 0.0, 0.0, None, None]
