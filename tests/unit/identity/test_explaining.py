"""Paths, cuts, joints and the order of joining, against oracles that try everything on small random graphs."""

from datetime import datetime, timedelta
from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_lake.config.identity import CompositeRule, IdentityRules
from cdp_lake.config.namespace import Namespace
from cdp_lake.identity.explaining.cuts import joints, split_off, weakest_cut
from cdp_lake.identity.explaining.links import Link, as_edge, as_value, ends_of, parts, trust_of
from cdp_lake.identity.explaining.paths import joined_in_order, shortest_path

DAY = datetime(2018, 1, 1)
TRIES = settings(max_examples=150, deadline=None, database=None, derandomize=True)
PIECES = pytest.mark.parametrize("piece", [as_edge, as_value])


@st.composite
def graphs(draw, edges=8, refused=False):
    """Links between up to six records, several between two of them too; a rule has one trust, a value one rule."""
    links = {}
    for _ in range(draw(st.integers(0, edges))):
        one, other = draw(st.lists(st.integers(1, 6), min_size=2, max_size=2, unique=True))
        value = draw(st.integers(0, 4))
        why = draw(st.sampled_from([None, "blocked_value"])) if refused else None
        link = Link(min(one, other), max(one, other), f"rule{value % 3}", value, trust=value % 3 + 1, refused_by=why)
        links[link.key] = link
    return list(links.values())


def together(links, one, other):
    return any({one, other} <= part for part in parts({one, other} | ends_of(links), links))


def pieces(links, piece):
    """The edges of each piece: those of one name that hang together."""
    named = {piece(link): [other for other in links if piece(other) == piece(link)] for link in links}
    return [
        frozenset(link for link in held if link.one in part)
        for held in named.values()
        for part in parts(ends_of(held), held)
    ]


def without(links, gone):
    return [link for link in links if not any(link in held for held in gone)]


def distrust(gone):
    return sum(min(held).trust for held in gone)


def ways(links, start, end):
    """Every way without a record visited twice, as lists of links."""
    records = ends_of(links) - {start, end}
    for count in range(len(records) + 1):
        for middle in permutations(sorted(records), count):
            stops = [start, *middle, end]
            hops = [[link for link in links if {link.one, link.other} == set(hop)] for hop in pairwise(stops)]
            if all(hops):
                yield [min(hop, key=lambda link: (link.refused_by is not None, link.trust)) for hop in hops]


def cost(path):
    return sum(link.refused_by is not None for link in path), len(path), sum(link.trust for link in path)


@TRIES
@given(links=graphs(refused=True))
def test_no_way_is_shorter_or_more_trusted_than_the_path(links):
    path = shortest_path(links, {1}, {2})

    best = min(map(cost, ways(links, 1, 2)), default=None)
    assert (cost(path) if path is not None else None) == best
    if path:
        stops = [path[0].one, *(link.other for link in path)]
        assert (stops[0], stops[-1]) == (1, 2)
        assert [link.one for link in path[1:]] == [link.other for link in path[:-1]]
        assert {link.key for link in path} <= {link.key for link in links}


@TRIES
@given(links=graphs())
def test_between_sets_the_nearest_two_are_taken(links):
    path = shortest_path(links, {1, 2}, {3, 4})

    lengths = [len(found) for a in (1, 2) for b in (3, 4) if (found := shortest_path(links, {a}, {b})) is not None]
    assert (len(path) if path is not None else None) == min(lengths, default=None)


def test_a_record_is_no_way_from_itself():
    assert shortest_path([Link(1, 2, "email", 1)], {1, 2}, {2, 3}) == []


@PIECES
@TRIES
@given(links=graphs())
def test_the_weakest_cut_is_smallest_and_of_those_the_least_trusted(piece, links):
    every = pieces(links, piece)
    size, least = next(
        (size, max(map(distrust, found)))
        for size in range(len(every) + 1)
        if (found := [gone for gone in combinations(every, size) if not together(without(links, gone), 1, 2)])
    )

    cut = weakest_cut(links, 1, 2, piece)

    gone = [held for held in every if held & set(cut)]
    assert set(cut) == {link for held in gone for link in held}
    assert not together(without(links, gone), 1, 2)
    assert (len(gone), distrust(gone)) == (size, least)


