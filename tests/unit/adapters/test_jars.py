"""The JAR lock: a start trusts only files whose hash it has seen."""

import hashlib
import json
import os

import pytest

from cdp_lake.adapters import jars
from cdp_lake.errors import EnvironmentProblem


def _locked(content, name="engine"):
    return jars.Jar("org.example", name, "1.0", hashlib.sha256(content).hexdigest())


def test_the_shipped_lock_can_be_read_and_names_delta_and_graphframes():
    artifacts = {jar.artifact for jar in jars.read_lock(jars.lock_file())}
    assert {"delta-spark_4.2_2.13", "delta-storage"} < artifacts
    assert any(name.startswith(("sedona-spark-shaded", "graphframes-spark4")) for name in artifacts)


def test_a_line_without_a_hash_is_refused_with_its_file(tmp_path):
    lock = tmp_path / "jars.lock"
    lock.write_text("# comment\norg.example:engine:1.0\n")
    with pytest.raises(EnvironmentProblem, match=r"jars\.lock: 'org\.example:engine:1\.0' is not"):
        jars.read_lock(lock)


def test_a_missing_jar_is_named(tmp_path):
    assert jars.problems((_locked(b"x"),), tmp_path) == ["engine-1.0.jar is missing"]


def test_the_right_file_is_accepted(tmp_path):
    (tmp_path / "engine-1.0.jar").write_bytes(b"right")
    assert jars.problems((_locked(b"right"),), tmp_path) == []


def test_another_file_under_the_right_name_is_found_out(tmp_path):
    (tmp_path / "engine-1.0.jar").write_bytes(b"tampered")
    [problem] = jars.problems((_locked(b"right"),), tmp_path)
    assert problem.startswith("engine-1.0.jar has SHA-256")


def test_a_file_that_changed_after_it_was_checked_is_checked_again(tmp_path):
    file = tmp_path / "engine-1.0.jar"
    file.write_bytes(b"right")
    assert jars.problems((_locked(b"right"),), tmp_path) == []
    file.write_bytes(b"wrong")
    os.utime(file, ns=(1, 1))
    assert len(jars.problems((_locked(b"right"),), tmp_path)) == 1


def test_an_unchanged_file_is_not_read_again(tmp_path, monkeypatch):
    (tmp_path / "engine-1.0.jar").write_bytes(b"right")
    jars.problems((_locked(b"right"),), tmp_path)
    monkeypatch.setattr(jars, "sha256_of", lambda file: pytest.fail(f"{file} was read again"))
    assert jars.problems((_locked(b"right"),), tmp_path) == []


def test_a_broken_stamp_is_no_excuse(tmp_path):
    (tmp_path / jars.STAMP).write_text("{half a")
    (tmp_path / "engine-1.0.jar").write_bytes(b"tampered")
    assert len(jars.problems((_locked(b"right"),), tmp_path)) == 1
    assert json.loads((tmp_path / jars.STAMP).read_text())


def test_a_fetched_file_with_another_hash_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(jars.ivy, "fetch", lambda names, target: (target / "engine-1.0.jar").write_bytes(b"other"))
    with pytest.raises(EnvironmentProblem, match="do not match"):
        jars.resolve((_locked(b"right"),), tmp_path)
    assert not (tmp_path / "engine-1.0.jar").exists()


def test_only_what_is_missing_is_fetched(tmp_path, monkeypatch):
    (tmp_path / "engine-1.0.jar").write_bytes(b"right")
    asked = []

    def fetch(names, target):
        asked.extend(names)
        (target / "wheel-1.0.jar").write_bytes(b"round")

    monkeypatch.setattr(jars.ivy, "fetch", fetch)
    jars.resolve((_locked(b"right"), _locked(b"round", "wheel")), tmp_path)
    assert asked == ["org.example:wheel:1.0"]
    assert (tmp_path / "wheel-1.0.jar").read_bytes() == b"round"


def test_the_environment_chooses_folder_and_lock(tmp_path, monkeypatch):
    monkeypatch.setenv("CDP_LAKE_JARS", str(tmp_path))
    monkeypatch.setenv("CDP_LAKE_JARS_LOCK", str(tmp_path / "mine.lock"))
    assert jars.jars_dir() == tmp_path
    assert jars.lock_file() == tmp_path / "mine.lock"


def test_a_missing_lock_says_what_to_do(tmp_path):
    with pytest.raises(EnvironmentProblem, match="CDP_LAKE_JARS_LOCK"):
        jars.read_lock(tmp_path / "none.lock")
