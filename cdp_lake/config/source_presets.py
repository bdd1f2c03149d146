"""Presets of sources: what a system exports everywhere, laid under what a company says of its own feed."""

from __future__ import annotations

from pydantic import model_validator

from cdp_lake.config.layers import Layer, NamedItems, Where, overlay
from cdp_lake.config.sources import SourceContract
from cdp_lake.errors import did_you_mean

PRESETS, SOURCES = "source_presets", "sources"
Problem = tuple[Where, str]


class SourcePreset(SourceContract):
    """A source contract that may lack its way in and its key: `extends: NAME` takes all of it, own settings come first.

    What a source lacks in the end is told of the source.
    """

    @model_validator(mode="after")
    def _has_one_way_in(self) -> SourcePreset:
        return self

    @model_validator(mode="after")
    def _changes_in_an_order(self) -> SourcePreset:
        return self

    @model_validator(mode="after")
    def _snapshots_are_files_of_people(self) -> SourcePreset:
        return self

    @model_validator(mode="after")
    def _lines_are_of_orders(self) -> SourcePreset:
        return self

    @model_validator(mode="after")
    def _consents_have_a_time(self) -> SourcePreset:
        return self


def with_source_presets(layer: Layer) -> tuple[Layer, list[Problem]]:
    """The layer with each source, and each preset, filled up from what it extends, and (setting, problem) found.

    Maps merge, columns and rules by name; other lists replace. What a source takes away with `null` stays away. A
    setting that comes from a preset has the preset's file and line as its origin.
    """
    presets = _items(layer, PRESETS)
    filled, problems = Layer(dict(layer.tree), dict(layer.origins)), list[Problem]()
    for place in (PRESETS, SOURCES):
        items = _items(layer, place)
        if not items:
            continue
        whole = {name: _extended(item, (place, name), presets, problems) for name, item in items.items()}
        filled.tree[place] = NamedItems({name: item.tree for name, item in whole.items()})
        for name, item in whole.items():
            filled.origins |= {(place, name, *path): origin for path, origin in item.origins.items()}
    return filled, problems


def _extended(item: Layer, where: Where, presets: dict[str, Layer], problems: list[Problem]) -> Layer:
    """The item laid over the preset it extends, that over the one it extends itself, and so on."""
    below, seen = item, [where[1]] if where[0] == PRESETS else []
    while (chosen := below.tree.get("extends")) is not None:
        if chosen not in presets:
            problems.append(((*where, "extends"), f"unknown preset '{chosen}'; {did_you_mean(str(chosen), presets)}"))
            return item
        if chosen in seen:
            problems.append(((*where, "extends"), f"presets extend each other in a circle: {' -> '.join(seen)}"))
            return item
        seen.append(chosen)
        below = presets[chosen]
        item = overlay(_without(below, {"name", "extends", *_taken_away(item)}), item)
    return item


def _taken_away(item: Layer) -> set[str]:
    """Settings a layer set to `null`: gone from the tree, their place is still among the origins."""
    return {path[0] for path in item.origins if path and path[0] not in item.tree}


def _without(preset: Layer, names: set[str]) -> Layer:
    tree = {key: value for key, value in preset.tree.items() if key not in names}
    return Layer(tree, {path: origin for path, origin in preset.origins.items() if path and path[0] in tree})


def _items(layer: Layer, place: str) -> dict[str, Layer]:
    """The named items at that place, each as a layer of its own; none when something else is there."""
    found = layer.tree.get(place)
    if not isinstance(found, NamedItems):
        return {}
    items = {name: Layer(tree, {}) for name, tree in found.items() if isinstance(tree, dict)}
    for path, origin in layer.origins.items():
        if path[:1] == (place,) and path[1:2] and path[1] in items:
            items[path[1]].origins[path[2:]] = origin
    return items
