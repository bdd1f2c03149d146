"""What a machine has, read without surprises."""

import pytest

from cdp_lake.adapters import machine


@pytest.mark.parametrize(
    ("banner", "release"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "21-ea" 2023-09-19', 21),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "11.0.2" 2019-01-15', 11),
        ("Unable to locate a Java Runtime.", None),
    ],
)
def test_the_java_release_is_read_from_any_banner(banner, release):
    assert machine.feature_release(banner) == release


def test_a_jdk_answers_from_its_release_file_without_being_started(tmp_path):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.touch()
    (tmp_path / "release").write_text('IMPLEMENTOR="x"\nJAVA_VERSION="21.0.4"\n')
    assert machine.java_version(str(java)) == 21


def test_java_home_outranks_the_path(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert machine.java_command() is None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    assert machine.java_command() == str(tmp_path / "bin" / "java")


@pytest.mark.parametrize(("gib", "memory"), [(2, "1024m"), (8, "2730m"), (64, "6144m")])
def test_spark_gets_a_third_of_the_memory_within_bounds(gib, memory, monkeypatch):
    monkeypatch.setattr(machine, "memory_bytes", lambda: gib * machine.GIB)
    assert machine.driver_memory() == memory


def test_a_container_limit_counts_when_it_is_the_smaller(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    limit.write_text(str(machine.GIB // 2))
    monkeypatch.setattr(machine, "_CGROUP_LIMITS", (limit,))
    assert machine.memory_bytes() == machine.GIB // 2
    limit.write_text("max")
    assert machine.memory_bytes() > machine.GIB // 2


@pytest.mark.parametrize(("size", "count"), [("512m", 512 * 1024**2), ("2g", 2 * 1024**3)])
def test_java_sizes_are_bytes(size, count):
    assert machine.java_size_bytes(size) == count


def test_free_disk_is_known_for_a_folder_that_is_not_there_yet(tmp_path):
    assert machine.free_bytes(tmp_path / "not" / "yet") > 0


def test_the_local_master_is_capped(monkeypatch):
    monkeypatch.setattr(machine, "cores", lambda: 64)
    assert machine.local_master() == "local[8]"
