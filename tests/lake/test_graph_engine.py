"""Every engine finds the components that a plain union-find finds, isolated records included."""

import random
from itertools import pairwise

import pytest

from cdp_lake.adapters.graph_engine import connected_components
from cdp_lake.config.identity import ComponentRules
from tests.scenarios.stories import components


def _random_graphs(seed: int, graphs: int) -> tuple[list[int], list[tuple[int, int]]]:
    """Chains, stars and random graphs beside each other, no number shared; gaps between the numbers."""
    chance, nodes, edges = random.Random(seed), [], []
    for graph in range(graphs):
        own = [graph * 1000 + 7 * n for n in range(chance.randint(1, 25))]
        chance.shuffle(own)
        nodes += own
        shape = graph % 3
        if shape == 0:
            edges += list(pairwise(own))
        elif shape == 1:
            edges += [(own[0], other) for other in own[1:]]
        else:
            edges += [tuple(chance.sample(own, 2)) for _ in range(len(own) // 2) if len(own) > 1]
    return nodes, [(min(pair), max(pair)) for pair in edges]


GRAPHX = ComponentRules(engine="graphframes", algorithm="graphx")
TWO_PHASE = ComponentRules(engine="graphframes", algorithm="graphframes")
LOCAL = ComponentRules(engine="local")


@pytest.mark.parametrize(
    ("rules", "graphs"), [(GRAPHX, 60), (TWO_PHASE, 6), (LOCAL, 60)], ids=["graphx", "two-phase", "local"]
)
def test_components_equal_a_union_find(spark, rules, graphs):
    nodes, edges = _random_graphs(seed=5, graphs=graphs)
    records = spark.createDataFrame([(n,) for n in nodes], "record_sk BIGINT")
    pairs = spark.createDataFrame(edges + edges[:5], "src_record_sk BIGINT, dst_record_sk BIGINT")

    found = connected_components(records, pairs, rules)

    assert {row["record_sk"]: row["cluster_sk"] for row in found.collect()} == components(nodes, edges)
    found.unpersist()


@pytest.mark.parametrize("rules", [GRAPHX, LOCAL], ids=["graphx", "local"])
def test_a_long_chain_is_one_component(spark, rules):
    links = list(pairwise(range(0, 700, 7)))
    records = spark.createDataFrame([(n,) for n in range(0, 700, 7)], "record_sk BIGINT")
    pairs = spark.createDataFrame(links, "src_record_sk BIGINT, dst_record_sk BIGINT")

    found = connected_components(records, pairs, rules)

    assert {row["cluster_sk"] for row in found.collect()} == {0}
    found.unpersist()


def test_an_edge_told_very_often_is_still_an_edge(spark):
    records = spark.createDataFrame([(1,), (2,)], "record_sk BIGINT")
    often = spark.createDataFrame([(1, 2)] * 256, "src_record_sk BIGINT, dst_record_sk BIGINT")

    found = connected_components(records, often, LOCAL)

    assert {row["cluster_sk"] for row in found.collect()} == {1}
    found.unpersist()


@pytest.mark.parametrize(
    ("engine", "size", "is_local"),
    [("auto", 10, True), ("auto", 11, False), ("local", 11, True), ("graphframes", 1, False)],
)
def test_the_size_of_the_graph_chooses_the_engine_unless_one_is_named(engine, size, is_local):
    assert ComponentRules(engine=engine, local_limit=10).is_local(size) is is_local


@pytest.mark.parametrize("rules", [GRAPHX, LOCAL], ids=["graphx", "local"])
def test_without_edges_everybody_is_alone(spark, rules):
    records = spark.createDataFrame([(n,) for n in (3, 1, 2)], "record_sk BIGINT")
    none = spark.createDataFrame([], "src_record_sk BIGINT, dst_record_sk BIGINT")

    found = connected_components(records, none, rules)

    assert {row["record_sk"]: row["cluster_sk"] for row in found.collect()} == {1: 1, 2: 2, 3: 3}
