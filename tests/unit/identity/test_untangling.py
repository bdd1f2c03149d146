"""A cluster that breaks a limit is put together again, the most trusted evidence first."""

from cdp_lake.identity.untangling import LIMIT, SIZE, Edge, Limits, refusals

LIMITS = Limits({"user_id": 1, "email": 2}, records=4)


def test_the_edge_that_would_join_two_users_is_refused_and_weaker_ones_still_count():
    edges = [Edge(1, 2, "email", 7), Edge(2, 3, "email", 7), Edge(3, 4, "phone", 8)]
    held = [(1, "user_id", "u1"), (3, "user_id", "u2")]

    assert refusals(edges, held, LIMITS) == [(2, 3, "email", 7, LIMIT)]


def test_a_value_held_twice_counts_once():
    edges = [Edge(1, 2, "order_id", 1), Edge(2, 3, "order_id", 2)]
    held = [(1, "user_id", "u1"), (2, "user_id", "u1"), (3, "user_id", "u1")]

    assert refusals(edges, held, LIMITS) == []


def test_an_edge_inside_a_group_stands_whatever_its_trust():
    edges = [Edge(1, 2, "email", 7), Edge(1, 2, "phone", 8)]

    assert refusals(edges, [(1, "user_id", "u1")], LIMITS) == []


def test_values_add_up_over_steps():
    edges = [Edge(1, 2, "order_id", 1), Edge(2, 3, "order_id", 2)]
    held = [(1, "email", "1"), (2, "email", "2"), (3, "email", "3")]

    assert refusals(edges, held, LIMITS) == [(2, 3, "order_id", 2, LIMIT)]


def test_a_cluster_stops_growing_at_its_size():
    edges = [Edge(n, n + 1, "order_id", n) for n in range(1, 7)]

    assert refusals(edges, [], LIMITS) == [(4, 5, "order_id", 4, SIZE)]
