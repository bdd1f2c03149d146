"""The whole pipeline on a small shop: stages in order, no record lost, and nothing to do the second time."""

from collections import Counter, defaultdict
from fnmatch import fnmatchcase

import pytest

from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.gold import PROFILES, SCORES, SEGMENT_MEMBERSHIPS
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.ops import CHECKS, FATES, FILES, HEALTH, QUARANTINE, RUNS
from cdp_lake.contracts.silver import ORDER_LINES, SOURCE_RECORDS
from cdp_lake.identity.assignments import HOUSEHOLD, standing
from cdp_lake.stages.pipeline import STAGES
from cdp_lake.stages.plan import tables_of
from tests.stages.lakes import csv_rows, files_below, opened, record_ids, run

# Two equal lines of one file are two facts; a new column is noted and no fault of the rows.
NO_FAULT = {"identical_lines", "extra_column"}
OF_A_FILE = {"missing_column", "empty_file"}


@pytest.fixture(scope="module")
def lake(spark, place):
    return opened(spark, place.settings())


@pytest.fixture(scope="module")
def planted(place):
    return csv_rows(place.landing.parent / "truth" / "bad_rows.csv")


@pytest.fixture(scope="module")
def runs(lake):
    return {row["stage"]: row for row in lake.head(RUNS).collect()}


def test_every_stage_ran_and_published(runs, lake):
    assert sorted(runs, key=lambda name: runs[name]["started_at"]) == [stage.name for stage in STAGES]
    assert {row["status"] for row in runs.values()} == {"done"}
    assert lake.publication_no >= len([row for row in runs.values() if row["output_versions"]])
    for table in ("silver.orders", "identity.assignments", "gold.profiles", "gold.traits", "gold.segment_memberships"):
        assert table in lake.versions


def test_a_stage_is_declared_to_read_only_what_an_earlier_one_writes(place):
    settings = place.settings()
    # What people say in between, by a command of its own.
    written: set[str] = {"ops.corrections"}
    for stage in STAGES:
        assert set(tables_of(stage.reads, settings)) <= written, stage.name
        assert all(tables_of((pattern,), settings) for pattern in stage.reads), stage.name
        written |= set(tables_of(stage.writes, settings))


def test_a_stage_read_only_what_an_earlier_one_had_published(runs):
    published: dict[str, int] = {}
    for stage in STAGES:
        run_row = runs.get(stage.name)
        if run_row is None:
            continue
        own = {t: v for t, v in run_row["input_versions"].items() if any(fnmatchcase(t, p) for p in stage.writes)}
        assert set(run_row["input_versions"].items()) - set(own.items()) <= set(published.items()), stage.name
        published |= run_row["output_versions"]


def test_every_record_that_was_landed_has_one_fate(lake, place):
    # But for the topic of the streaming act, which this lake has not seen.
    landed = {source.name: 0 for source in place.settings().sources if source.files}
    for source in landed:
        landed[source] = lake.read(bronze_table(source), "quality").count()
    fated = lake.read(FATES, "quality").groupBy("source").count().collect()
    counted = lake.read(FILES, "quality").groupBy("source").sum("record_count").collect()
    assert {row["source"]: row["count"] for row in fated} == landed
    assert {row["source"]: row["sum(record_count)"] for row in counted} == landed
    assert min(landed.values()) > 0
    assert lake.read(FATES, "quality").select("source", "record_id").distinct().count() == sum(landed.values())


def test_every_planted_fault_is_set_aside_with_a_rule_and_no_good_record_is(lake, planted):
    set_aside = {(r["source"], r["record_id"]): r for r in lake.read(QUARANTINE, "quality").collect()}
    copies = {"duplicate_message_id"}
    faults = record_ids(lake, [r for r in planted if r["kind"] not in NO_FAULT | OF_A_FILE | copies])
    of_records = {key: row for key, row in set_aside.items() if not key[1].startswith("file:")}
    assert set(of_records) == faults
    assert all(row["rules"] and row["payload"] and row["file"] and row["line"] for row in of_records.values())
    fate = lake.read(FATES, "quality").where("fate = 'quarantined'").select("source", "record_id").collect()
    assert {tuple(row) for row in fate} == faults


