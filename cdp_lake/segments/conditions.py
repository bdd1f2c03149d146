"""A condition as one boolean column, never null, over profiles, traits and scores side by side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from functools import reduce
from operator import and_, or_
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.config.segments import (
    Group,
    ProfileCondition,
    ScoreCondition,
    Segment,
    SegmentCondition,
    Statement,
    TraitCondition,
)
from cdp_lake.errors import ConfigError, did_you_mean


def is_in(segment: Segment, by_name: Mapping[str, Segment], above: tuple[str, ...] = ()) -> Column:
    """True for a profile that the segment's rule holds for; segments it asks about are written out."""
    if segment.name in above:
        raise ConfigError(f"segments refer to one another in a circle: {' -> '.join((*above, segment.name))}")
    return holds(segment.where, by_name, (*above, segment.name))


def holds(condition: Group | Statement, by_name: Mapping[str, Segment], above: tuple[str, ...] = ()) -> Column:
    """True where the condition holds; an absent value makes it false, so `none` of it is true."""
    match condition:
        case Group():
            return _group_holds(condition, by_name, above)
        case SegmentCondition(segment=name):
            if name not in by_name:
                raise ConfigError(f"unknown segment '{name}'; {did_you_mean(name, by_name)}")
            return is_in(by_name[name], by_name, above)
        case _:
            tests = [_compared(_operand(condition, op), op, value) for op, value in condition.comparisons.items()]
            return F.coalesce(reduce(and_, tests), F.lit(False))


def value_of(statement: Statement) -> Column:
    """The value a condition looks at, null for a segment."""
    match statement:
        case TraitCondition(trait=name):
            return F.col(f"trait.{name}")
        case ProfileCondition(profile=name):
            return F.col(f"profile.{name}")
        case ScoreCondition():
            return _operand(statement, next(iter(statement.comparisons)))
        case _:
            return F.lit(None)


def _group_holds(group: Group, by_name: Mapping[str, Segment], above: tuple[str, ...]) -> Column:
    every, some, no = ([holds(part, by_name, above) for part in parts] for parts in (group.all, group.any, group.none))
    any_of = [reduce(or_, some)] if some else []
    return reduce(and_, [*every, *any_of, *[~part for part in no]])


def _operand(statement: Statement, operator: str) -> Column:
    if isinstance(statement, ScoreCondition):
        return F.col(f"score.{statement.score}_{'decile' if operator.startswith('decile') else 'score'}")
    return value_of(statement)


def _compared(value: Column, operator: str, wanted: Any) -> Column:  # noqa: PLR0911 - one line per operator
    match operator.removeprefix("decile_"):
        case "equals":
            return value == _literal(wanted)
        case "in":
            return value.isin([_literal(one) for one in wanted])
        case "at_least":
            return value >= _literal(wanted)
        case "at_most":
            return value <= _literal(wanted)
        case "above":
            return value > _literal(wanted)
        case "below":
            return value < _literal(wanted)
        case "between":
            return value.between(_literal(wanted[0]), _literal(wanted[1]))
        case "is_true":
            return value if wanted else ~value
        case "is_null":
            return value.isNull() if wanted else value.isNotNull()
        case _:
            raise AssertionError(f"no rule compares with {operator}")


def _literal(value: Any) -> Column:
    if isinstance(value, datetime) and value.tzinfo is None:
        # A naive time would be read in the zone of the machine; the lake's clock is UTC.
        return F.lit(value.replace(tzinfo=timezone.utc))
    return F.lit(value)
