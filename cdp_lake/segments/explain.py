"""Why a profile is in a segment, or is not: each condition with the value it saw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.segments import Group, ScoreCondition, SegmentCondition, SegmentRules, Statement, TraitCondition
from cdp_lake.errors import ConfigError, did_you_mean
from cdp_lake.segments.conditions import holds, value_of

Step = tuple[str, Statement]


def explain_segment(joined: DataFrame, rules: SegmentRules, name: str) -> DataFrame:
    """One row per (profile_id, step): a condition of the segment, its place, the value seen and whether it holds.

    `joined` is `side_by_side(profiles, traits, scores)`, narrowed to the profiles asked about.
    """
    by_name = rules.by_name
    if name not in by_name:
        raise ConfigError(f"unknown segment '{name}'; {did_you_mean(name, by_name)}")
    rows = [
        F.struct(
            F.lit(no).alias("step"),
            F.lit(place).alias("place"),
            F.lit(written(statement)).alias("condition"),
            value_of(statement).cast("string").alias("value"),
            holds(statement, by_name).alias("holds"),
        )
        for no, (place, statement) in enumerate(_steps(by_name[name].where, ""), start=1)
    ]
    return joined.select("profile_id", F.explode(F.array(*rows)).alias("row")).select("profile_id", "row.*")


def written(statement: Statement) -> str:
    """A condition as a person reads it: `order_count at least 3`."""
    if isinstance(statement, SegmentCondition):
        return f"in segment {statement.segment}"
    if isinstance(statement, ScoreCondition):
        subject = f"score {statement.score}"
    else:
        subject = statement.trait if isinstance(statement, TraitCondition) else f"profile {statement.profile}"
    parts = [f"{operator.replace('_', ' ')} {_plain(value)}" for operator, value in statement.comparisons.items()]
    return f"{subject} {' and '.join(parts)}"


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value).lower()


def _steps(condition: Group | Statement, place: str) -> Iterator[Step]:
    if not isinstance(condition, Group):
        yield place or "all", condition
        return
    for kind in ("all", "any", "none"):
        for part in getattr(condition, kind):
            yield from _steps(part, f"{place} > {kind}" if place else kind)
