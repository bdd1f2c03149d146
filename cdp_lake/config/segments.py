"""Segments as a marketer's data engineer declares them: a tree of all, any and none over plain conditions.

A condition on an absent value does not hold, so `none` of it does; `is_null` is the one that asks for absence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from cdp_lake.config.strict import Strict

Value = bool | int | float | date | datetime | str
SUBJECTS = ("trait", "score", "profile", "segment")
ORDERED = ("at_least", "at_most", "above", "below", "between")
COMPARISONS = ("equals", "in", "is_true", "is_null", *ORDERED)


class Leaf(Strict):
    """A statement about one value; several comparisons must all hold."""

    equals: Value | None = None
    one_of: tuple[Value, ...] | None = Field(default=None, alias="in", min_length=1)
    at_least: Value | None = None
    at_most: Value | None = None
    above: Value | None = None
    below: Value | None = None
    between: tuple[Value, Value] | None = None
    is_true: bool | None = None
    is_null: bool | None = None

    @property
    def comparisons(self) -> dict[str, Any]:
        """Operator and value of each comparison given, by its name in YAML."""
        given = {name: getattr(self, "one_of" if name == "in" else name) for name in COMPARISONS}
        return {name: value for name, value in given.items() if value is not None}

    @model_validator(mode="after")
    def _compares(self) -> Leaf:
        if not self.comparisons:
            raise ValueError(f"a condition needs a comparison: one of {', '.join(COMPARISONS)}")
        return self


class TraitCondition(Leaf):
    """A statement about a trait."""

    trait: str


class ProfileCondition(Leaf):
    """A statement about a column of the golden profile."""

    profile: str


class ScoreCondition(Strict):
    """A statement about a model's score or its decile, 10 being the highest."""

    score: str
    at_least: float | None = None
    at_most: float | None = None
    decile_at_least: int | None = Field(default=None, ge=1, le=10)
    decile_at_most: int | None = Field(default=None, ge=1, le=10)

    @property
    def comparisons(self) -> dict[str, Any]:
        """Operator and value of each comparison given."""
        names = ("at_least", "at_most", "decile_at_least", "decile_at_most")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    @model_validator(mode="after")
    def _compares(self) -> ScoreCondition:
        if not self.comparisons:
            raise ValueError("a score needs a comparison: at_least, at_most, decile_at_least or decile_at_most")
        return self


class SegmentCondition(Strict):
    """Membership of another segment."""

    segment: str


class Group(Strict):
    """All of these, any of those, none of the last: each list that is given must hold."""

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    none: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> Group:
        if not (self.all or self.any or self.none):
            raise ValueError("give at least one condition under `all`, `any` or `none`")
        return self


def _subject(given: Any) -> str | None:
    if isinstance(given, Strict):
        keys = set(type(given).model_fields)
    else:
        keys = set(given) if isinstance(given, dict) else set()
    named = [subject for subject in SUBJECTS if subject in keys]
    if not named and keys & {"all", "any", "none"}:
        return "group"
    return named[0] if len(named) == 1 else None


Condition = Annotated[
    Annotated[Group, Tag("group")]
    | Annotated[TraitCondition, Tag("trait")]
    | Annotated[ScoreCondition, Tag("score")]
    | Annotated[ProfileCondition, Tag("profile")]
    | Annotated[SegmentCondition, Tag("segment")],
    Discriminator(
        _subject,
        custom_error_type="condition_form",
        custom_error_message="a condition is about one of trait, score, profile, segment; or groups: all, any, none",
    ),
]
Statement = TraitCondition | ScoreCondition | ProfileCondition | SegmentCondition


class Segment(Strict):
    """A named rule that says who is in."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)
    title: str
    about: str = ""
    where: Condition


class SegmentRules(Strict):
    """Every segment, by name."""

    segments: tuple[Segment, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> SegmentRules:
        names = [segment.name for segment in self.segments]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"segments declared twice: {', '.join(twice)}")
        return self

    @property
    def by_name(self) -> dict[str, Segment]:
        """Segments by name."""
        return {segment.name: segment for segment in self.segments}


def statements(condition: Group | Statement) -> Iterator[Statement]:
    """Every plain condition of a tree, left to right."""
    if isinstance(condition, Group):
        for part in (*condition.all, *condition.any, *condition.none):
            yield from statements(part)
    else:
        yield condition


def references(segment: Segment) -> tuple[str, ...]:
    """Names of the segments a segment asks about."""
    return tuple(s.segment for s in statements(segment.where) if isinstance(s, SegmentCondition))


Group.model_rebuild()
