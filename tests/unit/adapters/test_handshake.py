"""The handshake: every problem of a machine at once, each with what to do."""

from pathlib import Path

import pytest

from cdp_lake.adapters import handshake, jars, machine
from cdp_lake.adapters.handshake import Check, check, require
from cdp_lake.config.spark import SparkSettings
from cdp_lake.errors import EnvironmentProblem

ROOT = Path(__file__).parents[3]


def _named(checks: list[Check], name: str) -> Check:
    return next(one for one in checks if one.name == name)


def test_a_good_machine_passes_without_a_word(tmp_path):
    require(SparkSettings(driver_memory="512m"), tmp_path / "lake")


def test_the_pins_are_those_of_the_project_and_of_the_constraints():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for name, pin in handshake.PINS.items():
        assert f'"{name}=={pin}"' in project
        assert f"{name}=={pin}" in constraints


def test_every_failed_line_is_told_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "java_command", lambda: None)
    settings = SparkSettings(driver_memory="9000g", jars_dir=tmp_path)
    with pytest.raises(EnvironmentProblem) as caught:
        require(settings)
    said = str(caught.value)
    assert "Java: none found. Install Java 17 or newer" in said
    others = len(jars.jar_paths(tmp_path)) - 1
    assert f"is missing (and {others} more). Run: python -m cdp_lake.adapters.jars" in said
    assert "Memory: 9000g" in said
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("memory", "enough"), [("511m", False), ("512m", True), ("9000g", False)])
def test_spark_gets_neither_too_little_memory_nor_the_whole_machine(memory, enough):
    assert _named(check(None, SparkSettings(driver_memory=memory)), "Memory").ok is enough


def test_an_old_java_is_refused(monkeypatch):
    monkeypatch.setattr(machine, "java_version", lambda java: 11)
    java = _named(check(None, SparkSettings()), "Java")
    assert (java.ok, java.found) == (False, "11")


@pytest.mark.parametrize(("client", "fits"), [("0.9.3", True), ("0.12.3", False)])
def test_client_and_classes_of_graphframes_are_one_minor_version(client, fits, monkeypatch):
    monkeypatch.setattr(handshake, "version", lambda name: client)
    assert handshake._graph_pair().ok is fits


def test_the_slim_graphframes_jar_is_known_by_its_own_version(tmp_path, monkeypatch):
    lock = tmp_path / "mine.lock"
    lock.write_text(f"io.graphframes:graphframes-spark4_2.13:0.10.0 {'0' * 64}\n")
    monkeypatch.setenv("CDP_LAKE_JARS_LOCK", str(lock))
    assert handshake._graph_pair().found == "client 0.9.3, classes 0.10.0"


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "free_bytes", lambda folder: 5)
    assert not _named(check(None, SparkSettings(), tmp_path), "Disk").ok


def test_a_lake_path_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    assert not _named(check(None, SparkSettings(), tmp_path / "file" / "lake"), "Lake folder").ok


def test_under_spark_submit_the_cluster_answers_for_java_and_jars(monkeypatch, tmp_path):
    monkeypatch.setenv("PYSPARK_GATEWAY_PORT", "1")
    require(SparkSettings(jars_dir=tmp_path, driver_memory="9000g"))


def test_the_graphframes_classes_are_looked_for_in_the_jars():
    found = handshake._graph_classes(SparkSettings())
    assert found.ok
    assert found.found in {path.name for path in jars.jar_paths()}
