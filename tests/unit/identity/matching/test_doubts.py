"""What no weight overrules: agreement of households and of namesakes, and contradictions."""

from dataclasses import replace

import duckdb
import numpy as np
import pytest

from cdp_lake.identity.matching.calibration import prior, untrained
from cdp_lake.identity.matching.comparisons import comparisons
from cdp_lake.identity.matching.doubts import MATCHES_PER_HOUSEHOLD, RARITY_IS_KNOWN, SELDOM, UNPROVEN, doubts
from cdp_lake.identity.matching.splitting import HOLDS, LIKELY

COLUMNS = ["given", "formal", "family", "generation", "birth_date", "email", "phone", "postcode", "street", "gender"]
COMPARED = comparisons([*COLUMNS, "national_id", "code"])
LEARNT = untrained(COMPARED, {c.name: prior(c)[::-1] for c in COMPARED})
BEST = {c.name: len(c.grades) for c in COMPARED}
ALIKE, OTHER_INITIAL, SLIP = 1, 2, 6  # grades of a given name
AGREES = next(c.agrees for c in COMPARED if c.name == "given")
NAMES = {"given": BEST["given"], "family": BEST["family"]}
SAME_HOME = {"phone": BEST["phone"], "place": BEST["place"], "street": BEST["street"]}


def _seldom_contradicting(learnt):
    """The same, each contradiction as rare as the rule asks for."""
    m = {name: shares.copy() for name, shares in learnt.m.items()}
    for c in (c for c in COMPARED if c.apart):
        m[c.name][: c.apart] = SELDOM / c.apart / 2
        m[c.name][c.apart :] *= (1 - SELDOM / 2) / m[c.name][c.apart :].sum()
    return replace(learnt, m=m, household_share=learnt.match_share)


CLEAN = _seldom_contradicting(LEARNT)


def _true(condition, grades, compared=COMPARED):
    columns = ", ".join(f"{grades.get(c.name, -1)} AS gamma_{c.name}" for c in compared)
    return duckdb.sql(f"SELECT {condition} FROM (SELECT {columns})").fetchone()[0]  # noqa: S608


def _unproven(grades, records=RARITY_IS_KNOWN, compared=COMPARED):
    return _true(doubts(compared, CLEAN, records).unproven, grades, compared)


def _contradicted(grades, learnt=CLEAN):
    return _true(doubts(COMPARED, learnt, RARITY_IS_KNOWN).contradicted, grades)


def test_the_unproven_may_follow_others_and_start_no_entity():
    assert HOLDS < UNPROVEN < LIKELY


@pytest.mark.parametrize("own", ["given", "birth", "email", "national_id", "code"])
def test_what_a_household_shares_proves_no_person_until_something_of_his_own_agrees(own):
    at_home = {"family": BEST["family"], "gender": 1, **SAME_HOME}

    assert _unproven(at_home)
    assert not _unproven(at_home | {own: BEST[own]})


@pytest.mark.parametrize("grade", range(OTHER_INITIAL + 1))
def test_a_given_name_that_is_only_alike_is_none_that_agrees(grade):
    assert _unproven({"family": BEST["family"], **SAME_HOME, "given": grade})
    assert not _unproven({"family": BEST["family"], **SAME_HOME, "given": AGREES})
    assert _unproven({"family": 0, **SAME_HOME, "given": BEST["given"]})  # Smith Ann and Smith Bob, read backwards


@pytest.mark.parametrize("same", ["email", "phone", "street", "national_id"])
def test_namesakes_born_on_one_day_are_two_until_one_way_to_reach_them_is_the_same(same):
    born = NAMES | {"birth": BEST["birth"]}
    elsewhere = {"phone": 0, "place": 0, "street": 0}

    assert _unproven(born | elsewhere)
    assert _unproven(born | elsewhere | {"place": BEST["place"] - 1})  # another house in town
    assert not _unproven(born | elsewhere | {same: BEST[same]})
    assert not _unproven(born | {"place": 0, "street": 0})  # who moved


def test_in_a_small_file_a_name_alone_proves_nobody_and_in_a_large_one_its_rarity_tells():
    assert _unproven(NAMES | {"birth": -1, "gender": 1}, records=RARITY_IS_KNOWN - 1)
    assert not _unproven(NAMES, records=RARITY_IS_KNOWN)


@pytest.mark.parametrize("beside", ["birth", "email", "phone", "place", "street", "national_id"])
def test_in_a_small_file_anything_beside_the_name_will_do(beside):
    assert not _unproven(NAMES | {beside: BEST[beside]}, records=10)


def test_where_a_file_has_nothing_but_names_names_must_do():
    compared = comparisons(["given", "formal", "family"])

    assert not _unproven(NAMES, records=10, compared=compared)


def test_where_a_file_has_nothing_of_a_person_a_household_must_do():
    compared = comparisons(["family", "phone", "street"])

    assert not _unproven({"family": BEST["family"], **SAME_HOME}, records=10, compared=compared)


@pytest.mark.parametrize(("field", "grade"), [("given", 0), ("given", ALIKE), ("generation", 0), ("birth", 0)], ids=str)
def test_a_contradiction_is_no_match_unless_a_number_of_one_person_agrees(field, grade):
    else_the_same = {**NAMES, **SAME_HOME, "birth": BEST["birth"], "email": BEST["email"], "generation": -1}
    pair = else_the_same | {field: grade}

    assert _contradicted(pair)
    assert not _contradicted(pair | {"national_id": BEST["national_id"]})
    assert not _contradicted(pair | {"code": 1})


@pytest.mark.parametrize(
    ("field", "grade"),
    [("given", -1), ("given", OTHER_INITIAL), ("given", SLIP), ("birth", -1), ("birth", 1), ("generation", -1)],
)
def test_slips_initials_and_what_is_not_known_contradict_nothing(field, grade):
    assert not _contradicted({**NAMES, **SAME_HOME, field: grade})


@pytest.mark.parametrize(("field", "grade"), [("given", 0), ("birth", 0), ("generation", 0)])
def test_where_a_person_often_contradicts_himself_it_tells_nobody_apart(field, grade):
    m = {**CLEAN.m, field: np.array([SELDOM + 0.01, *CLEAN.m[field][1:]])}

    assert not _contradicted({**NAMES, **SAME_HOME, field: grade}, replace(CLEAN, m=m))


def test_where_there_are_no_households_nobody_is_mixed_up_with_his_father():
    no_households = replace(CLEAN, household_share=CLEAN.match_share / MATCHES_PER_HOUSEHOLD / 2)

    assert not _contradicted({**NAMES, **SAME_HOME, "birth": 0}, no_households)


def test_organisations_are_known_by_their_names():
    compared = comparisons(["organisation", "given", "family", "phone", "street"])

    assert not _unproven({"organisation": 1}, records=10, compared=compared)
    assert _unproven({"phone": 1, "street": 1}, records=10, compared=compared)
