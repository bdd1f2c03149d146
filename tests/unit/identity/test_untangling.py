"""A cluster that breaks a limit is put together again, the most trusted evidence first."""

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from cdp_lake.identity.decisions import CANNOT_LINK, MUST_LINK
from cdp_lake.identity.untangling import LIMIT, SIZE, WINDOW, Edge, Held, Limits, most_within, untangled

APART = "cannot_link:1"
LIMITS = Limits({"user_id": 1, "email": 2}, records=4)
OF_A_WEEK = Limits({}, records=9, windows={"email": {7: 2}})


def _day(number):
    return datetime(2018, 1, 1, tzinfo=timezone.utc) + timedelta(days=number)


def test_the_edge_that_would_join_two_users_is_refused_and_weaker_ones_still_count():
    edges = [Edge(1, 2, "email", 7), Edge(2, 3, "email", 7), Edge(3, 4, "phone", 8)]
    held = [(1, "user_id", "u1"), (3, "user_id", "u2")]

    assert _refused(edges, held, LIMITS) == [(2, 3, "email", 7, LIMIT)]


def test_a_value_held_twice_counts_once():
    edges = [Edge(1, 2, "order_id", 1), Edge(2, 3, "order_id", 2)]
    held = [(1, "user_id", "u1"), (2, "user_id", "u1"), (3, "user_id", "u1")]

    assert _refused(edges, held, LIMITS) == []


def test_an_edge_inside_a_group_stands_whatever_its_trust():
    edges = [Edge(1, 2, "email", 7), Edge(1, 2, "phone", 8)]

    assert _refused(edges, [(1, "user_id", "u1")], LIMITS) == []


def test_values_add_up_over_steps():
    edges = [Edge(1, 2, "order_id", 1), Edge(2, 3, "order_id", 2)]
    held = [(1, "email", "1"), (2, "email", "2"), (3, "email", "3")]

    assert _refused(edges, held, LIMITS) == [(2, 3, "order_id", 2, LIMIT)]


def test_a_cluster_stops_growing_at_its_size():
    edges = [Edge(n, n + 1, "order_id", n) for n in range(1, 7)]

    assert _refused(edges, [], LIMITS) == [(4, 5, "order_id", 4, SIZE)]


def test_a_record_of_either_side_of_a_cannot_link_ends_up_on_its_side():
    edges = [Edge(1, 2, "email", 7), Edge(2, 3, "user_id", 9)]
    held = [(1, APART, "1"), (3, APART, "2")]

    assert _refused(edges, held, LIMITS) == [(2, 3, "user_id", 9, CANNOT_LINK)]


def test_records_cut_off_from_the_one_they_hang_on_keep_what_they_share():
    edges = [Edge(1, n, "email", 7) for n in (2, 3, 4)]
    found = untangled(edges, [Held(1, APART, "1"), Held(3, APART, "2"), Held(4, APART, "2")], LIMITS)

    assert [refusal.edge.other for refusal in found.refused] == [3, 4]
    assert found.stand_ins == [(Edge(3, 4, "email", 7), Edge(1, 4, "email", 7), 1)]


def test_an_edge_that_is_there_anyway_needs_no_stand_in():
    edges = [Edge(1, 2, "phone", 7), Edge(1, 3, "phone", 7), Edge(2, 3, "phone", 7)]
    found = untangled(edges, [Held(1, APART, "1"), Held(2, APART, "2"), Held(3, APART, "2")], LIMITS)

    assert len(found.refused) == 2
    assert found.stand_ins == []


def test_a_person_may_join_what_a_limit_keeps_apart_and_nothing_else_comes_with_it():
    edges = [Edge(1, 2, MUST_LINK, 1), Edge(2, 3, "order_id", 5), Edge(3, 4, "order_id", 6)]
    held = [(1, "user_id", "u1"), (2, "user_id", "u2"), (3, "user_id", "u2"), (4, "user_id", "u3")]

    assert _refused(edges, held, LIMITS) == [(3, 4, "order_id", 6, LIMIT)]


def test_who_gets_a_third_address_within_a_week_is_somebody_else():
    edges = [Edge(1, 2, "order_id", 1), Edge(2, 3, "order_id", 2), Edge(3, 4, "order_id", 3)]
    held = [(record, "email", str(record), _day(day)) for record, day in ((1, 0), (2, 3), (3, 6.9), (4, 20))]

    assert _refused(edges, held, OF_A_WEEK) == [(2, 3, "order_id", 2, WINDOW)]
    assert _refused(edges, [*held[:2], (3, "email", "3", _day(7)), held[3]], OF_A_WEEK) == []
    assert _refused(edges, [*held[:2], (3, "email", "3", None), held[3]], OF_A_WEEK) == []


def test_a_value_counts_from_when_any_record_first_had_it():
    edges = [Edge(1, 2, "order_id", 1), Edge(2, 3, "order_id", 2), Edge(3, 4, "email", 3)]
    held = [
        (1, "email", "1", _day(0)),
        (2, "email", "2", _day(1)),
        (3, "email", "3", _day(30)),
        (4, "email", "3", _day(2)),
    ]

    assert _refused(edges[:2], held[:3], OF_A_WEEK) == []
    assert _refused([edges[2], *edges[:2]], held, OF_A_WEEK) == [(2, 3, "order_id", 2, WINDOW)]


_held = st.builds(
    Held,
    st.integers(1, 6),
    st.just("email"),
    st.sampled_from("abcdefg"),
    st.none() | st.floats(0, 20).map(_day),
)
_edge = st.builds(
    lambda one, other: Edge(min(one, other), max(one, other), "order_id", 0), st.integers(1, 6), st.integers(1, 6)
)


@given(st.lists(_edge, max_size=12, unique=True), st.lists(_held, max_size=10))
def test_no_group_gets_more_at_once_than_one_of_its_records_did_alone(edges, held):
    found = untangled(edges, held, OF_A_WEEK)
    refused = {refusal.edge for refusal in found.refused}
    kept = [edge for edge in edges if edge not in refused] + [one.edge for one in found.stand_ins]
    groups = _groups(kept)

    for group in groups:
        alone = max((_crowd(held, {record}) for record in group), default=0)
        assert _crowd(held, group) <= max(2, alone)
    # Who is beyond a limit alone lets others in that an edge before him could not bring together.
    is_beyond = any(_crowd(held, {record}) > 2 for record in range(1, 7))
    for edge in () if is_beyond else refused:
        [one] = [group for group in groups if edge.one in group]
        [other] = [group for group in groups if edge.other in group]
        assert one is not other


def _crowd(held, records):
    """By asking every week that begins with a value."""
    first = {}
    for one in held:
        if one.record in records and one.since is not None:
            first[one.value] = min(first.get(one.value, one.since), one.since)
    within = [[t for t in first.values() if start <= t < start + timedelta(days=7)] for start in first.values()]
    assert most_within(first, 7) == max(map(len, within), default=0)
    return max(map(len, within), default=0)


def _groups(edges):
    groups = [{record} for record in range(1, 7)]
    for edge in edges:
        [one] = [group for group in groups if edge.one in group]
        [other] = [group for group in groups if edge.other in group]
        if one is not other:
            groups.remove(other)
            one |= other
    return groups


def _refused(edges, held, limits):
    values = [Held(*one) for one in held]
    return [(*refusal.edge, refusal.why) for refusal in untangled(edges, values, limits).refused]
