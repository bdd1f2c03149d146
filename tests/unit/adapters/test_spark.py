"""The session every stage gets: UTC, Delta, quiet, and nothing left where the user stands."""

import os
import sys
from pathlib import Path

import pytest
from graphframes import GraphFrame
from pydantic import ValidationError

from cdp_lake.adapters import jvm
from cdp_lake.adapters import spark as door
from cdp_lake.adapters.handshake import check
from cdp_lake.config.spark import SparkSettings


def test_a_local_start_takes_the_jars_from_the_class_path_and_a_cluster_gets_them_sent(tmp_path):
    local = door._from_machine(SparkSettings(master="local[2]", scratch_dir=tmp_path))
    cluster = door._from_machine(SparkSettings(master="spark://host:7077", scratch_dir=tmp_path))
    assert "delta-spark" in local["spark.driver.extraClassPath"]
    assert "spark.jars" not in local
    assert "delta-spark" in cluster["spark.jars"]


def test_what_the_settings_say_wins_over_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(door.machine, "cores", lambda: 3)
    assert door._from_machine(SparkSettings(scratch_dir=tmp_path))["spark.master"] == "local[3]"
    chosen = SparkSettings(master="local[1]", driver_memory="700m", scratch_dir=tmp_path)
    start = door._from_machine(chosen)
    assert (start["spark.master"], start["spark.driver.memory"]) == ("local[1]", "700m")


def test_java_options_are_added_and_never_replace_the_ones_of_the_house(tmp_path):
    start = door._from_machine(SparkSettings(java_options=("-Dmine=1",), scratch_dir=tmp_path))
    assert "-Dlog4j2.configurationFile=" in start["spark.driver.extraJavaOptions"]
    assert start["spark.driver.extraJavaOptions"].endswith("-Dmine=1")
    with pytest.raises(ValidationError, match="java_options"):
        SparkSettings(conf={"spark.driver.extraJavaOptions": "-Dmine=1"})


def test_few_cores_get_the_thorough_compiler_for_much_work_only(tmp_path, monkeypatch):
    monkeypatch.setattr(jvm.machine, "cores", lambda: 2)
    assert jvm.compiler_for(waiting_bytes=jvm.MUCH_WORK_BYTES - 1) == "quick"
    assert jvm.compiler_for(waiting_bytes=jvm.MUCH_WORK_BYTES) == "thorough"
    monkeypatch.setattr(jvm.machine, "cores", lambda: 8)
    assert jvm.compiler_for(waiting_bytes=0) == "thorough"
    assert "-XX:TieredStopAtLevel=1" in jvm.options(tmp_path, "quick")
    assert "-XX:TieredStopAtLevel=1" not in jvm.options(tmp_path, "thorough")


def test_scratch_of_a_run_is_in_one_folder(tmp_path):
    start = door._from_machine(SparkSettings(scratch_dir=tmp_path / "s"))
    assert Path(start["spark.local.dir"]).parent == tmp_path / "s"
    assert Path(start["spark.sql.warehouse.dir"]).parent == tmp_path / "s"
    assert f"-Dderby.system.home={tmp_path / 's'}" in start["spark.driver.extraJavaOptions"]


def test_a_running_session_is_used_and_still_obeys_settings_it_can(spark):
    again = door.build_session(SparkSettings(conf={"spark.sql.caseSensitive": "true"}), "again")
    assert again is spark
    assert spark.conf.get("spark.sql.caseSensitive") == "true"
    spark.conf.unset("spark.sql.caseSensitive")


def test_the_session_keeps_its_promises(spark):
    assert [one for one in check(spark, SparkSettings()) if not one.ok] == []
    assert os.environ["PYSPARK_PYTHON"] == sys.executable


def test_a_delta_table_goes_out_and_comes_back(spark, tmp_path):
    path = str(tmp_path / "table")
    spark.range(3).write.format("delta").save(path)
    assert spark.read.format("delta").load(path).count() == 3


def test_graphframes_finds_its_classes(spark):
    people = spark.createDataFrame([(1,), (2,)], "id BIGINT")
    links = spark.createDataFrame([(1, 2)], "src BIGINT, dst BIGINT")
    assert GraphFrame(people, links).degrees.count() == 2


def test_an_address_in_a_query_stays_out_of_its_plan(spark):
    spark.range(1).where("CAST(id AS STRING) = 'ana@example.org'").createOrReplaceTempView("asked")
    plan = spark.sql("EXPLAIN EXTENDED SELECT * FROM asked").first()[0]
    physical = plan.split("== Physical Plan ==")[1]
    assert "ana@example.org" not in physical
