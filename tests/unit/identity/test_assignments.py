"""A profile keeps its id as long as its people do."""

from datetime import datetime, timedelta

import pytest

from cdp_lake.identity.assignments import (
    HOUSEHOLD,
    heir,
    history,
    known_on,
    minted,
    mutual_best,
    overlaps,
    standing,
    without_used,
)
from cdp_lake.identity.changes import Making, changes, with_evidence

MONDAY, TUESDAY = datetime(2017, 5, 1), datetime(2017, 5, 2)
# record | profile before | cluster now
#   P1 grows; P2 and P3 merge; P4 splits in three and two, P5 splits in halves; P7 is new.
RECORDS = [
    *((1, "P1", 1), (2, "P1", 1), (3, None, 1)),
    *((10, "P3", 10), (11, "P2", 10), (12, "P2", 10)),
    *((20, "P4", 20), (21, "P4", 20), (22, "P4", 22), (23, "P4", 22), (24, "P4", 22)),
    *((30, "P5", 30), (31, "P5", 31)),
    *((40, None, 40), (41, None, 40)),
    *((50, "P6", 50), (51, "P6b", 50)),
]
KEPT = {1: "P1", 10: "P2", 22: "P4", 30: "P5", 50: "P6"}


def _before(spark):
    rows = [(record, before) for record, before, _ in RECORDS if before]
    return spark.createDataFrame(rows, "record_sk BIGINT, profile_id STRING")


def _clusters(spark):
    return spark.createDataFrame([(r, c) for r, _, c in RECORDS], "record_sk BIGINT, cluster_sk BIGINT")


def _matched(pairs):
    """What stitch_identity does: mutual bests, until nobody is left who could be matched."""
    kept = {}
    while not pairs.isEmpty():
        best = mutual_best(pairs).persist()
        kept |= {row["cluster_sk"]: row["profile_id"] for row in best.collect()}
        pairs = without_used(pairs, best).persist()
    return kept


@pytest.mark.spark
def test_the_larger_side_keeps_the_id_and_a_tie_goes_to_the_older_id_and_the_smaller_cluster(spark):
    assert _matched(overlaps(_clusters(spark), _before(spark))) == KEPT


@pytest.mark.spark
def test_the_same_clusters_under_other_numbers_keep_every_id(spark):
    """A rebuild numbers components as it likes; who shares records keeps the id."""
    before = _before(spark)
    renumbered = before.selectExpr("record_sk", "1000 - cast(substr(profile_id, 2, 1) as bigint) AS cluster_sk")
    people = before.where("profile_id != 'P6b'")

    kept = _matched(overlaps(renumbered, people))

    assert kept == {1000 - n: f"P{n}" for n in range(1, 7)}


@pytest.mark.spark
def test_new_ids_are_opaque_texts_that_sort_by_age(spark):
    numbers = spark.createDataFrame([(40, 8), (50, 123)], "cluster_sk BIGINT, number BIGINT")

    assert [row["profile_id"] for row in minted(numbers).orderBy("cluster_sk").collect()] == [
        "P000000008",
        "P000000123",
    ]
    assert minted(numbers, HOUSEHOLD).orderBy("cluster_sk").first()["profile_id"] == "H000000008"


@pytest.mark.spark
def test_changes_tell_created_merged_and_split(spark):
    final = KEPT | {20: "P8", 31: "P9", 40: "P7"}
    assigned = spark.createDataFrame([(r, final[c]) for r, _, c in RECORDS], "record_sk BIGINT, profile_id STRING")

    rows = changes(assigned, _before(spark), Making("run-1", MONDAY, "a test")).collect()

    told = {(row["change"], row["profile_id"], row["other_profile_id"], row["record_count"]) for row in rows}
    assert told == {
        ("merged", "P2", "P3", 1),
        ("merged", "P6", "P6b", 1),
        ("split", "P8", "P4", 2),
        ("split", "P9", "P5", 1),
        ("created", "P7", "", 2),
    }
    assert {(row["run_id"], row["effective_at"], row["actor"]) for row in rows} == {("run-1", MONDAY, "a test")}


@pytest.mark.spark
def test_a_change_names_the_rules_that_joined_or_parted(spark):
    ddl = "record_sk BIGINT, profile_id STRING"
    before = spark.createDataFrame([(1, "P1"), (2, "P2"), (3, "P3"), (4, "P3")], ddl)
    assigned = spark.createDataFrame([(1, "P1"), (2, "P1"), (3, "P3"), (4, "P4")], ddl)
    edges = [(1, 2, "email", None), (1, 2, "phone", "given_names_disagree"), (3, 4, "phone", "limit_of_the_cluster")]
    found = spark.createDataFrame(edges, "src_record_sk BIGINT, dst_record_sk BIGINT, rule STRING, refused_by STRING")

    happened = changes(assigned, before, Making("run-1", MONDAY, "a test"))
    told = {row["change"]: row["evidence"] for row in with_evidence(happened, found, assigned, before).collect()}

    assert told == {"merged": "email", "split": "limit_of_the_cluster: phone"}


