"""Presets: what is known of a kind of identifier everywhere, laid under what a company says of its own."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from cdp_lake.config.layers import Layer, NamedItems, Where
from cdp_lake.config.namespace import Namespace
from cdp_lake.config.strict import Strict
from cdp_lake.errors import did_you_mean

_PRESETS = ("identity_presets", "presets")
_NAMESPACES = ("identity", "namespaces")


class IdentityPresets(Strict):
    """Namespaces to begin from, by name: `{name: email, preset: email}` takes all of one, own settings come first."""

    presets: tuple[Namespace, ...] = ()

    @model_validator(mode="after")
    def _end_here(self) -> IdentityPresets:
        chained = [preset.name for preset in self.presets if preset.preset]
        if chained:
            raise ValueError(f"preset '{chained[0]}' has a preset itself; write its settings out")
        return self


def with_presets(layer: Layer) -> tuple[Layer, list[tuple[Where, str]]]:
    """The layer with each namespace filled up from its preset, and (setting, problem) of the presets nobody knows.

    What a namespace says itself stands, `null` included: it takes the preset's setting away. A setting that comes
    from a preset has the preset's file and line as its origin.
    """
    presets, namespaces = _items(layer.tree, _PRESETS), _items(layer.tree, _NAMESPACES)
    problems: list[tuple[Where, str]] = []
    filled, origins = NamedItems(namespaces), dict(layer.origins)
    for name, own in namespaces.items():
        chosen = own.get("preset") if isinstance(own, dict) else None
        if chosen is None:
            continue
        if not isinstance(presets.get(str(chosen)), dict):
            problem = f"unknown preset '{chosen}'; {did_you_mean(str(chosen), presets)}"
            problems.append(((*_NAMESPACES, name, "preset"), problem))
            continue
        # A setting that a layer took away has left its place among the origins.
        taken = {k: v for k, v in presets[chosen].items() if k not in own and (*_NAMESPACES, name, k) not in origins}
        filled[name] = taken | {key: value for key, value in own.items() if value is not None}
        origins |= {
            (*_NAMESPACES, name, *path[3:]): origin
            for path, origin in layer.origins.items()
            if path[:3] == (*_PRESETS, chosen) and path[3:4] and path[3] in taken
        }
    if not namespaces:
        return layer, problems
    return Layer(layer.tree | {"identity": layer.tree["identity"] | {"namespaces": filled}}, origins), problems


def _items(tree: dict[str, Any], where: tuple[str, str]) -> dict[str, Any]:
    """The named items at that place; none when something else is there, which the models will say."""
    part = tree.get(where[0])
    found = part.get(where[1]) if isinstance(part, dict) else None
    return found if isinstance(found, NamedItems) else {}
