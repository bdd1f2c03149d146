"""What is wrong with segment rules, found before any data is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cdp_lake.config.segments import (
    ORDERED,
    ProfileCondition,
    ScoreCondition,
    Segment,
    SegmentCondition,
    SegmentRules,
    Statement,
    TraitCondition,
    references,
    statements,
)
from cdp_lake.errors import did_you_mean

NUMERIC = ("BIGINT", "INT", "DOUBLE", "FLOAT", "DECIMAL")
TEMPORAL = ("DATE", "TIMESTAMP")


@dataclass(frozen=True)
class Vocabulary:
    """Every name a segment may use: types of traits and profile columns, models, segments."""

    traits: Mapping[str, str]
    profile: Mapping[str, str]
    models: Collection[str]
    segments: Collection[str]


def check_segments(
    rules: SegmentRules, traits: Mapping[str, str], profile: Mapping[str, str], models: Collection[str]
) -> list[str]:
    """One line per problem: unknown names, comparisons a type cannot keep, segments in a circle."""
    words = Vocabulary(traits, profile, models, tuple(rules.by_name))
    found = [
        f"segments/{segment.name}.yml: {problem}"
        for segment in rules.segments
        for statement in statements(segment.where)
        for problem in _problems(statement, words)
    ]
    return list(dict.fromkeys(found)) + [
        f"segments/{circle[0]}.yml: segments refer to one another in a circle: {' -> '.join((*circle, circle[0]))}"
        for circle in circles(rules)
    ]


def circles(rules: SegmentRules) -> list[tuple[str, ...]]:
    """Segments that refer back to themselves, each circle once, from its first name."""
    found = {_from_smallest(c) for segment in rules.segments for c in _walk((segment.name,), rules.by_name)}
    return sorted(found)


def _walk(path: tuple[str, ...], by_name: Mapping[str, Segment]) -> Iterator[tuple[str, ...]]:
    for name in references(by_name[path[-1]]):
        if name == path[0]:
            yield path
        elif name in by_name and name not in path:
            yield from _walk((*path, name), by_name)


def _from_smallest(circle: tuple[str, ...]) -> tuple[str, ...]:
    start = circle.index(min(circle))
    return circle[start:] + circle[:start]


def _problems(statement: Statement, words: Vocabulary) -> list[str]:
    match statement:
        case TraitCondition(trait=name):
            return _unknown("trait", name, words.traits) or _misfits(name, words.traits[name], statement.comparisons)
        case ProfileCondition(profile=name):
            return _unknown("profile column", name, words.profile) or _misfits(
                name, words.profile[name], statement.comparisons
            )
        case ScoreCondition(score=name):
            return _unknown("model", name, words.models)
        case SegmentCondition(segment=name):
            return _unknown("segment", name, words.segments)


def _unknown(what: str, name: str, known: Collection[str]) -> list[str]:
    return [] if name in known else [f"unknown {what} '{name}'; {did_you_mean(name, known)}"]


def _misfits(name: str, kind: str, comparisons: Mapping[str, Any]) -> list[str]:
    """Comparisons the type of a value cannot keep."""
    return [
        f"'{name}' is {kind.lower()}, so `{operator}: {_written(value)}` never makes sense"
        for operator, value in comparisons.items()
        if not _fits(kind.upper(), operator, value)
    ]


def _fits(kind: str, operator: str, value: Any) -> bool:
    if operator == "is_null":
        return True
    if operator == "is_true":
        return kind == "BOOLEAN"
    if operator in ORDERED and not kind.startswith((*NUMERIC, *TEMPORAL)):
        return False
    return all(_is_of(one, kind) for one in (value if isinstance(value, tuple) else (value,)))


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool) or kind == "BOOLEAN":
        return isinstance(value, bool) and kind == "BOOLEAN"
    if kind.startswith(NUMERIC):
        return isinstance(value, int | float)
    if kind.startswith(TEMPORAL):
        return isinstance(value, date)
    return kind == "STRING" and isinstance(value, str)


def _written(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)
