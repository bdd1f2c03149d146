"""Counts a person asks the lake for: fates, what was set aside, last runs, sizes, visitors, batches."""

from datetime import datetime, timezone

import pytest

from cdp_lake.bronze.unlanding import batches, unlanded
from cdp_lake.contracts.ops import RUNS
from cdp_lake.gold.summary import profile_sizes, segment_sizes, visitor_stitching
from cdp_lake.identity.summary import current_profiles, edge_counts, identifier_counts
from cdp_lake.quality.summary import fate_counts, newest_runs, quarantine_counts, quarantine_examples, row_counts

pytestmark = pytest.mark.spark


def rows(frame):
    return [tuple(row) for row in frame.collect()]


def test_each_source_has_its_records_and_their_fates(spark):
    fates = spark.createDataFrame(
        [("web", "passed"), ("crm", "passed"), ("crm", "quarantined"), ("crm", "duplicate"), ("crm", "passed")],
        "source STRING, fate STRING",
    )
    assert rows(fate_counts(fates)) == [("crm", 4, 2, 1, 1), ("web", 1, 1, 0, 0)]


def test_a_record_that_broke_two_rules_counts_for_both(spark):
    aside = spark.createDataFrame(
        [
            ("crm", "b", 2, "f1", 9, ["late", "early"]),
            ("crm", "a", 1, "f1", 3, ["late"]),
            ("crm", "file:x", 1, "f1", None, ["empty"]),
        ],
        "source STRING, record_id STRING, batch_id BIGINT, file STRING, line BIGINT, rules ARRAY<STRING>",
    )
    corrected = spark.createDataFrame([("crm", "a"), ("shop", "b")], "source STRING, record_id STRING")
    counted = [("crm", "early", 1, 0, 2, 2), ("crm", "empty", 1, 0, 1, 1), ("crm", "late", 2, 1, 1, 2)]
    assert rows(quarantine_counts(aside, corrected)) == counted
    assert [row["record_id"] for row in quarantine_examples(aside, 2).collect()] == ["file:x", "a"]


def test_the_last_run_may_have_failed_while_the_last_good_one_is_remembered(spark):
    def run(run_id, status, second, facts, fingerprint):
        at = datetime(2018, 1, 2, 0, 0, second, tzinfo=timezone.utc)
        return (run_id, "train_models", status, at, at, 1.0, {"a": 1}, {}, {"b": 2}, facts, "c", fingerprint, "")

    runs = spark.createDataFrame(
        [
            run("r1", "done", 1, {"auc": "0.8"}, "f1"),
            run("r2", "done", 2, {}, "f2"),
            # The same second: the id decides.
            run("r3", "failed", 2, {}, "f3"),
        ],
        RUNS.schema,
    )
    (found,) = newest_runs(runs).collect()
    assert (found["last"]["run_id"], found["last"]["status"]) == ("r3", "failed")
    assert found["done"]["fingerprint"] == "f2"
    assert found["facts"] == {"auc": "0.8"}


def test_tables_are_counted_by_name(spark):
    assert sorted(rows(row_counts({"a": spark.range(3), "b": spark.range(0)}))) == [("a", 3), ("b", 0)]


def test_profiles_fall_into_size_classes_at_their_edges(spark):
    profiles = spark.createDataFrame(
        [(n, n > 2) for n in (1, 2, 3, 5, 6, 10, 11, 20, 21, 90)], "record_count BIGINT, is_known BOOLEAN"
    )
    found = {row["size"]: (row["profiles"], row["known"], row["largest"]) for row in profile_sizes(profiles).collect()}
    assert found == {
        **{"1": (1, 0, 1), "2": (1, 0, 2), "3-5": (2, 2, 5)},
        **{"6-10": (2, 2, 10), "11-20": (2, 2, 20), "21+": (2, 2, 90)},
    }


def test_a_visitor_is_stitched_when_the_profile_is_a_known_person(spark):
    records = spark.createDataFrame(
        [(1, True, "anonymous_id:a"), (2, True, "anonymous_id:b"), (3, True, "email:x"), (4, False, "anonymous_id:c")],
        "record_sk BIGINT, is_carrier BOOLEAN, source_pk STRING",
    )
    assignments = spark.createDataFrame(
        [("person", 1, "P1", None), ("person", 2, "P2", None), ("person", 3, "P1", None), ("person", 4, "P1", None)],
        "entity_type STRING, record_sk BIGINT, profile_id STRING, known_to TIMESTAMP",
    )
    profiles = spark.createDataFrame([("P1", True), ("P2", False)], "profile_id STRING, is_known BOOLEAN")
    assert rows(visitor_stitching(records, assignments, profiles)) == [(2, 1)]


def test_only_people_who_are_in_a_segment_now_count(spark):
    stays = spark.createDataFrame(
        [("vip", None), ("vip", datetime(2018, 1, 1)), ("vip", None)], "segment STRING, exited_at TIMESTAMP"
    )
    assert rows(segment_sizes(stays)) == [("vip", 2)]


def test_evidence_is_counted_by_rule_live_ones_first(spark):
    edges = spark.createDataFrame(
        [("phone", "blocked"), ("phone", None), ("email", None), ("phone", None)], "rule STRING, refused_by STRING"
    )
    assert rows(edge_counts(edges)) == [("email", None, 1), ("phone", None, 2), ("phone", "blocked", 1)]
    held = spark.createDataFrame(
        [("phone", 7, True), ("phone", 7, False), ("email", 8, True)],
        "namespace STRING, identifier_sk BIGINT, is_live BOOLEAN",
    )
    assert rows(identifier_counts(held)) == [("email", 1, 1, 0), ("phone", 1, 2, 1)]


def test_a_record_of_two_versions_is_evaluated_once(spark):
    records = spark.createDataFrame(
        [(1, "crm", "C1", 1), (1, "crm", "C1", 2)], "record_sk BIGINT, source STRING, source_pk STRING, version_no INT"
    )
    assignments = spark.createDataFrame(
        [("person", 1, "P1", None, None, None), ("person", 1, "P0", None, None, datetime(2018, 1, 1))],
        "entity_type STRING, record_sk BIGINT, profile_id STRING, "
        "valid_from TIMESTAMP, known_from TIMESTAMP, known_to TIMESTAMP",
    )
    assert rows(current_profiles(records, assignments)) == [("crm", "C1", "P1")]


def test_unlanding_marks_the_landed_files_of_one_batch(spark):
    files = spark.createDataFrame(
        [(1, "crm", "a", "landed", 5), (2, "crm", "b", "landed", 7), (2, "crm", "c", "quarantined", 0)],
        "batch_id BIGINT, source STRING, file_id STRING, fate STRING, record_count BIGINT",
    )
    assert rows(unlanded(files, 2)) == [(2, "crm", "b", "unlanded", 7)]
    assert rows(batches(files)) == [
        (1, "crm", "landed", 1, 5),
        (2, "crm", "landed", 1, 7),
        (2, "crm", "quarantined", 1, 0),
    ]