@PIECES
@TRIES
@given(links=graphs())
def test_joints_are_the_pieces_whose_loss_costs_records_and_the_costliest_comes_first(piece, links):
    oracle = {}
    for held in pieces(links, piece):
        (whole,) = (part for part in parts(ends_of(links), links) if min(held).one in part)
        sizes = [len(left) for left in parts(whole, without(links, [held])) if left <= whole]
        if len(sizes) > 1:
            oracle[held] = len(whole) - max(sizes)

    found = joints(links, piece)

    assert {frozenset(joint.links): joint.records for joint in found} == oracle
    assert [joint.records for joint in found] == sorted(oracle.values(), reverse=True)
    if len(parts(ends_of(links), links)) == 1:
        assert all(len(split_off(links, joint)) == joint.records for joint in found)


@TRIES
@given(links=graphs(edges=10), start=st.integers(0, 4))
def test_records_join_when_evidence_first_tied_them_to_the_first(links, start):
    """Decided in one run, a record comes as soon as dated edges lead from it to the first one."""
    links = [link._replace(first_seen_at=DAY + timedelta(days=sum(link.key[:2]) % 5)) for link in links]
    whole = max(parts(ends_of(links), links), key=len, default=set())
    records = {record: (DAY, DAY + timedelta(days=start)) for record in whole}

    order = joined_in_order(records, links)

    assert sorted(joining.record for joining in order) == sorted(records)
    latest = DAY
    for place, joining in enumerate(order[1:], start=1):
        assert joining.link.one in {one.record for one in order[:place]}
        latest = max(latest, joining.seen_at)
        before = [link for link in links if link.first_seen_at < latest]
        by_then = [link for link in links if link.first_seen_at <= latest]
        assert together(by_then, order[0].record, joining.record)
        assert not together(before, order[0].record, joining.record)


def test_what_an_earlier_run_decided_comes_before_what_was_seen_earlier():
    links = [Link(1, 2, "email", 1, first_seen_at=DAY), Link(1, 3, "email", 1, first_seen_at=DAY + timedelta(9))]
    records = {1: (DAY, DAY), 2: (DAY + timedelta(30), DAY), 3: (DAY, DAY)}
    assert [joining.record for joining in joined_in_order(records, links)] == [1, 3, 2]


def test_an_edge_that_says_no_time_holds_since_both_records_were_there():
    later = DAY + timedelta(days=3)
    (_, second) = joined_in_order({1: (DAY, DAY), 2: (DAY, later)}, [Link(1, 2, "name_birth_postcode", 0)])
    assert second.seen_at == later


def test_one_value_can_undo_what_two_edges_hold():
    links = [Link(1, 2, "user_id", 1), Link(1, 3, "phone", 7), Link(2, 3, "phone", 7)]
    assert len(weakest_cut(links, 1, 3)) == 2
    assert {as_value(link) for link in weakest_cut(links, 1, 3, as_value)} == {("phone", 7)}
    assert joints(links) == []
    assert [(joint.records, len(joint.links)) for joint in joints(links, as_value)] == [(1, 2)]


def test_a_cut_through_a_whole_star_fits_the_numbers_it_is_computed_with():
    many = range(3, 15_000)
    assert len(weakest_cut([Link(1, 2, "order_id", value, trust=12) for value in many], 1, 2)) == len(many)


def test_trust_follows_priority_then_composite_rules_then_models_and_a_persons_word_comes_first():
    rules = IdentityRules(
        namespaces=(Namespace(name="email", priority=5), Namespace(name="user_id", priority=1)),
        composite_rules=(CompositeRule(name="name_birth", equal=("name_key", "birth_date")),),
    )
    order = ["must_link", "user_id", "email", "name_birth"]
    places = [trust_of(rules, rule) for rule in order]
    assert places == sorted(set(places))
    assert trust_of(rules, "match", "m1") > places[-1]
    assert trust_of(rules, "email@app") == trust_of(rules, "email")
