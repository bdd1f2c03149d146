"""Components of probable pairs, each cut where its records do not hold together."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_lake.identity.matching import splitting
from cdp_lake.identity.matching.scoring import FLAGS
from cdp_lake.identity.matching.splitting import LARGEST, PERMISSIVE, components, pairs_inside, pairs_of_two, settled

RECORDS = 12
PAIRS = st.dictionaries(
    st.tuples(st.integers(0, RECORDS - 1), st.integers(0, RECORDS - 1)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from([0.01, 0.04, 0.06, 0.2, 0.25, 0.35, 0.5, 0.8, 0.95, 1.0]),
    max_size=40,
)


def _table(pairs, **flags):
    """Pairs with their probability; flags: the pairs of which each is true."""
    rows = [(*ends, probability) for ends, probability in pairs.items()]
    one, other, probability = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame(
        {
            "record_l": np.array(one, dtype=np.int64),
            "record_r": np.array(other, dtype=np.int64),
            "probability": np.array(probability, dtype=np.float64),
            **{flag: [ends in flags.get(flag, ()) for ends in pairs] for flag in FLAGS},
        }
    )


def _clique(members, probability=0.99):
    return dict.fromkeys(combinations(members, 2), probability)


def _groups(labels):
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in set(labels.tolist())}


def _united(records, pairs):
    """Union-find."""
    parents = list(range(records))

    def root(record):
        while parents[record] != record:
            record = parents[record]
        return record

    for one, other in pairs:
        parents[root(one)] = root(other)
    homes = [root(record) for record in range(records)]
    return {frozenset(r for r in range(records) if homes[r] == home) for home in homes}


def _resolved(records, pairs, **flags):
    """Components, then entities, when every pair that was not proposed is graded 0."""
    table = _table(pairs, **flags)
    return settled(components(records, table), table)


@settings(deadline=None)
@given(PAIRS)
def test_components_are_what_the_permitted_pairs_connect(pairs):
    permitted = [ends for ends, probability in pairs.items() if probability >= PERMISSIVE]

    assert _groups(components(RECORDS, _table(pairs))) == _united(RECORDS, permitted)


@settings(deadline=None)
@given(PAIRS)
def test_an_entity_lies_within_one_component_and_is_named_after_its_first_record(pairs):
    labels = components(RECORDS, _table(pairs))

    entities = settled(labels, _table(pairs))

    for group in _groups(entities):
        assert len({labels[record] for record in group}) == 1
        assert {entities[record] for record in group} == {min(group)}


@settings(deadline=None)
@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_changes_nothing(pairs, chance):
    shuffled = list(pairs.items())
    chance.shuffle(shuffled)

    assert (_resolved(RECORDS, dict(shuffled)) == _resolved(RECORDS, pairs)).all()
    assert (components(RECORDS, _table(dict(shuffled))) == components(RECORDS, _table(pairs))).all()


@settings(deadline=None)
@given(PAIRS)
def test_every_entity_holds_on_average_and_no_two_would_hold_together(pairs):
    entities = _groups(_resolved(RECORDS, pairs))
    labels = components(RECORDS, _table(pairs))

    def between(one, other):
        probabilities = [pairs.get((min(a, b), max(a, b)), 0.0) for a in one for b in other]
        return np.mean(probabilities) if max(probabilities) >= splitting.LIKELY else 0.0

    for one, other in combinations(entities, 2):
        if labels[min(one)] == labels[min(other)]:
            assert between(one, other) < splitting.HOLDS + 1e-9


def test_one_false_bridge_between_two_cliques_is_cut():
    pairs = _clique(range(4)) | _clique(range(4, 8)) | {(3, 4): 0.95}

    assert _groups(components(8, _table(pairs))) == {frozenset(range(8))}
    assert _groups(_resolved(8, pairs)) == {frozenset(range(4)), frozenset(range(4, 8))}


def test_one_unlikely_pair_does_not_part_a_clique():
    pairs = _clique(range(5)) | {(0, 4): 0.0}

    assert _groups(_resolved(5, pairs)) == {frozenset(range(5))}


def test_a_chain_of_weak_pairs_is_cut_and_one_of_strong_pairs_too_where_its_ends_are_strangers():
    weak = {(n, n + 1): 0.2 for n in range(9)}
    strong = {(n, n + 1): 0.9 for n in range(9)}

    assert _groups(_resolved(10, weak)) == {frozenset([n]) for n in range(10)}
    assert max(map(len, _groups(_resolved(10, strong)))) <= 4


def test_pairs_with_nothing_to_compare_say_nothing():
    pairs = {(0, 3): 0.9, (1, 3): 0.0, (2, 3): 0.0} | _clique(range(3))

    assert _groups(_resolved(4, pairs | {(0, 3): 0.6})) == {frozenset(range(3)), frozenset([3])}
    assert _groups(_resolved(4, pairs | {(0, 3): 0.6}, blind={(1, 3), (2, 3)})) == {frozenset(range(4))}


@pytest.mark.parametrize("kind", ["clash_in_name", "clash"])
def test_two_groups_stay_apart_where_all_that_can_clash_do(kind):
    pairs = _clique(range(4))  # two by two: 0 and 2 contradict each other, 1 and 3 say less
    pairs[0, 2] = 0.0

    assert _groups(_resolved(4, pairs)) == {frozenset(range(4))}
    parted = _groups(_resolved(4, pairs, **{f"can_{kind}": {(0, 2)}, kind: {(0, 2)}}))
    assert len(parted) == 2 and not any({0, 2} <= group for group in parted)
    both_ways = {f"can_{kind}": {(0, 2), (0, 3)}, kind: {(0, 2)}}
    assert _groups(_resolved(4, pairs | {(0, 1): 1.0, (2, 3): 1.0}, **both_ways)) == {frozenset(range(4))}


def test_namesakes_whom_one_reaches_in_nothing_alike_stay_apart_until_one_way_is_the_same():
    pairs = _clique(range(4)) | {(0, 1): 1.0, (2, 3): 1.0, (0, 2): 0.49}
    elsewhere = {(0, 2)}

    assert _groups(_resolved(4, pairs)) == {frozenset(range(4))}
    assert _groups(_resolved(4, pairs, reached_elsewhere=elsewhere)) == {frozenset([0, 1]), frozenset([2, 3])}
    assert _groups(_resolved(4, pairs, reached_elsewhere=elsewhere, reached_alike={(1, 3)})) == {frozenset(range(4))}


def test_two_records_are_one_when_their_pair_holds():
    pairs = {(0, 1): 0.5, (2, 3): 0.49}

    assert _groups(_resolved(4, pairs)) == {frozenset([0, 1]), frozenset([2]), frozenset([3])}


def test_a_component_too_large_is_taken_apart_by_asking_for_more_probable_pairs():
    size = LARGEST // 3
    cliques = [range(start, start + size) for start in range(0, 5 * size, size)]
    pairs = {ends: probability for clique in cliques for ends, probability in _clique(clique).items()}
    bridges = {(clique[-1], clique[-1] + 1): 0.7 for clique in cliques[:-1]}

    labels = components(5 * size + 2, _table(pairs | bridges | {(5 * size, 5 * size + 1): 0.06}))

    together = frozenset([5 * size, 5 * size + 1])
    assert _groups(labels) == {*map(frozenset, cliques), together}, "small ones keep their weak pairs"


def test_a_component_nobody_can_take_apart_leaves_all_its_records_alone():
    size = LARGEST + 1
    pairs = _clique(range(size), 1.0) | {(size, size + 1): 0.9}

    labels = components(size + 2, _table(pairs))
    entities = settled(labels, _table(pairs))

    assert len(_groups(labels)) == 2
    assert _groups(entities) == {*(frozenset([n]) for n in range(size)), frozenset([size, size + 1])}
    assert len(pairs_inside(labels)) == 0


def test_a_component_as_large_as_allowed_is_kept():
    assert _groups(_resolved(LARGEST, _clique(range(LARGEST)))) == {frozenset(range(LARGEST))}


@settings(deadline=None)
@given(PAIRS)
def test_pairs_inside_and_pairs_of_two_are_every_pair_of_a_component(pairs):
    labels = components(RECORDS, _table(pairs))

    inside = set(pairs_inside(labels).itertuples(index=False, name=None))
    of_two = set(zip(*pairs_of_two(labels, _table(pairs))[["record_l", "record_r"]].to_numpy().T.tolist(), strict=True))

    assert inside | of_two == {pair for pair in combinations(range(RECORDS), 2) if len({*labels[list(pair)]}) == 1}
    assert not inside & of_two


@pytest.mark.parametrize("records", [0, 1, 3])
def test_without_pairs_every_record_is_its_own_entity(records):
    nothing = _table({})

    assert settled(components(records, nothing), nothing).tolist() == list(range(records))
