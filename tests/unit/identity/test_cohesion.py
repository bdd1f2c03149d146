"""What one resemblance joined stays together only where the records it joins hold together."""

from itertools import combinations

import pytest

from cdp_lake.identity.cohesion import joined_by_resemblance, loosened, pairs_within, unlike_the_others
from cdp_lake.identity.matching.scoring import FLAGS
from cdp_lake.identity.untangling import UNLIKE_THE_OTHERS

# record | cluster
FATHER, SON, CARD = (1, 2), (3, 4), 5
CLUSTERS = [(record, 1) for record in (*FATHER, *SON, CARD)] + [(10, 2), (11, 2), (12, 2), (20, 3), (21, 3)]
# one end | other end | rule | refused by | model version
EDGES = [
    (1, 2, "email", None, None),
    (3, 4, "email", None, None),
    (4, 5, "loyalty_id", None, None),
    (2, 3, "resembles", None, "7"),
    (10, 11, "email", None, None),
    (11, 12, "resembles", None, "7"),
    (20, 21, "resembles", None, "7"),
    (1, 10, "resembles", "below_automatic", "7"),
]


@pytest.fixture(scope="module")
def clusters(spark):
    return spark.createDataFrame(CLUSTERS, "record_sk BIGINT, cluster_sk BIGINT")


@pytest.fixture(scope="module")
def edges(spark):
    shape = "src_record_sk BIGINT, dst_record_sk BIGINT, rule STRING, refused_by STRING, model_version STRING"
    return spark.createDataFrame(EDGES, shape)


def _scored(spark, probabilities):
    """Pairs with their probability, all of which could tell and none of which clashes."""
    flags = ", ".join(f"{flag} BOOLEAN" for flag in FLAGS)
    rows = [(*ends, probability, *[False] * len(FLAGS)) for ends, probability in probabilities.items()]
    return spark.createDataFrame(rows, f"record_l BIGINT, record_r BIGINT, probability DOUBLE, {flags}")


@pytest.mark.spark
def test_only_clusters_of_three_that_a_resemblance_holds_are_weighed_pair_by_pair(spark, clusters, edges):
    suspects = joined_by_resemblance(clusters, edges)
    comparable = spark.createDataFrame([(record,) for record in (1, 2, 3, 4, 10, 11, 12)], "record BIGINT")
    pairs = pairs_within(clusters, suspects, comparable)

    assert {row["cluster_sk"] for row in suspects.collect()} == {1, 2}
    assert {tuple(row) for row in pairs.collect()} == {*combinations((1, 2, 3, 4), 2), *combinations((10, 11, 12), 2)}


@pytest.mark.spark
def test_one_alike_pair_does_not_join_two_who_differ_otherwise(spark, clusters, edges):
    suspects = joined_by_resemblance(clusters, edges)
    alike = dict.fromkeys(combinations((10, 11, 12), 2), 0.99)
    apart = {(1, 2): 0.9, (3, 4): 0.9, (2, 3): 0.995, (1, 3): 0.01, (1, 4): 0.01, (2, 4): 0.02}
    found = unlike_the_others(edges, clusters, suspects, _scored(spark, apart | alike))
    judged = loosened(edges, found).where("refused_by is not null")

    assert [tuple(row) for row in found.collect()] == [(2, 3)]
    assert {(row["src_record_sk"], row["dst_record_sk"], row["refused_by"]) for row in judged.collect()} == {
        (2, 3, UNLIKE_THE_OTHERS),
        (1, 10, "below_automatic"),
    }


@pytest.mark.spark
def test_what_fixed_rules_joined_is_not_questioned_and_what_nobody_weighed_is_not_believed(spark, clusters, edges):
    suspects = joined_by_resemblance(clusters, edges)
    # Records 10 and 11 share an address of their own, however little they look alike; cluster 1 was too large to weigh.
    scored = _scored(spark, {(10, 11): 0.001, (10, 12): 0.9, (11, 12): 0.99})

    assert [tuple(r) for r in unlike_the_others(edges, clusters, suspects, scored).collect()] == [(2, 3)]
