"""The grades that columns allow: fit for DuckDB to train and for Spark to score."""

import duckdb
import pandas as pd
import pytest
from splink import Linker
from splink.backends.duckdb import DuckDBAPI
from sqlglot import exp, parse_one

from cdp_lake.identity.matching.calibration import prior, untrained
from cdp_lake.identity.matching.comparisons import comparisons
from cdp_lake.identity.matching.compiling import compiled
from cdp_lake.identity.matching.grades import Comparison
from cdp_lake.identity.matching.splink_form import model_of, settings_of

NAMES = ["given", "formal", "given_sound", "native_given", "middle", "family", "family_sound", "native_family"]
PEOPLE = [*NAMES, "generation", "birth_date", "gender", "occupation"]
PLACES = ["postcode", "city", "region", "street", "house_number", "street_2", "country"]
EVERY = [*PEOPLE, *PLACES, "organisation", "email", "phone", "national_id", "text_1", "code", "date_2"]
SETS = [EVERY, [*PEOPLE, "email"], ["given", "formal"], ["family"], ["birth_year"], ["city"], ["region", "city"]]


def _named(columns):
    return {c.name: c for c in comparisons(columns)}


def _grade(comparison: Comparison, **values):
    """The grade DuckDB gives to a pair: -1 unknown, 0 differs; `a=("x", "y")` is a column of both ends."""
    levels = [comparison.unknown, *(grade.condition for grade in comparison.grades)]
    cases = " ".join(f"WHEN {condition} THEN {n}" for n, condition in enumerate(levels))
    wanted = {c.name for level in levels for c in parse_one(level, read="duckdb").find_all(exp.Column)}
    ends = {f"{name}_{end}": value for name, pair in values.items() for end, value in zip("lr", pair, strict=True)}
    columns = ", ".join(f"cast(${name} as varchar) AS {name}" for name in sorted(wanted))
    given = {name: ends.get(name) for name in wanted}
    level = duckdb.execute(f"SELECT CASE {cases} END FROM (SELECT {columns})", given).fetchone()[0]  # noqa: S608
    if level is None:
        return 0
    return len(comparison.grades) + 1 - level if level else -1


@pytest.mark.parametrize("columns", SETS, ids=lambda columns: " ".join(columns[:3]))
def test_every_condition_asks_for_columns_that_are_there(columns):
    for c in comparisons(columns):
        for condition in (c.unknown, *(grade.condition for grade in c.grades)):
            asked = {column.name[:-2] for column in parse_one(condition, read="duckdb").find_all(exp.Column)}
            assert asked <= set(columns), (c.name, condition)
        assert {grade.rarity_of for grade in c.grades} - {None} <= set(columns)


@pytest.mark.parametrize("columns", SETS, ids=lambda columns: " ".join(columns[:3]))
def test_every_comparison_has_its_own_name_and_its_priors_are_shares(columns):
    found = comparisons(columns)

    assert len({c.name for c in found}) == len(found) > 0
    for c in found:
        assert c.differs + sum(grade.m for grade in c.grades) == pytest.approx(1, abs=0.35), c.name
        assert prior(c).sum() == pytest.approx(1)
        assert all(grade.m > 0 for grade in c.grades) and c.differs > 0 and 0 < c.chance < 1


def test_the_order_of_the_columns_changes_nothing():
    assert comparisons(reversed(EVERY)) == comparisons(EVERY)


def test_nothing_known_is_nothing_compared():
    assert comparisons(["nothing_known", "house_number"]) == ()


def test_two_in_one_household_share_family_phone_and_place_but_no_given_name_or_birth_date():
    shared = {c.name for c in comparisons(EVERY) if c.shared}

    assert shared == {"family", "phone", "place", "street", "street_2", "country"}


