"""What a source promised is held against what came: late, too few, another number than it counted."""

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from cdp_lake.adapters.control_files import counted_by_source
from cdp_lake.adapters.landing_folder import incoming_files
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts.ops import MEASURES
from cdp_lake.quality.promises import (
    Counted,
    Delivered,
    delivery_verdict,
    late,
    newest_records,
    plan_verdict,
    reconciled,
    words_verdict,
)

NOW = datetime(2024, 3, 5, 12, tzinfo=timezone.utc)


def source(**more):
    given = {"name": "crm", "kind": "person", "format": "csv", "files": "crm/*", "columns": [{"name": "id"}]}
    return SourceContract.model_validate(given | more)


@pytest.mark.parametrize(
    ("file_age", "record_age", "told"),
    [
        ("23h", "35h", []),
        ("25h", "35h", ["the newest file is 1d 1h old; one every 1d is expected"]),
        ("1h", "3d", ["the newest record is 3d behind; at most 1d 12h is promised"]),
        (None, None, ["no file yet; one every 1d is expected"]),
    ],
)
def test_late_is_what_is_older_than_was_promised(file_age, record_age, told):
    feed = source(expects={"every": "1d", "at_most_behind": "36h"})
    last = Delivered(*[None if age is None else NOW - _age(age) for age in (file_age, record_age)])
    assert list(late(feed, last, NOW)) == told


def test_who_promised_nothing_is_never_late():
    assert late(source(), Delivered(), NOW) == ()


@pytest.mark.parametrize(("records", "kept"), [(9, False), (10, True), (20, True), (21, False)])
def test_a_delivery_has_the_promised_size(records, kept):
    assert delivery_verdict(source(expects={"records": [10, 20]}), records).kept is kept
    assert delivery_verdict(source(), records) is None


def test_words_and_events_that_a_contract_does_not_know_are_counted_and_never_repeated():
    assert words_verdict(source(), "news", 1).observed == "another one in 1 record, which counts as denied"
    assert plan_verdict(source(), 1200, 1).observed == "1,200 records of 1 other event"
    assert words_verdict(source(), "news", 0).kept
    assert plan_verdict(source(), 0, 0).kept


@pytest.mark.parametrize(
    ("expects", "why"),
    [
        ({"every": "daily"}, "'daily' is no duration; write one like 90m, 36h, 1d or 2w"),
        ({"every": "0h"}, "is no duration"),
        ({"records": [5, 1]}, "the fewest, 5, are more than the most, 1"),
        ({"freshness": "1d"}, "unknown key 'freshness'"),
    ],
)
def test_a_promise_that_is_none_says_why(expects, why):
    with pytest.raises(ValidationError, match=why):
        source(expects=expects)


def test_how_often_a_file_comes_is_not_promised_of_a_table():
    table = {"files": None, "format": "jdbc", "table": {"connection": "erp", "table": "people"}}
    with pytest.raises(ValidationError, match=r"expects\.every: is about files"):
        source(**table, expects={"every": "1d"})


def test_a_mismatch_names_the_file_and_both_numbers():
    feed = source(counts={"files": "crm/*.count", "severity": "error"})
    files = [
        {"path": "crm/a.csv", "file_id": "1", "record_count": 10},
        {"path": "crm/b.csv.gz", "file_id": "2", "record_count": 11},
        {"path": "crm/pack.zip!/in/c.csv", "file_id": "3", "record_count": 12},
        {"path": "crm/old.csv", "file_id": "4", "record_count": 1},
    ]
    said = [
        *(Counted(f"crm/{name}.csv", 10, "crm/x.count") for name in ("a", "b", "c", "d", "old")),
        Counted("line 6", None, "crm/x.count"),
    ]
    found = [*reconciled(feed, said, files, fresh={"1", "2", "3"})]
    assert {verdict.severity for verdict in found} == {"error"}
    assert [(verdict.label, verdict.observed) for verdict in found if not verdict.kept] == [
        ("crm/b.csv: 10 records, as crm/x.count says", "11 have landed"),
        ("crm/c.csv: 10 records, as crm/x.count says", "12 have landed"),
        ("crm/d.csv: 10 records, as crm/x.count says", "the file has not landed"),
        ("crm/x.count, line 6: `file name,records`", "the line cannot be read"),
    ]
    assert len(found) == 5


def test_control_files_are_read_and_not_landed(tmp_path):
    feed, folder = source(counts={"files": "crm/*.count"}), tmp_path / "crm"
    folder.mkdir()
    (folder / "a.csv").write_text("id\n1\n")
    (folder / "1.count").write_bytes(b"\xef\xbb\xbffile,records\r\na.csv,10\r\n\r\nb.csv,2\r\n")
    (folder / "2.count").write_text("a.csv,1\nnonsense\n")
    told = counted_by_source(tmp_path, feed)
    assert sorted(told, key=lambda one: one.path) == [
        Counted("crm/a.csv", 1, "crm/2.count"),
        Counted("crm/b.csv", 2, "crm/1.count"),
        Counted("line 2", None, "crm/2.count"),
    ]
    assert [file.path for file in incoming_files(tmp_path, [feed])] == ["crm/a.csv"]


@pytest.mark.spark
def test_the_newest_record_is_told_by_published_runs_alone(spark):
    rows = [("r1", NOW, "crm", 24.0), ("r2", NOW + timedelta(days=1), "crm", 36.0), ("r3", NOW, "crm", 1.0)]
    stage = "refine_silver"
    told = [(run, stage, at, name, "hours_behind", "", hours) for run, at, name, hours in rows]
    measures = spark.createDataFrame(told, MEASURES.schema)
    ended = [("r1", stage, "done"), ("r2", stage, "done"), ("r3", stage, "failed"), ("r3", "land_bronze", "done")]
    runs = spark.createDataFrame(ended, "run_id STRING, stage STRING, status STRING")
    (row,) = newest_records(measures, runs).collect()
    assert row["record_at"].astimezone(timezone.utc) == NOW - timedelta(hours=12)


def _age(text):
    return timedelta(**{{"h": "hours", "d": "days"}[text[-1]]: int(text[:-1])})
