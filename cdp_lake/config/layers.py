"""YAML folders laid over one another, remembering the file and line of every value.

Maps merge, lists of named items merge by name, other lists replace, `null` removes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from cdp_lake.errors import ConfigError

Where = tuple[str, ...]
LIST_FOLDERS = ("source_presets", "sources", "segments")


class NamedItems(dict[str, Any]):
    """A list of maps that each have a `name`, kept as a map by that name while layers merge."""


@dataclass
class Layer:
    """A settings tree with the origin (`file:line`) of each of its values."""

    tree: dict[str, Any] = field(default_factory=dict)
    origins: dict[Where, str] = field(default_factory=dict)


def read_folder(folder: Path, label: str, without: str | None = None) -> Layer:
    """The layer of one conf folder: `x.yml` gives key x, `sources/` and the like give lists by name.

    without: a key whose file is passed over, because another file stands in for it.
    """
    layer = Layer()
    for path in sorted(folder.glob("*.yml")):
        if path.stem != without:
            _place(layer, (path.stem,), read_yaml(path, f"{label}/{path.name}"))
    for name in LIST_FOLDERS:
        for path in sorted((folder / name).glob("*.yml")):
            item = read_yaml(path, f"{label}/{name}/{path.name}")
            named = item.tree.get("name")
            if named != path.stem:
                found = misread(named) or f"found {named!r}"
                raise ConfigError(f"{label}/{name}/{path.name}: `name: {path.stem}` is expected, {found}")
            _place(layer, (name, path.stem), item)
            layer.tree[name] = NamedItems(layer.tree[name])
    return layer


def read_as(key: str, path: Path) -> Layer:
    """The layer of one file that is not called after its key."""
    layer = Layer()
    _place(layer, (key,), read_yaml(path, path.as_posix()))
    return layer


def read_yaml(path: Path, label: str) -> Layer:
    """One YAML map as a layer. Raises ConfigError naming file and line when it does not parse."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"), label)
    except UnicodeDecodeError as problem:
        raise ConfigError(f"{label}:1: not text in UTF-8: {str(problem).splitlines()[0]}") from problem


def parse_yaml(text: str, label: str) -> Layer:
    """The layer of a text that stands, or would stand, in the file `label`. Raises ConfigError as `read_yaml` does."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        line = mark.line + 1 if mark else 1
        raise ConfigError(f"{label}:{line}: not valid YAML: {problem.problem}") from problem
    except yaml.reader.ReaderError as problem:
        raise ConfigError(f"{label}:1: not text in UTF-8: {str(problem).splitlines()[0]}") from problem
    layer = Layer()
    tree = _value(node, (), label, layer.origins) if node is not None else {}
    if not isinstance(tree, dict):
        raise ConfigError(f"{label}:1: a map of settings is expected at the top")
    layer.tree = tree
    return layer


def overlay(base: Layer, over: Layer) -> Layer:
    """The second layer laid over the first."""
    origins = {k: v for k, v in base.origins.items() if not _is_below(k, _replaced(base.tree, over.tree))}
    return Layer(_merge(base.tree, over.tree), origins | over.origins)


def assignments(texts: Iterable[str]) -> Layer:
    """The layer of `--set a.b=value` arguments; values are read as YAML."""
    layer = Layer()
    for text in texts:
        path, sign, value = text.partition("=")
        if not sign or not path.strip():
            raise ConfigError(f"--set {text}: write --set key.path=value")
        where = tuple(path.strip().split("."))
        node: Any = yaml.safe_load(value)
        for key in reversed(where):
            node = {key: node}
        layer = overlay(layer, Layer(node, {where: "--set"}))
    return layer


def misread(value: object) -> str:
    """What to do where YAML made something else of a word that stood without quotes; '' where it did not."""
    if isinstance(value, bool):
        words = "yes, on and true" if value else "no, off and false"
        return f"YAML reads {words} without quotes as {str(value).lower()}, and a text is meant: put it in quotes"
    if isinstance(value, int | float | date):
        kind = "a time" if isinstance(value, date) else "a number"
        return f"YAML reads {value} without quotes as {kind}, and a text is meant: put it in quotes"
    return ""


def as_plain(value: Any) -> Any:
    """The tree with named items as lists again, the way the settings models read them."""
    if isinstance(value, NamedItems):
        return [as_plain(item) for item in value.values()]
    if isinstance(value, dict):
        return {key: as_plain(item) for key, item in value.items()}
    return [as_plain(item) for item in value] if isinstance(value, list) else value


def _place(layer: Layer, where: Where, content: Layer) -> None:
    node = layer.tree
    for key in where[:-1]:
        node = node.setdefault(key, {})
    node[where[-1]] = content.tree
    layer.origins.update({where + path: origin for path, origin in content.origins.items()})


def _value(node: yaml.Node, where: Where, label: str, origins: dict[Where, str]) -> Any:
    origins[where] = f"{label}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, where, label, origins)
    if isinstance(node, yaml.SequenceNode):
        names = [_name_of(item) for item in node.value]
        if names and all(names):
            keyed = zip(names, node.value, strict=True)
            return NamedItems({str(n): _value(i, (*where, str(n)), label, origins) for n, i in keyed})
        return [_value(item, (*where, str(i)), label, origins) for i, item in enumerate(node.value)]
    loader = yaml.SafeLoader("")
    return loader.construct_object(node, deep=True)


def _mapping(node: yaml.MappingNode, where: Where, label: str, origins: dict[Where, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, item in node.value:
        key = str(key_node.value)
        if key in found:
            raise ConfigError(f"{label}:{key_node.start_mark.line + 1}: key '{key}' is given twice")
        here = (*where, key)
        found[key] = _value(item, here, label, origins)
        origins[here] = f"{label}:{key_node.start_mark.line + 1}"
    return found


def _name_of(node: yaml.Node) -> str | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((str(v.value) for k, v in node.value if k.value == "name"), None)


def _merge(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    merged = type(base)(base)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merge(base[key], value) if key in base else value
    return merged


def _replaced(base: Any, over: Any, where: Where = ()) -> list[Where]:
    """Paths of the base whose whole value the other layer removes or replaces."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return [where]
    shared = [key for key in over if key in base]
    return [path for key in shared for path in _replaced(base[key], over[key], (*where, key))]


def _is_below(path: Where, roots: list[Where]) -> bool:
    return any(path[: len(root)] == root for root in roots)