SCHEMA = """
    entity_type STRING, record_sk BIGINT, profile_id STRING,
    valid_from TIMESTAMP, known_from TIMESTAMP, known_to TIMESTAMP
"""


def _published(spark, *rows):
    return spark.createDataFrame([("person", sk, pid, MONDAY, since, None) for sk, pid, since in rows], SCHEMA)


def _written(spark, assigned, published, as_of):
    now = spark.createDataFrame(
        [(*row, MONDAY) for row in assigned], "record_sk BIGINT, profile_id STRING, valid_from TIMESTAMP"
    )
    rows = history(now, published, as_of).collect()
    return {(r["record_sk"], r["profile_id"], r["known_from"], r["known_to"]) for r in rows}


@pytest.mark.spark
def test_history_opens_what_moved_closes_what_it_left_and_leaves_the_rest(spark):
    published = _published(spark, (1, "P1", MONDAY), (2, "P1", MONDAY), (3, "P1", MONDAY))

    written = _written(spark, [(1, "P1"), (2, "P2"), (4, "P4")], published, TUESDAY)

    assert written == {
        (2, "P2", TUESDAY, None),
        (2, "P1", MONDAY, TUESDAY),
        (4, "P4", TUESDAY, None),
        (3, "P1", MONDAY, TUESDAY),  # its record is gone
    }


@pytest.mark.spark
@pytest.mark.parametrize("as_of", [TUESDAY, MONDAY], ids=["the same day", "an earlier day"])
def test_a_second_opinion_of_the_same_or_an_earlier_day_rewrites_the_row(spark, as_of):
    """Two standing rows of one record would be two profiles; so the key of the row that stands is used again."""
    published = _published(spark, (1, "P1", TUESDAY), (2, "P1", TUESDAY))

    assert _written(spark, [(1, "P2")], published, as_of) == {
        (1, "P2", TUESDAY, None),
        (2, "P1", TUESDAY, TUESDAY),  # closed in the moment it was opened: it never stood
    }


@pytest.mark.spark
def test_households_have_a_history_of_their_own_beside_that_of_people(spark):
    homes = [("household", 1, "H1", MONDAY, MONDAY, None), ("household", 2, "H1", MONDAY, MONDAY, None)]
    published = _published(spark, (1, "P1", MONDAY), (2, "P2", MONDAY)).union(spark.createDataFrame(homes, SCHEMA))
    now = spark.createDataFrame([(1, "H1", MONDAY)], "record_sk BIGINT, profile_id STRING, valid_from TIMESTAMP")

    [left] = history(now, published, TUESDAY, HOUSEHOLD).collect()

    assert (left["entity_type"], left["profile_id"], left["known_to"]) == ("household", "H1", TUESDAY)
    assert {row["profile_id"] for row in standing(published, HOUSEHOLD).collect()} == {"H1"}


@pytest.mark.spark
def test_only_rows_that_stand_now_count_as_before(spark):
    closed = spark.createDataFrame([("person", 1, "P9", MONDAY, MONDAY, TUESDAY)], SCHEMA)
    others = spark.createDataFrame([("household", 1, "H1", MONDAY, MONDAY, None)], SCHEMA)
    table = _published(spark, (1, "P1", TUESDAY)).unionByName(closed).unionByName(others)

    assert [row["profile_id"] for row in standing(table).collect()] == ["P1"]


@pytest.mark.spark
def test_what_was_known_on_a_day_is_not_changed_by_what_was_learnt_later(spark):
    rows = [
        ("person", 1, "P1", MONDAY, MONDAY, TUESDAY),
        ("person", 1, "P2", MONDAY, TUESDAY, None),
        ("person", 2, "P2", MONDAY, TUESDAY, None),
    ]
    table = spark.createDataFrame(rows, SCHEMA)

    def known(at):
        return {(row["record_sk"], row["profile_id"]) for row in known_on(table, at).collect()}

    assert known(MONDAY) == {(1, "P1")}
    assert known(TUESDAY) == {(1, "P2"), (2, "P2")}
    assert known(MONDAY - timedelta(days=1)) == set()


@pytest.mark.spark
def test_the_heir_of_a_retired_profile_has_most_of_the_records_it_had_last(spark):
    rows = [
        ("person", 9, "P1", MONDAY, MONDAY, MONDAY + timedelta(hours=1)),
        ("person", 9, "P2", MONDAY, TUESDAY, None),
    ]
    rows += [("person", record, "P1", MONDAY, MONDAY, TUESDAY) for record in (1, 2, 3)]
    rows += [("person", record, home, MONDAY, TUESDAY, None) for record, home in ((1, "P2"), (2, "P3"), (3, "P3"))]
    table = spark.createDataFrame(rows, SCHEMA)

    assert [row["profile_id"] for row in heir(table, "P1").collect()] == ["P3"]
    assert heir(table, "P7").collect() == []
