"""What a lake promises its stages: only changes are committed, only what is published is seen, no number twice."""

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from cdp_lake.adapters.delta_tables import DeltaTables
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.scratch import Scratch
from cdp_lake.adapters.surrogates import allocate
from cdp_lake.contracts import Column, TableContract, conform
from cdp_lake.errors import ConfigError

NOW = datetime(2018, 1, 2, tzinfo=timezone.utc)
PETS = TableContract(
    name="silver.pets",
    grain="one row per pet",
    key=("pet_id",),
    columns=(
        Column("pet_id", "BIGINT"),
        Column("name", "STRING", pii="name"),
        Column("born_on", "DATE"),
        Column("_batch", "BIGINT"),
        Column("_row_hash", "BIGINT"),
    ),
    cluster_by=("pet_id",),
)
LOG = TableContract(name="gold.log", grain="one row per line", key=("line",), columns=(Column("line", "STRING"),))


@pytest.fixture
def lake(spark, lake_dir) -> Lake:
    return opened(spark, lake_dir)


def opened(spark, lake_dir) -> Lake:
    return Lake.open(spark, lake_dir.as_posix(), frozenset({"show"}))


def pets(lake, *names, batch=1):
    """Pets numbered from 1, none where the name is empty."""
    rows = [(n, name, None, batch) for n, name in enumerate(names, start=1) if name]
    return conform(lake.spark.createDataFrame(rows, "pet_id BIGINT, name STRING, born_on DATE, _batch BIGINT"), PETS)


def names(frame):
    return [row["name"] for row in frame.orderBy("pet_id").collect()]


def publish(lake, *commits):
    lake.publish("r1", "a_stage", {c.table: c.version for c in commits}, NOW)


def test_a_table_is_made_with_the_layout_of_its_contract(spark, lake):
    lake.upsert(PETS, pets(lake, "Rex"))
    detail = spark.sql(f"DESCRIBE DETAIL delta.`{lake.tables.path(PETS)}`").first()
    assert detail["clusteringColumns"] == ["pet_id"]
    properties = detail["properties"]
    assert properties["delta.enableChangeDataFeed"] == "true"
    assert properties["delta.enableDeletionVectors"] == "false"
    assert properties["cdp_lake.personal_columns"] == "name"
    assert "name" not in properties["delta.dataSkippingStatsColumns"].split(",")
    log = [line for path in Path(lake.tables.path(PETS)).glob("_delta_log/*.json") for line in path.open()]
    stats = [json.loads(json.loads(line)["add"]["stats"]) for line in log if '"add"' in line[:8]]
    assert stats
    assert all("pet_id" in found["minValues"] and "name" not in found["minValues"] for found in stats)


def test_only_rows_that_differ_are_committed(lake):
    first = lake.upsert(PETS, pets(lake, "Rex", "Tom"))
    publish(lake, first)
    again = lake.upsert(PETS, pets(lake, "Rex", "Tom", batch=2))
    changed = lake.upsert(PETS, pets(lake, "Rex", "Tim", "Kit"))
    assert first.rows == 2
    assert (again.rows, again.version) == (0, None)
    assert changed.rows == 2
    assert names(lake.head(PETS)) == ["Rex", "Tim", "Kit"]


def test_keys_that_are_gone_are_deleted_only_when_the_rows_are_complete(lake):
    publish(lake, lake.upsert(PETS, pets(lake, "Rex", "Tom")))
    kept = lake.upsert(PETS, pets(lake, "", "Tom"))
    assert (kept.rows, names(lake.head(PETS))) == (0, ["Rex", "Tom"])
    gone = lake.upsert(PETS, pets(lake, "", "Tom"), complete=True)
    assert (gone.rows, names(lake.head(PETS))) == (1, ["Tom"])


def test_a_null_and_a_value_that_moved_are_changes(lake):
    publish(lake, lake.upsert(PETS, pets(lake, "Rex")))
    nameless = lake.spark.createDataFrame(
        [(1, None, None, 1)], "pet_id BIGINT, name STRING, born_on DATE, _batch BIGINT"
    )
    assert lake.upsert(PETS, conform(nameless, PETS)).rows == 1


