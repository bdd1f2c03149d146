"""How two sets of rules differ, as a person would say it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdp_lake.config.identity import IdentityRules

_ABSENT = object()
# Lists of identifiers: one may be somebody's, so they are counted and not shown.
_LISTS_OF_VALUES = ("blocked", "allowed")


def rule_changes(before: IdentityRules, after: IdentityRules) -> list[str]:
    """One line per setting that differs, `namespaces.phone.limit: 5 -> 3`; empty for the same rules."""
    was, now = (dict(_settings(rules.model_dump(mode="json"))) for rules in (before, after))
    names = [*now, *(name for name in was if name not in now)]
    return [_change(name, was.get(name, _ABSENT), now.get(name, _ABSENT)) for name in names if _differ(name, was, now)]


def not_in_silver_yet(before: IdentityRules, after: IdentityRules) -> list[str]:
    """Namespaces whose values a stitch cannot have as the rules say, because refining writes them: new or respelt."""
    spelt = {namespace.name: namespace.normaliser for namespace in before.namespaces}
    return [one.name for one in after.namespaces if spelt.get(one.name) != one.normaliser]


def _settings(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting by its path; items of a list that have a name go by it."""
    named = isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "name" in item for item in value)
    below = {item["name"]: item for item in value} if named else value
    if isinstance(below, dict):
        for key, item in below.items():
            yield from _settings(item, f"{where}.{key}" if where else str(key))
    else:
        yield where, below


def _differ(name: str, was: dict[str, Any], now: dict[str, Any]) -> bool:
    return bool(was.get(name, _ABSENT) != now.get(name, _ABSENT))


def _change(name: str, before: Any, after: Any) -> str:
    if name.rpartition(".")[2] in _LISTS_OF_VALUES:
        old, new = (set() if values is _ABSENT else set(values) for values in (before, after))
        return f"{name}: {len(new - old):,} values more, {len(old - new):,} fewer"
    return f"{name}: {_said(before)} -> {_said(after)}"


def _said(value: Any) -> str:
    if value is _ABSENT:
        return "(nothing)"
    return "-" if value is None else str(value)