@pytest.mark.parametrize("columns", SETS, ids=lambda columns: " ".join(columns[:3]))
def test_a_model_of_them_compiles_with_the_grades_that_were_learnt(columns):
    found = comparisons(columns)
    by_chance = {c.name: prior(c)[::-1] for c in found}

    model = compiled(model_of(found, untrained(found, by_chance)))

    for c, ready in zip(found, model.comparisons, strict=True):
        best_first = [(weights.grade, weights.m, weights.u) for weights in ready.weights]
        grades = range(len(c.grades), -1, -1)
        assert best_first == [(n, pytest.approx(prior(c)[n]), pytest.approx(by_chance[c.name][n])) for n in grades]


def test_splink_reads_the_settings_and_the_model_as_its_own():
    people = pd.DataFrame({name: ["a", "b"] for name in ["record", *EVERY]})

    for form in (settings_of(comparisons(EVERY)), _model_of_everything()):
        with duckdb.connect() as db:
            saved = Linker(DuckDBAPI(db).register(people), form, log_level=None).misc.save_model_to_json()
        assert [_numbers(c) for c in saved["comparisons"]] == [_numbers(c) for c in form["comparisons"]]


def _numbers(comparison):
    wanted = ("sql_condition", "m_probability", "u_probability", "tf_adjustment_column", "is_null_level")
    levels = [[level.get(name) for name in wanted] for level in comparison["comparison_levels"]]
    return comparison["output_column_name"], levels


def _model_of_everything():
    found = comparisons(EVERY)
    return model_of(found, untrained(found, {c.name: prior(c)[::-1] for c in found}))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"given": ("ann", None)}, "unknown"),
        ({"given": ("robert", "robert")}, "same"),
        ({"given": ("robert", "bob"), "formal": ("robert", "robert")}, "formal"),
        ({"given": ("lee", "ann"), "family": ("ann", "lee")}, "swapped"),
        ({"given": ("rick", "eric"), "formal": ("richard", "eric"), "formal_too": ("eric", None)}, "formal"),
        ({"given": ("tina", "christine"), "formal": ("christina", "christine")}, "formal"),
        ({"given": ("robert", "robret")}, "typo"),
        ({"given": ("toy", "tony")}, "typo"),
        ({"given": ("wenwen", "weiwen"), "given_kind": ("pinyin", "pinyin")}, "alike"),
        ({"given": ("weiwne", "weiwen"), "given_kind": ("other", "pinyin")}, "typo"),
        ({"given": ("al", "alastair")}, "start"),
        ({"given": ("xia", "xiahong"), "given_kind": ("pinyin", "pinyin")}, "alike"),
        ({"given": ("leee", "ann"), "family": ("ann", "lee")}, "swapped, with slips"),
        ({"given": ("eric", "jianxue"), "given_kind": ("other", "pinyin")}, "in two languages"),
        ({"given": ("tanner", "becky"), "family": ("becky", "sanchez")}, "swapped, one way"),
        ({"given": ("b", "robert")}, "initial"),
        ({"given": ("darla", "darlene")}, "alike"),
        ({"given": ("zoe", "robert")}, "differs"),
    ],
)
def test_given_names_are_graded_by_how_they_came_to_differ(values, expected):
    given = _named(["given", "given_kind", "formal", "formal_too", "family"])["given"]
    best_first = ["same", "swapped", "formal", "typo", "start", "swapped, with slips", "in two languages"]
    best_first += ["swapped, one way", "initial", "alike"]
    numbers = {name: len(best_first) - n for n, name in enumerate(best_first)} | {"differs": 0, "unknown": -1}

    assert _grade(given, **values) == numbers[expected]


