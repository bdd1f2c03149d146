"""Segments by the reference engine: each rule as one boolean expression over profiles, traits and scores."""

# ruff: noqa: S608 - SQL is made from settings, never from data
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdp_lake.config.segments import Group, ProfileCondition, ScoreCondition, Segment, SegmentCondition, Statement
from reference.engine import quoted, text
from reference.moment import literal

_OPERATORS = {"equals": "=", "at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}


def members_query(segments: Sequence[Segment], models: Sequence[str], profiles: str, scores: str) -> str:
    """SQL of one row per (segment, profile_id); needs the table `traits`."""
    by_name = {segment.name: segment for segment in segments}
    names = [f"CASE WHEN {_holds(s.where, by_name)} THEN {text(s.name)} END" for s in segments]
    source = (
        f"{profiles} p LEFT JOIN traits t USING (profile_id) LEFT JOIN ({_wide(models, scores)}) s USING (profile_id)"
    )
    listed = f"SELECT profile_id, unnest([{', '.join(names)}]) AS segment FROM {source}"
    return f"SELECT segment, profile_id FROM ({listed}) WHERE segment IS NOT NULL"


def _wide(models: Sequence[str], scores: str) -> str:
    values = [
        f"max({part}) FILTER (WHERE model = {text(model)}) AS {quoted(f'{model}_{part}')}"
        for model in models
        for part in ("score", "decile")
    ]
    return f"SELECT {', '.join(['profile_id', *values])} FROM {scores} GROUP BY profile_id"


def _holds(condition: Group | Statement, by_name: Mapping[str, Segment]) -> str:
    match condition:
        case Group():
            every, some, no = (
                [_holds(c, by_name) for c in part] for part in (condition.all, condition.any, condition.none)
            )
            tests = [*every, *([f"({' OR '.join(some)})"] if some else []), *(f"NOT {test}" for test in no)]
            return f"({' AND '.join(tests)})"
        case SegmentCondition(segment=name):
            return _holds(by_name[name].where, by_name)
        case _:
            tests = [_compared(_operand(condition, op), op, wanted) for op, wanted in condition.comparisons.items()]
            return f"coalesce({' AND '.join(tests)}, false)"


def _operand(condition: Statement, operator: str) -> str:
    match condition:
        case ScoreCondition(score=name):
            return f"s.{quoted(f'{name}_decile' if operator.startswith('decile') else f'{name}_score')}"
        case ProfileCondition(profile=name):
            return f"p.{quoted(name)}"
        case _:
            return f"t.{quoted(getattr(condition, 'trait', ''))}"


def _compared(value: str, operator: str, wanted: Any) -> str:
    match operator.removeprefix("decile_"):
        case "in":
            return f"{value} IN ({', '.join(map(literal, wanted))})"
        case "between":
            return f"{value} BETWEEN {literal(wanted[0])} AND {literal(wanted[1])}"
        case "is_true":
            return value if wanted else f"NOT {value}"
        case "is_null":
            return f"{value} IS {'' if wanted else 'NOT '}NULL"
        case plain:
            return f"{value} {_OPERATORS[plain]} {literal(wanted)}"
