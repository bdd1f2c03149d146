"""A cluster that breaks a limit is put together again, the most trusted evidence first."""

from cdp_lake.identity.decisions import CANNOT_LINK, MUST_LINK
from cdp_lake.identity.untangling import LIMIT, SIZE, Edge, Limits, untangled

APART = "cannot_link:1"
LIMITS = Limits({"user_id": 1, "email": 2}, records=4)


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
    found = untangled(edges, [(1, APART, "1"), (3, APART, "2"), (4, APART, "2")], LIMITS)

    assert [refusal.edge.other for refusal in found.refused] == [3, 4]
    assert found.stand_ins == [(Edge(3, 4, "email", 7), Edge(1, 4, "email", 7), 1)]


def test_an_edge_that_is_there_anyway_needs_no_stand_in():
    edges = [Edge(1, 2, "phone", 7), Edge(1, 3, "phone", 7), Edge(2, 3, "phone", 7)]
    found = untangled(edges, [(1, APART, "1"), (2, APART, "2"), (3, APART, "2")], LIMITS)

    assert len(found.refused) == 2
    assert found.stand_ins == []


def test_a_person_may_join_what_a_limit_keeps_apart_and_nothing_else_comes_with_it():
    edges = [Edge(1, 2, MUST_LINK, 1), Edge(2, 3, "order_id", 5), Edge(3, 4, "order_id", 6)]
    held = [(1, "user_id", "u1"), (2, "user_id", "u2"), (3, "user_id", "u2"), (4, "user_id", "u3")]

    assert _refused(edges, held, LIMITS) == [(3, 4, "order_id", 6, LIMIT)]


def _refused(edges, held, limits):
    return [(*refusal.edge, refusal.why) for refusal in untangled(edges, held, limits).refused]
