"""Layers of YAML: what merges, what replaces, and where each value came from."""

from pathlib import Path

import pytest

from cdp_lake.config.layers import Layer, NamedItems, as_plain, assignments, overlay, read_folder, read_yaml
from cdp_lake.errors import ConfigError


def layer(tmp_path: Path, text: str, label: str = "base.yml") -> Layer:
    path = tmp_path / label
    path.write_text(text, encoding="utf-8")
    return read_yaml(path, label)


def test_maps_merge_and_the_later_value_wins(tmp_path):
    base = layer(tmp_path, "lake: {path: a, landing: b}\n")
    over = layer(tmp_path, "lake:\n  path: c\n", "over.yml")
    merged = overlay(base, over)
    assert merged.tree == {"lake": {"path": "c", "landing": "b"}}
    assert merged.origins["lake", "path"] == "over.yml:2"
    assert merged.origins["lake", "landing"] == "base.yml:1"


def test_named_items_merge_by_name_and_keep_their_order(tmp_path):
    base = layer(tmp_path, "rows:\n- {name: a, n: 1, m: 1}\n- {name: b, n: 2}\n")
    over = layer(tmp_path, "rows:\n- {name: c, n: 3}\n- {name: a, n: 9}\n", "over.yml")
    rows = as_plain(overlay(base, over).tree)["rows"]
    assert rows == [{"name": "a", "n": 9, "m": 1}, {"name": "b", "n": 2}, {"name": "c", "n": 3}]


def test_other_lists_are_replaced_as_a_whole(tmp_path):
    base = layer(tmp_path, "words:\n- one\n- two\n- three\n")
    merged = overlay(base, layer(tmp_path, "words: [four]\n", "over.yml"))
    assert merged.tree == {"words": ["four"]}
    assert {path: origin for path, origin in merged.origins.items() if path[:1] == ("words",)} == {
        ("words",): "over.yml:1",
        ("words", "0"): "over.yml:1",
    }


def test_null_removes_a_value_a_map_or_a_named_item(tmp_path):
    base = layer(tmp_path, "a: {x: 1, y: 2}\nrows:\n- {name: one}\n- {name: two}\n")
    merged = overlay(base, assignments(["a.x=null", "rows.one=null"]))
    assert as_plain(merged.tree) == {"a": {"y": 2}, "rows": [{"name": "two"}]}


def test_a_value_set_on_the_command_line_is_read_as_yaml_and_named_so():
    found = assignments(["lake.catalog=true", "lake.path=x=y", "spark.conf={a: b}"])
    assert found.tree == {"lake": {"catalog": True, "path": "x=y"}, "spark": {"conf": {"a": "b"}}}
    assert found.origins["lake", "catalog"] == "--set"


@pytest.mark.parametrize("text", ["lake.path", "=x", ""])
def test_a_set_argument_without_key_or_value_is_explained(text):
    with pytest.raises(ConfigError, match=r"write --set key\.path=value"):
        assignments([text])


def test_a_key_given_twice_is_an_error_with_its_line(tmp_path):
    with pytest.raises(ConfigError, match=r"^twice\.yml:3: key 'a' is given twice$"):
        layer(tmp_path, "a: 1\nb: 2\na: 3\n", "twice.yml")


def test_text_that_is_no_yaml_is_an_error_with_its_line(tmp_path):
    with pytest.raises(ConfigError, match=r"^bad\.yml:2: not valid YAML"):
        layer(tmp_path, "a: [1\nb: 2\n", "bad.yml")


def test_a_file_that_holds_no_map_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"^list\.yml:1: a map of settings is expected"):
        layer(tmp_path, "- a\n", "list.yml")


def test_an_empty_file_sets_nothing(tmp_path):
    assert layer(tmp_path, "# nothing yet\n").tree == {}


def test_the_files_of_a_folder_become_items_by_their_names(tmp_path):
    (tmp_path / "segments").mkdir()
    (tmp_path / "segments" / "vip.yml").write_text("name: vip\nabout: best\n", encoding="utf-8")
    (tmp_path / "lake.yml").write_text("path: here\n", encoding="utf-8")
    found = read_folder(tmp_path, "conf")
    assert found.tree == {"lake": {"path": "here"}, "segments": {"vip": {"name": "vip", "about": "best"}}}
    assert isinstance(found.tree["segments"], NamedItems)
    assert found.origins["segments", "vip", "about"] == "conf/segments/vip.yml:2"


def test_a_file_whose_name_is_not_its_items_name_is_an_error(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "crm.yml").write_text("name: cmr\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"conf/sources/crm\.yml: `name: crm` is expected, found 'cmr'"):
        read_folder(tmp_path, "conf")