def test_one_sound_in_other_characters_is_not_one_name():
    given = _named(["given", "native_given", "family"])["given"]
    top = len(given.grades)

    assert _grade(given, given=("gui", "gui"), native_given=("桂", "桂")) == top
    assert _grade(given, given=("gui", "gui"), native_given=("桂", None)) == top - 1
    assert _grade(given, given=("gui", "gui"), native_given=("桂", "贵")) < given.agrees


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        ("jones81@a.com", "jones81@a.com", 3),
        ("roascathy60@a.com", "rojascathy60@a.com", 1),
        ("janderson00@a.com", "janderson97@a.com", 0),
        ("wolfe@a.com", "wolfe2@a.com", 0),
        ("coffeepanda94@a.com", "cofeepanda94@a.com", 1),
    ],
)
def test_mailboxes_that_only_say_the_name_are_alike_for_a_slip_and_not_for_another_number(one, other, grade):
    email = _named(["email", "family"])["email"]
    family = next((name for name in ("jones", "rojas", "anderson", "wolfe") if name in other), None)

    assert _grade(email, email=(one, other), family=(family, family)) == grade


def test_exchanged_names_count_once():
    family = _named(["given", "formal", "family"])["family"]

    assert _grade(family, given=("lee", "ann"), family=("ann", "lee")) == -1
    assert _grade(family, given=("ann", "ann"), family=("lee", "lee")) == len(family.grades)


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        ("1971-06-24", "1971-06-24", 4),
        ("1971-06-05", "1971-05-06", 3),
        ("1971-06-24", "1971-06-25", 3),
        ("1971-06-24", "1971-06-42", 2),
        ("1971-06-24", "1971-11-09", 1),
        ("1971-06-24", "2005-06-24", 1),
        ("1971-06-24", "1988-11-09", 0),
        ("1971-06-24", None, -1),
    ],
)
def test_birth_dates_are_graded_by_slips_of_the_pen(one, other, grade):
    assert _grade(_named(["birth_date"])["birth"], birth_date=(one, other)) == grade


def test_a_place_is_unknown_only_where_no_part_of_it_can_be_compared():
    place = _named(["postcode", "city", "region"])["place"]

    assert _grade(place, postcode=("1010", None), city=(None, "wien")) == -1
    assert _grade(place, postcode=("1010", None), city=("wien", "wien")) == 4
    assert _grade(place, postcode=("1010", "1010"), city=("wien", "graz")) == 5


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        ("ann.lee@mail.com", "ann.lee@mail.com", 3),
        # The same name at two providers is no more than the name; a slip in the domain is one.
        ("ann.lee@mail.com", "ann.lee@company.org", 0),
        ("ann.lee@mail.com", "ann.lee@mial.com", 2),
        ("ann.lee@mail.com", "an.lee@mail.com", 1),
        ("sunnymoon@mail.com", "sunnymoon@company.org", 2),
        ("alee@mail.com", "alee@company.org", 0),
        ("ann.lee@mail.com", None, -1),
    ],
)
def test_a_mailbox_that_is_only_the_name_says_no_more_than_the_name(one, other, grade):
    assert _grade(_named(["family", "email"])["email"], email=(one, other), family=("lee", "lee")) == grade


def test_the_name_of_a_mailbox_counts_where_no_family_name_is_known():
    email = _named(["family", "email"])["email"]

    assert _grade(email, email=("ann.lee@mail.com", "ann.lee@company.org"), family=(None, "lee")) == 2


def test_a_street_is_near_one_that_has_a_building_before_it_or_the_city_behind():
    street = _named(["street", "house_number"])["street"]
    same_number = {"house_number": ("638", "638")}

    assert _grade(street, street=("downey st salem", "adventura apartments downey st salem"), **same_number) == 3
    assert _grade(street, street=("downey st", "downey st salem or")) == 1
    assert _grade(street, street=("elm st", "helm st corner")) == 0


def test_grades_that_tell_two_people_apart_are_none_that_agree():
    apart = {c.name: c.apart for c in comparisons(EVERY) if c.apart}

    assert apart == {"given": 2, "generation": 1, "birth": 1}
    assert all(c.apart < c.agrees + 1 <= len(c.grades) + 1 for c in comparisons(EVERY))