def test_a_file_that_cannot_be_landed_is_one_row_of_the_quarantine(lake, planted):
    files = {r["file"] for r in planted if r["kind"] in OF_A_FILE}
    rows = lake.read(QUARANTINE, "quality").where("record_id like 'file:%'").collect()
    assert {row["file"] for row in rows} == files
    assert all(row["rules"] for row in rows)


def test_a_second_copy_of_an_event_is_a_duplicate_that_names_the_first(lake, planted):
    copies = record_ids(lake, [r for r in planted if r["kind"] == "duplicate_message_id"])
    rows = lake.read(FATES, "quality").where("source in ('web', 'app') and fate = 'duplicate'").collect()
    named = {(row["source"], row["record_id"]) for row in rows} | {(row["source"], row["duplicate_of"]) for row in rows}
    assert copies
    assert copies <= named


def test_two_equal_lines_of_an_order_are_both_kept(lake, planted):
    twins = record_ids(lake, [r for r in planted if r["kind"] == "identical_lines"])
    lines = lake.read(ORDER_LINES, "quality").select("source", "_record_id").collect()
    assert twins
    assert twins <= {tuple(row) for row in lines}


def test_the_champion_scored_people_and_every_score_names_its_version(runs, lake):
    trained = runs["train_models"]["facts"]
    assert trained["churn: gate"] == "passed"
    scores = lake.read(SCORES, "evaluation").collect()
    assert scores
    assert {(row["model"], row["model_version"]) for row in scores} == {("churn", trained["churn: version"])}
    segments = {row["segment"] for row in lake.read(SEGMENT_MEMBERSHIPS, "evaluation").collect()}
    assert "likely_to_stay" in segments


def test_households_are_those_of_the_truth(lake, place):
    truth = place.landing.parent / "truth"
    homes = {row["person_id"]: row["household_id"] for row in csv_rows(truth / "people.csv")}
    lives = {(r["source"], r["source_pk"]): homes.get(r["person_id"]) for r in csv_rows(truth / "records.csv")}
    records = lake.read(SOURCE_RECORDS, "evaluation").select("record_sk", "source", "source_pk").distinct()
    housed = standing(lake.read(ASSIGNMENTS, "evaluation"), HOUSEHOLD).join(records, "record_sk").collect()
    true_homes = defaultdict(set)
    for row in housed:
        true_homes[row["profile_id"]].add(lives.get((row["source"], row["source_pk"])))
    mixed = [household for household, found in true_homes.items() if len(found - {None}) > 1]
    assert len(mixed) <= 0.02 * len(true_homes)

    told = lake.read(PROFILES, "evaluation").where("household_id is not null").collect()
    sizes = Counter(row["household_id"] for row in told)
    assert set(sizes) == set(true_homes)
    assert all(row["household_size"] == sizes[row["household_id"]] for row in told)
    assert {1, 2, 3} <= set(sizes.values()) <= set(range(1, 9))


def test_a_stitch_measures_itself_and_a_first_one_has_no_jitter(runs, lake):
    [run_id] = {row["run_id"] for row in lake.head(HEALTH).collect()}
    assert run_id == runs["stitch_identity"]["run_id"]
    found = {row["measure"]: row["value"] for row in lake.head(HEALTH).where("subject = ''").collect()}
    assert "jitter" not in found
    assert found["profiles"] == lake.read(PROFILES, "evaluation").count()
    assert 0 < found["stitch_rate"] < 1
    assert lake.head(CHECKS).where("table_name = 'ops.health' and passed").count() == 1


def test_the_second_run_commits_nothing_and_touches_no_file(spark, place, lake):
    before = files_below(place.lake)
    again = run(spark, place.settings())
    assert {name: (outcome.status, outcome.commits) for name, outcome in again.items()} == {
        stage.name: ("nothing to do", 0) for stage in STAGES
    }
    assert files_below(place.lake) == before
    assert opened(spark, place.settings()).versions == lake.versions
