"""The JAR of our own Java: made of these sources, or said to be of others."""

import shutil
import zipfile

import pytest

from cdp_lake.adapters import jars, java_functions

MADE = jars.jars_dir() / java_functions.NAME
made = pytest.mark.skipif(not MADE.is_file(), reason=f"the JARs are not there: {jars.INSTALL_LINE}")


def test_a_jar_that_is_not_there_or_damaged_is_told(tmp_path):
    assert java_functions.problems(tmp_path) == [f"{java_functions.NAME} is missing"]
    (tmp_path / java_functions.NAME).write_bytes(b"no archive")
    assert java_functions.problems(tmp_path) == [f"{java_functions.NAME} is damaged"]


@made
def test_a_jar_of_other_sources_is_told(tmp_path, monkeypatch):
    shutil.copy(MADE, tmp_path)
    assert java_functions.problems(tmp_path) == []
    changed = tmp_path / "JaroWinkler.java"
    changed.write_text("// another version\n", encoding="utf-8")
    monkeypatch.setattr(java_functions, "SOURCES", (changed,))
    assert java_functions.problems(tmp_path) == [f"{java_functions.NAME} is of another version"]


@made
def test_it_holds_one_class_for_each_source_and_no_time():
    with zipfile.ZipFile(MADE) as jar:
        assert jar.namelist() == [f"cdp_lake/{source.stem}.class" for source in java_functions.SOURCES]
        assert {entry.date_time for entry in jar.infolist()} == {(1980, 1, 1, 0, 0, 0)}