def test_readers_see_what_is_published_and_nothing_else(spark, lake, lake_dir):
    assert lake.read(PETS, "show").isEmpty()
    first = lake.upsert(PETS, pets(lake, "Rex"))
    assert opened(spark, lake_dir).read(PETS, "show").isEmpty()
    publish(lake, first)
    lake.upsert(PETS, pets(lake, "Tom"))
    reader = opened(spark, lake_dir)
    assert names(reader.read(PETS, "show")) == ["Rex"]
    assert reader.has_unpublished(PETS)
    assert reader.reads == {PETS.name: first.version}


def test_what_a_killed_run_committed_is_taken_back_by_the_next(spark, lake, lake_dir):
    publish(lake, lake.upsert(PETS, pets(lake, "Rex")))
    lake.append(LOG, spark.createDataFrame([("killed",)], LOG.schema))
    lake.upsert(PETS, pets(lake, "Rex", "Ghost", "Tom"))

    again = opened(spark, lake_dir)
    log = again.append(LOG, spark.createDataFrame([("done",)], LOG.schema))
    commit = again.upsert(PETS, pets(again, "Rex", "", "Tom"))
    publish(again, commit, log)

    assert names(opened(spark, lake_dir).read(PETS, "show")) == ["Rex", "Tom"]
    assert [row["line"] for row in opened(spark, lake_dir).read(LOG, "show").collect()] == ["done"]


def test_without_a_declared_purpose_nothing_is_read(lake):
    with pytest.raises(ConfigError, match=r"silver\.pets read for purpose 'shw'; known: show\. Did you mean 'show'\?"):
        lake.read(PETS, "shw")


def test_a_column_that_is_new_in_the_contract_is_added_and_read_as_null_until_then(lake):
    publish(lake, lake.upsert(PETS, pets(lake, "Rex")))
    wider = PETS.extended(Column("colour", "STRING"))
    assert lake.read(wider, "show").first()["colour"] is None
    ddl = "pet_id BIGINT, name STRING, born_on DATE, _batch BIGINT, colour STRING"
    row = lake.spark.createDataFrame([(1, "Rex", None, 1, "red")], ddl)
    lake.upsert(wider, conform(row, wider))
    assert lake.head(wider).first()["colour"] == "red"


def test_a_repeated_transaction_is_ignored(lake):
    row = lake.spark.createDataFrame([("a",)], LOG.schema)
    for _ in range(2):
        lake.append(LOG, row, ("app", 7))
    assert lake.head(LOG).count() == 1


def test_surrogates_go_on_where_they_stopped_in_key_order_and_none_is_given_twice(spark, lake, lake_dir):
    def numbers(frame):
        return {row["key"]: row["n"] for row in frame.collect()}

    def keys(*texts):
        return spark.createDataFrame([(text,) for text in texts], "key STRING")

    first = numbers(allocate(lake, keys("b", "a", "c"), "s", "n"))
    other = numbers(allocate(lake, keys("a"), "another", "n"))
    second = numbers(allocate(opened(spark, lake_dir), keys("z", "y"), "s", "n"))
    assert (first, second, other) == ({"a": 1, "b": 2, "c": 3}, {"y": 4, "z": 5}, {"a": 1})
    assert allocate(lake, keys(), "s", "n").isEmpty()


def test_surrogates_of_many_partitions_have_no_gap(spark, lake):
    many = spark.range(5000).selectExpr("cast(id as string) as key").repartition(7)
    found = allocate(lake, many, "s", "n").collect()
    assert [row["n"] for row in sorted(found, key=lambda row: row["key"])] == list(range(1, 5001))


def test_a_table_that_is_not_there_is_empty_and_has_no_version(spark, lake_dir):
    tables = DeltaTables(spark, lake_dir.as_posix())
    assert tables.version(PETS) is None
    assert tables.empty(PETS).columns == list(PETS.column_names)


def test_what_is_staged_is_computed_once_and_gone_afterwards(spark, tmp_path):
    scratch = Scratch(tmp_path / "scratch")
    counted = spark.sparkContext.accumulator(0)
    rows = spark.range(3).rdd.map(lambda row: (counted.add(1), row["id"])[1:]).toDF("id BIGINT")
    staged = scratch.staged(rows, "rows")
    assert [staged.count(), staged.count(), counted.value] == [3, 3, 3]
    assert scratch.staged(staged, "rows").count() == 3
    scratch.clear()
    assert not (tmp_path / "scratch").exists()
