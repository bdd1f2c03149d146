"""How often true pairs agree is found without labels, also where two people of one household are the commoner case."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_lake.identity.matching.calibration import (
    MOST_DIFFERING,
    PRIOR_CHANCES,
    calibrated,
    household_prior,
    prior,
    smoothed_u,
    untrained,
)
from cdp_lake.identity.matching.comparisons import comparisons

COMPARED = [c for c in comparisons(["given", "family", "birth_date", "email", "phone", "postcode", "street"])]
NAMES = [c.name for c in COMPARED]
PAIRS = 1_000_000


def _of(differing, comparison):
    """Shares of each grade: the given share differs, most of the others are the best grade."""
    rest = np.full(len(comparison.grades), 0.2 / max(len(comparison.grades) - 1, 1))
    rest[-1] = 1 - rest[:-1].sum()
    return np.array([differing, *((1 - differing) * rest)])


STRANGERS = {c.name: _of({"given": 0.98, "family": 0.985}.get(c.name, 0.995), c) for c in COMPARED}
MATCHES = {
    c.name: _of({"email": 0.3, "phone": 0.35, "place": 0.2, "street": 0.25}.get(c.name, 0.1), c) for c in COMPARED
}
HOUSEHOLDS = {c.name: _of(0.08, c) if c.shared else STRANGERS[c.name] for c in COMPARED}


def _patterns(rows):
    """The patterns of simulated pairs: rows of grades, rarity saying nothing."""
    named = pd.DataFrame(rows, columns=[f"gamma_{name}" for name in NAMES])
    seen = named.value_counts(sort=False).rename("pairs").reset_index()
    return seen.assign(rarity=0.0, shared_rarity=0.0)


def _simulated(matches, households, unknown=0.0, seed=1):
    """Grades of pairs drawn from known shares; of each field some are unknown."""
    chance = np.random.default_rng(seed)
    kinds = [(MATCHES, matches), (HOUSEHOLDS, households), (STRANGERS, PAIRS - matches - households)]
    rows = np.vstack(
        [
            np.column_stack([chance.choice(len(shares[name]), size=count, p=shares[name]) for name in NAMES])
            for shares, count in kinds
        ]
    )
    rows[chance.random(rows.shape) < unknown] = -1
    return _patterns(rows)


def _mixed(matches, households):
    """Grades of random pairs as they are counted: matches and households are among them."""
    one, other = matches / PAIRS, households / PAIRS
    return {n: one * MATCHES[n] + other * HOUSEHOLDS[n] + (1 - one - other) * STRANGERS[n] for n in NAMES}


@pytest.mark.parametrize(
    ("matches", "households", "unknown"),
    [(2000, 0, 0.0), (2000, 2000, 0.1), (2000, 10_000, 0.0), (2000, 10_000, 0.2), (400, 2000, 0.0)],
)
def test_the_share_of_matches_is_found_also_beside_five_times_as_many_households(matches, households, unknown):
    seen = _simulated(matches, households, unknown)

    learnt = calibrated(seen, COMPARED, _mixed(matches, households), PAIRS)

    assert learnt.match_share * PAIRS == pytest.approx(matches, rel=0.15)
    assert learnt.expected_matches == pytest.approx(matches, rel=0.15)
    assert learnt.household_share * PAIRS == pytest.approx(households, rel=0.15, abs=0.05 * matches)


def test_how_often_each_kind_agrees_is_found():
    learnt = calibrated(_simulated(5000, 1000), COMPARED, _mixed(5000, 1000), PAIRS)

    for name in NAMES:
        assert learnt.m[name] == pytest.approx(MATCHES[name], abs=0.03), name
        assert learnt.u[name] == pytest.approx(STRANGERS[name], abs=0.003), name
    for name in learnt.household:
        assert learnt.household[name] == pytest.approx(HOUSEHOLDS[name], abs=0.05), name
    assert set(learnt.household) == {c.name for c in COMPARED if c.is_of_households}


def test_shared_values_that_are_rare_speak_for_a_match():
    grades = [[len(c.grades) if c.name in ("given", "family") else -1 for c in COMPARED]] * 100
    same = _patterns(grades)
    others = _simulated(2000, 0)

    found = [
        calibrated(pd.concat([others, same.assign(rarity=bits)]), COMPARED, _mixed(2000, 0), PAIRS).expected_matches
        for bits in (-8.0, 8.0)
    ]

    assert found[0] == pytest.approx(2000, abs=20)
    assert found[1] == pytest.approx(2100, abs=20)


def test_without_pairs_the_priors_stay():
    nothing = _patterns(np.empty((0, len(NAMES)), dtype=int))

    learnt = calibrated(nothing, COMPARED, STRANGERS, 1000)

    for c in COMPARED:
        assert learnt.m[c.name] == pytest.approx(prior(c))
        assert learnt.u[c.name].sum() == pytest.approx(1)
    assert learnt.expected_matches == 0
    assert 0 < learnt.match_share < 1e-3


def test_few_pairs_move_the_priors_little():
    all_differ = _patterns([[len(c.grades) if c.name in ("email", "given") else 0 for c in COMPARED]] * 3)

    learnt = calibrated(all_differ, COMPARED, STRANGERS, 1000)

    phone = next(c for c in COMPARED if c.name == "phone")
    assert learnt.m["phone"][0] == pytest.approx(prior(phone)[0], abs=0.1)


def test_people_never_differ_in_their_name_more_often_than_people_do():
    """Pairs that share everything but the given name are no evidence that people change it."""
    twins = [[0 if c.name in MOST_DIFFERING else len(c.grades) for c in COMPARED]] * 5000
    seen = pd.concat([_simulated(500, 0), _patterns(twins)])

    learnt = calibrated(seen, COMPARED, _mixed(500, 5000), PAIRS)

    for name in set(NAMES) & set(MOST_DIFFERING):
        assert learnt.m[name][0] <= MOST_DIFFERING[name] + 1e-12, name


@settings(deadline=None, max_examples=40, derandomize=True, database=None)
@given(
    rows=st.lists(st.tuples(*[st.integers(-1, len(c.grades)) for c in COMPARED]), max_size=12),
    each=st.integers(1, 10_000),
    more=st.integers(1, 1_000_000),
)
def test_probabilities_sum_to_one_and_stay_within_their_caps_whatever_was_seen(rows, each, more):
    seen = _patterns(np.array(rows, dtype=int).reshape(-1, len(NAMES)))
    seen["pairs"] *= each

    learnt = calibrated(seen, COMPARED, STRANGERS, int(seen["pairs"].sum()) + more)

    for shares in (*learnt.m.values(), *learnt.household.values(), *learnt.u.values()):
        assert shares.sum() == pytest.approx(1)
        assert (shares > 0).all()
    assert all(learnt.m[name][0] <= MOST_DIFFERING.get(name, 1) + 1e-12 for name in NAMES)
    assert learnt.match_share > 0 and learnt.household_share > 0
    assert learnt.match_share + learnt.household_share < 1
    assert 0 <= learnt.expected_matches <= seen["pairs"].sum() + 1e-6


def test_the_same_pairs_teach_the_same_twice():
    one, other = (calibrated(_simulated(300, 300), COMPARED, STRANGERS, PAIRS) for _ in range(2))

    assert one.match_share == other.match_share
    assert all((one.m[name] == other.m[name]).all() for name in NAMES)


def test_namesakes_and_twins_are_rare_in_a_household_and_shared_fields_agree_as_often_as_in_one_person():
    for c in (c for c in COMPARED if c.is_of_households):
        shares = household_prior(c)
        assert shares.sum() == pytest.approx(1)
        assert (shares > 0).all()
        if c.shared:
            assert shares == pytest.approx(prior(c))
        else:
            assert shares[:0:-1] == pytest.approx([grade.at_home for grade in c.grades])
            assert shares[1:].sum() < 0.12


def test_untrained_is_the_prior_beside_counted_chances():
    known = untrained(COMPARED, STRANGERS)

    assert known.u is STRANGERS
    assert all((known.m[c.name] == prior(c)).all() for c in COMPARED)


@pytest.mark.parametrize("comparison", COMPARED, ids=NAMES)
def test_chances_are_the_counted_ones_where_many_pairs_were_looked_at(comparison):
    grades = len(comparison.grades)
    often_alike = [0.5, *[0.5 / grades] * grades]

    assert smoothed_u(comparison, often_alike, 10_000_000) == pytest.approx(often_alike, abs=1e-3)


@pytest.mark.parametrize("pairs", [0, 1, 1000])
def test_what_was_never_seen_may_happen_all_the_same(pairs):
    for comparison in COMPARED:
        shares = smoothed_u(comparison, [1.0, *[0.0] * len(comparison.grades)], pairs)
        assert shares.sum() == pytest.approx(1)
        assert (shares > 0).all()


@pytest.mark.parametrize("comparison", comparisons(["given", "birth_date", "email"]), ids=lambda c: c.name)
def test_where_hardly_a_pair_was_looked_at_strangers_agree_as_seldom_as_is_shipped(comparison):
    shares = smoothed_u(comparison, [1.0, *[0.0] * len(comparison.grades)], 1)

    assert shares[1:] == pytest.approx(max(comparison.chance, 0.5 / PRIOR_CHANCES), rel=0.1)


def test_labels_of_nobody_change_nothing():
    seen = _simulated(500, 1000)
    one = calibrated(seen, COMPARED, _mixed(500, 1000), PAIRS)
    other = calibrated(seen.assign(is_match=None), COMPARED, _mixed(500, 1000), PAIRS)

    assert one.match_share == other.match_share
    assert all((one.m[name] == other.m[name]).all() for name in NAMES)


def test_labels_teach_what_pairs_do_not_show():
    """True pairs that look like strangers: who moved, married and changed the address."""
    seen = _simulated(300, 0, seed=3)
    moved = _patterns([[5 if name == "given" else 0 for name in NAMES]] * 200)
    chances = _mixed(300, 0)
    untaught = calibrated(pd.concat([seen, moved]), COMPARED, chances, PAIRS)
    taught = calibrated(pd.concat([seen.assign(is_match=None), moved.assign(is_match=True)]), COMPARED, chances, PAIRS)
    warned = calibrated(pd.concat([seen.assign(is_match=None), moved.assign(is_match=False)]), COMPARED, chances, PAIRS)

    assert taught.m["family"][0] > untaught.m["family"][0] + 0.1
    assert warned.expected_matches == pytest.approx(300, rel=0.1)


def _drawn(shares, count, seed):
    chance = np.random.default_rng(seed)
    return np.column_stack([chance.choice(len(shares[name]), size=count, p=shares[name]) for name in NAMES])


@pytest.mark.parametrize("seed", range(1, 4))
def test_labels_move_what_is_poorly_told_toward_the_truth(seed):
    """People who change their phone, where little else is known: unlabelled pairs look like strangers then."""
    phone = next(c for c in COMPARED if c.name == "phone")
    truth = MATCHES | {"phone": _of(0.8, phone)}
    known = np.random.default_rng(seed + 100).random((600, len(NAMES))) < 0.3
    known[:, NAMES.index("phone")] = True
    alike = np.where(known, _drawn(truth, 600, seed), -1)
    strangers = _patterns(_drawn(STRANGERS, 100_000, seed + 200))
    chances = {name: 0.006 * truth[name] + 0.994 * STRANGERS[name] for name in NAMES}
    off = []
    for labels in (0, 50, 200, 400):
        known_ones = _patterns(alike[:labels]).assign(is_match=True)
        seen = pd.concat([strangers, _patterns(alike[labels:]), *([known_ones] if labels else [])])
        off.append(abs(calibrated(seen, COMPARED, chances, 100_600).m["phone"][0] - truth["phone"][0]))

    assert off == sorted(off, reverse=True)
    assert off[-1] < off[0] - 0.05


def test_a_few_labels_do_not_overrule_many_pairs():
    seen, chances = _simulated(5000, 0), _mixed(5000, 0)
    wrong = _patterns([[0 if name == "phone" else len(c.grades) for name, c in zip(NAMES, COMPARED, strict=True)]] * 10)
    learnt = calibrated(pd.concat([seen, wrong.assign(is_match=True)]), COMPARED, chances, PAIRS)

    assert learnt.m["phone"] == pytest.approx(MATCHES["phone"], abs=0.03)


@pytest.mark.parametrize("is_proposed", [True, False])
@pytest.mark.parametrize("is_match", [True, False])
def test_no_choice_of_labels_moves_the_share_of_matches(is_match, is_proposed):
    """Only matches, or only others, be they among the graded pairs or not: how many there are is not told by that."""
    seen, chances = _simulated(1000, 1000), _mixed(1000, 1000)
    shown = _patterns(_drawn(MATCHES if is_match else HOUSEHOLDS, 300, 7))
    known = shown.assign(is_match=is_match, is_proposed=is_proposed)
    same = calibrated(pd.concat([seen, shown]) if is_proposed else seen, COMPARED, chances, PAIRS)

    learnt = calibrated(pd.concat([seen.assign(is_proposed=True), known]), COMPARED, chances, PAIRS)

    assert learnt.match_share == pytest.approx(same.match_share, rel=0.02)
    assert learnt.expected_matches == pytest.approx(same.expected_matches, rel=0.02)


def test_two_people_of_one_household_who_are_labelled_so_teach_what_households_share():
    seen, chances = _simulated(500, 0), _mixed(500, 0)
    at_home = _patterns(_drawn(HOUSEHOLDS, 300, 7))
    untaught, taught = (
        calibrated(pd.concat([seen, at_home.assign(**said)]), COMPARED, chances, PAIRS)
        for said in ({}, {"is_match": False})
    )

    for name in taught.household:
        assert taught.household[name] == pytest.approx(untaught.household[name], abs=0.05), name
        assert taught.m[name] == pytest.approx(MATCHES[name], abs=0.06), name
