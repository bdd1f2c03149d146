"""What a person decided: the last word about two sides counts, and no two words may contradict one another."""

from cdp_lake.identity.decisions import CANNOT_LINK, MUST_LINK, Decision, contradiction, decided, opposed


def _decision(number, kind, one, other):
    return Decision(number, kind, frozenset(one), frozenset(other))


def test_rows_become_decisions_with_two_sides():
    apart = [(2, CANNOT_LINK, 1, 10), (2, CANNOT_LINK, 2, 11), (2, CANNOT_LINK, 2, 12)]
    rows = [*apart, (1, MUST_LINK, 1, 5), (1, MUST_LINK, 2, 6)]
    assert decided(rows) == [_decision(1, MUST_LINK, {5}, {6}), _decision(2, CANNOT_LINK, {10}, {11, 12})]


def test_the_opposite_of_the_same_two_sides_is_taken_back_either_way_round():
    apart, elsewhere = _decision(1, CANNOT_LINK, {1, 2}, {3}), _decision(2, CANNOT_LINK, {1}, {9})
    assert opposed([apart, elsewhere], MUST_LINK, frozenset({3}), frozenset({2})) == [apart]
    assert opposed([apart, elsewhere], CANNOT_LINK, frozenset({3}), frozenset({2})) == []


def test_the_same_again_says_nothing_new_and_more_records_do():
    known = _decision(1, CANNOT_LINK, {1, 2}, {3})
    assert known.says_the_same_as(_decision(2, CANNOT_LINK, {3}, {1}))
    assert not known.says_the_same_as(_decision(2, CANNOT_LINK, {1, 2, 4}, {3}))
    assert not known.says_the_same_as(_decision(2, MUST_LINK, {1}, {3}))


def test_a_chain_of_must_links_into_the_other_side_of_a_cannot_link_is_a_contradiction():
    apart = _decision(1, CANNOT_LINK, {1}, {4})
    links = [_decision(2, MUST_LINK, {3}, {4}), _decision(3, MUST_LINK, {1, 2}, {3})]
    assert contradiction([apart, *links[:1]]) is None
    found = contradiction([apart, *links])
    assert found is not None
    assert found[0] == apart
    assert {link.number for link in found[1]} == {2, 3}
