"""A Splink model in Spark's SQL: grades as Splink numbers them, each similarity written once."""

import math

import pytest

from cdp_lake.errors import ConfigError
from cdp_lake.identity.matching.compiling import SIMILARITIES, compiled

NULL = {"sql_condition": '"name_l" IS NULL OR "name_r" IS NULL', "is_null_level": True}


def _level(condition, **more):
    return {"sql_condition": condition, "m_probability": 0.5, "u_probability": 0.25, **more}


def _model(*conditions, first=NULL):
    levels = [c if isinstance(c, dict) else _level(c) for c in conditions]
    comparison = {"output_column_name": "name", "comparison_levels": [first, *levels, _level("ELSE")]}
    return {"probability_two_random_records_match": 0.01, "comparisons": [comparison]}


def _only(model):
    (found,) = compiled(model).comparisons
    return found


def test_grades_are_numbered_as_splink_does():
    found = _only(_model('"name_l" = "name_r"', "left(name_l, 1) = left(name_r, 1)"))

    assert found.grade_sql == (
        "CAST(CASE WHEN `name_l` IS NULL OR `name_r` IS NULL THEN -1 WHEN `name_l` = `name_r` THEN 2 "
        "WHEN LEFT(name_l, 1) = LEFT(name_r, 1) THEN 1 ELSE 0 END AS TINYINT)"
    )
    assert [weights.grade for weights in found.weights] == [2, 1, 0]


def test_a_comparison_without_a_null_level_is_numbered_from_0_too():
    found = _only(_model("name_l > name_r", first=_level("name_l = name_r")))

    assert [weights.grade for weights in found.weights] == [2, 1, 0]


def test_a_similarity_is_computed_once_however_many_levels_use_it():
    levels = [f'jaro_winkler_similarity("name_l", "name_r") >= {least}' for least in (0.92, 0.88, 0.7)]
    both = "levenshtein(name_l, name_r) <= 1 or (levenshtein(name_l, name_r) <= 2 and length(name_l) > 6)"
    model = _model(*levels, both)
    model["comparisons"].append({**model["comparisons"][0], "output_column_name": "name_again"})

    found = compiled(model)

    assert found.similarities == {
        "_similarity_0": "IF(`name_l` IS NOT NULL AND `name_r` IS NOT NULL, jaro_winkler(`name_l`, `name_r`), NULL)",
        "_similarity_1": "levenshtein(name_l, name_r)",
    }
    assert all("jaro_winkler" not in c.grade_sql and "levenshtein" not in c.grade_sql for c in found.comparisons)
    assert found.comparisons[0].grade_sql.count("_similarity_0") == 3


def test_similarities_of_other_columns_are_other_similarities():
    found = compiled(_model("levenshtein(name_l, name_r) <= 1", "levenshtein(name_l, alias_r) <= 1"))

    assert len(found.similarities) == 2


@pytest.mark.parametrize("name", SIMILARITIES)
def test_every_similarity_has_its_name_in_spark(name):
    (sql,) = compiled(_model(f"{name}(a_l, a_r) > 0.5")).similarities.values()

    assert f"{SIMILARITIES[name]}(a_l, a_r)" in sql


def test_a_similarity_of_parts_keeps_their_functions():
    found = compiled(_model("jaro_winkler_similarity(split_part(a_l, '@', 1), split_part(a_r, '@', 1)) > 0.9"))

    assert "jaro_winkler(SPLIT_PART(a_l, '@', 1), SPLIT_PART(a_r, '@', 1))" in found.similarities["_similarity_0"]


def test_damerau_is_asked_only_where_levenshtein_is_near():
    (sql,) = compiled(_model("damerau_levenshtein(a_l, a_r) <= 1")).similarities.values()

    assert "IF(levenshtein(a_l, a_r) <= 4, damerau_levenshtein(a_l, a_r), 100.0)" in sql


@pytest.mark.parametrize(
    "condition",
    ["double_metaphone(a_l) = double_metaphone(a_r)", "levenshtein(double_metaphone(a_l), a_r) < 2"],
    ids=["by itself", "inside a similarity"],
)
def test_a_function_that_spark_lacks_is_a_config_error(condition):
    with pytest.raises(ConfigError, match="function 'double_metaphone' has no counterpart in Spark"):
        compiled(_model(condition))


def test_a_misspelt_function_is_told_its_name():
    with pytest.raises(ConfigError, match="damerau_levenshtein"):
        compiled(_model("damerau_levenstein(a_l, a_r) < 2"))


def test_the_last_level_must_take_what_is_left():
    model = _model("name_l = name_r")
    model["comparisons"][0]["comparison_levels"].pop()

    with pytest.raises(ConfigError, match="comparison 'name': its last level must be ELSE"):
        compiled(model)


@pytest.mark.parametrize("wanting", ["m_probability", "u_probability"])
def test_a_level_that_training_never_saw_is_named(wanting):
    """Splink leaves the number out of its JSON."""
    model = _model("name_l = name_r")
    del model["comparisons"][0]["comparison_levels"][1][wanting]

    with pytest.raises(ConfigError, match=f"comparison 'name', level 'name_l = name_r': .*{wanting}"):
        compiled(model)


def test_a_weight_is_the_log_of_m_over_u():
    found = _only(_model(_level("name_l = name_r", m_probability=0.8, u_probability=0.1)))

    assert found.weights[0].weight == pytest.approx(math.log2(8))


def test_rarity_is_measured_against_the_exact_level_wherever_it_counts():
    exact = _level('"name_r" = "name_l"', u_probability=0.01, tf_adjustment_column="name")
    near = _level(
        "levenshtein(name_l, name_r) < 2",
        u_probability=0.03,
        tf_adjustment_column="name",
        tf_adjustment_weight=0.5,
        tf_minimum_u_value=0.001,
    )
    found = compiled(_model(exact, near))

    first, second, last = found.comparisons[0].weights
    assert (first.rarity_of, first.rarity_u, first.rarity_weight, first.rarity_floor) == ("name", 0.01, 1.0, 0.0)
    assert (second.rarity_of, second.rarity_u, second.rarity_weight, second.rarity_floor) == ("name", 0.01, 0.5, 0.001)
    assert last.rarity_of is None
    assert found.rarity_columns == ("name",)


def test_a_level_that_wants_its_own_u_for_rarity_or_has_no_exact_level_gets_its_own():
    exact = _level("name_l = name_r", u_probability=0.01)
    own = _level(
        "name_l > name_r", u_probability=0.03, tf_adjustment_column="name", disable_tf_exact_match_detection=True
    )
    other = _level("a_l > a_r", u_probability=0.04, tf_adjustment_column="a")

    weights = _only(_model(exact, own, other)).weights

    assert [w.rarity_u for w in weights] == [1.0, 0.03, 0.04, 1.0]
