"""Few new values of a kind come to one person at once, on one record or over the records of a cluster."""

from datetime import datetime, timedelta, timezone

import pytest

from cdp_lake.config.identity import IdentityRules
from cdp_lake.config.namespace import Namespace
from cdp_lake.identity.clusters import violations
from cdp_lake.identity.guardrails import LIMIT_ON_ONE_RECORD, guarded

START = datetime(2018, 1, 1, tzinfo=timezone.utc)
RULES = IdentityRules(
    namespaces=(
        Namespace(name="email", priority=1, limit_within_days={7: 2, 30: 3}),
        Namespace(name="phone", priority=2),
    )
)
# record | cluster | email | first seen on day
HELD = [
    # Three within a week, over three records; one of them on two records, first seen by the other.
    (1, 1, "a", 0), (2, 1, "b", 3), (3, 1, "c", 20), (4, 1, "c", 6),
    # Three in nine days: never more than two within a week.
    (5, 2, "a", 0), (6, 2, "b", 3), (7, 2, "c", 9),
    # Four within a month.
    (8, 3, "a", 0), (9, 3, "b", 8), (10, 3, "c", 16), (11, 3, "d", 24),
    # Of one nobody knows since when.
    (12, 4, "a", 0), (13, 4, "b", 3), (14, 4, "c", None),
]  # fmt: skip


def _at(day):
    return None if day is None else START + timedelta(days=day)


@pytest.mark.spark
def test_a_cluster_that_got_too_many_at_once_breaks_a_limit(spark):
    rows = [(record, "email", value, _at(day)) for record, _, value, day in HELD]
    held = spark.createDataFrame(rows, "record_sk BIGINT, namespace STRING, value STRING, valid_from TIMESTAMP")
    homes = {record: cluster for record, cluster, _, _ in HELD}
    clusters = spark.createDataFrame(list(homes.items()), "record_sk BIGINT, cluster_sk BIGINT")

    assert sorted(row["cluster_sk"] for row in violations(clusters, held, RULES).collect()) == [1, 3]


@pytest.mark.spark
def test_a_record_that_got_too_many_at_once_is_evidence_of_none_of_them(spark):
    shape = "record_sk BIGINT, namespace STRING, value STRING, valid_from TIMESTAMP, _last_seen TIMESTAMP"
    rows = [(1, "email", value, _at(day), _at(day)) for value, day in (("a", 0), ("b", 1), ("c", 2))]
    rows += [(2, "email", value, _at(day), _at(day)) for value, day in (("d", 0), ("e", 1), ("f", 20))]
    identifiers = spark.createDataFrame([*rows, (1, "phone", "p", _at(0), _at(0))], shape)
    people = spark.createDataFrame(
        [(1, None, None, None), (2, None, None, None)],
        "record_sk BIGINT, given_key STRING, name_key STRING, carrier_key STRING",
    )

    told = {(row["value"], row["refused_by"]) for row in guarded(identifiers, people, RULES, START).collect()}

    assert {value for value, why in told if why == LIMIT_ON_ONE_RECORD} == {"a", "b", "c"}
    assert {value for value, why in told if why is None} == {"d", "e", "f", "p"}
