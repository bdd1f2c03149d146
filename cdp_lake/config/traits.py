"""Traits as a data engineer declares them: a fact and an aggregate, a profile column, or other traits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field, model_validator

from cdp_lake.config.derivations import MONEY, NUMBERS, Derive
from cdp_lake.config.facts import FACTS, PERSONAL_PROFILE_COLUMNS, PROFILE_COLUMNS, Fact
from cdp_lake.config.strict import Strict
from cdp_lake.errors import did_you_mean

Family = Literal["demography", "behaviour", "psychography", "transactions", "engagement"]
Aggregate = Literal[
    "count",
    "sum",
    "average",
    "min",
    "max",
    "first",
    "last",
    "days_since_last",
    "days_since_first",
    "unique_count",
    "most_frequent",
    "has",
]
NEED_COLUMN = ("sum", "average", "min", "max", "unique_count", "most_frequent")
NO_COLUMN = ("count", "has", "days_since_last", "days_since_first")
ZERO_WHEN_ABSENT = ("count", "unique_count", "sum", "has")
Scalar = bool | int | float | str
Filter = dict[str, Scalar | tuple[Scalar, ...]]
_SCALARS: dict[str, tuple[type, ...]] = {"BIGINT": (int,), MONEY: (int, float)}


class Trait(Strict):
    """One trait: `from` a fact, from a `profile` column, or by `derive` from other traits."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)
    family: Family
    about: str = ""
    fact: str | None = Field(default=None, alias="from")
    aggregate: Aggregate | None = None
    column: str | None = None
    weight: str | None = None
    where: Filter = Field(default_factory=dict)
    unless: Filter = Field(default_factory=dict)
    window_days: int | None = Field(default=None, gt=0)
    profile: str | None = None
    take: Literal["value", "is_present", "years_since", "days_since"] = "value"
    derive: Derive | None = None

    @model_validator(mode="before")
    @classmethod
    def _family_by_default(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "family" in given:
            return given
        fact = FACTS.get(str(given.get("from", given.get("fact"))))
        default = "demography" if "profile" in given else fact.family if fact else "transactions"
        return given | {"family": default}

    @model_validator(mode="after")
    def _is_one_thing(self) -> Trait:
        if sum(1 for origin in (self.fact, self.profile, self.derive) if origin) != 1:
            raise ValueError(f"trait '{self.name}' takes exactly one of `from`, `profile` and `derive`")
        problems = self._fact_problems() if self.fact else self._stray_keys()
        problems += self._profile_problems() if self.profile else []
        if problems:
            raise ValueError("; ".join(f"trait '{self.name}': {problem}" for problem in problems))
        return self

    def _stray_keys(self) -> list[str]:
        keys = ("aggregate", "column", "weight", "where", "unless", "window_days")
        return [f"`{key}` needs `from`" for key in keys if getattr(self, key)]

    def _fact_problems(self) -> list[str]:
        if self.fact not in FACTS:
            return [f"unknown fact '{self.fact}'; {did_you_mean(str(self.fact), FACTS)}"]
        if self.aggregate is None:
            return ["`from` needs an `aggregate`"]
        fact = FACTS[self.fact]
        named = [*self.where, *self.unless, *filter(None, (self.column, self.weight))]
        unknown = [
            f"{self.fact} has no column '{n}'; {did_you_mean(n, fact.columns)}" for n in named if n not in fact.columns
        ]
        return unknown or self._aggregate_problems(fact) + self._filter_problems(fact)

    def _aggregate_problems(self, fact: Fact) -> list[str]:
        kind = fact.columns[self.column] if self.column else None
        rules = (
            (self.aggregate in NEED_COLUMN and not kind, f"{self.aggregate} needs a `column`"),
            (self.aggregate in NO_COLUMN and bool(kind), f"{self.aggregate} takes no `column`"),
            (
                self.aggregate in ("sum", "average") and bool(kind) and kind not in NUMBERS,
                f"{self.aggregate} of '{self.column}', which is {kind}: a number is expected",
            ),
            (bool(self.weight) and self.aggregate != "most_frequent", "only most_frequent takes a `weight`"),
            (
                bool(self.weight) and fact.columns[str(self.weight)] not in NUMBERS,
                f"weight '{self.weight}' is no number",
            ),
            (self.take != "value", "`take` needs `profile`"),
        )
        return [message for broken, message in rules if broken]

    def _filter_problems(self, fact: Fact) -> list[str]:
        wrong = []
        for column, wanted in (*self.where.items(), *self.unless.items()):
            kind = fact.columns[column]
            values = wanted if isinstance(wanted, tuple) else (wanted,)
            if any(not _fits(value, kind) for value in values):
                wrong.append(f"'{column}' is {kind}; it cannot equal {wanted!r}")
        return wrong

    def _profile_problems(self) -> list[str]:
        column = str(self.profile)
        if column not in PROFILE_COLUMNS:
            return [f"profiles have no column '{column}'; {did_you_mean(column, PROFILE_COLUMNS)}"]
        kind = PROFILE_COLUMNS[column]
        if self.take.endswith("_since") and kind not in ("DATE", "TIMESTAMP"):
            return [f"{self.take} needs a date or a timestamp; '{column}' is {kind}"]
        if self.take == "value" and kind.startswith("ARRAY"):
            return [f"'{column}' is a list; use `take: is_present`"]
        # gold.traits is read more widely than gold.profiles, so no personal value may stand in it in clear.
        if column in PERSONAL_PROFILE_COLUMNS and self.take not in ("is_present", "years_since"):
            return [f"'{column}' is personal; use `take: is_present` or, for a date, `take: years_since`"]
        return []


def _fits(value: Scalar, kind: str) -> bool:
    if isinstance(value, bool) or kind == "BOOLEAN":
        return isinstance(value, bool) and kind == "BOOLEAN"
    return isinstance(value, _SCALARS.get(kind, (str,)))


class TraitRules(Strict):
    """Every declared trait. Names are unique; derived traits refer to known ones, without a circle."""

    traits: tuple[Trait, ...]

    @model_validator(mode="after")
    def _derivations_hold(self) -> TraitRules:
        names = [trait.name for trait in self.traits]
        problems = [f"trait '{name}' is declared twice" for name in sorted({n for n in names if names.count(n) > 1})]
        problems += ["trait 'profile_id' takes the key's name"] if "profile_id" in names else []
        problems += [
            f"trait '{t.name}' derives from unknown trait '{name}'; {did_you_mean(name, names)}"
            for t in self.derived
            for name in _inputs(t)
            if name not in names
        ]
        if problems:
            raise ValueError("; ".join(problems))
        types = trait_types(self)
        wrong = [f"trait '{t.name}': {p}" for t in self.derived if t.derive for p in t.derive.refused(types)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def derived(self) -> tuple[Trait, ...]:
        """Traits that follow from others, as declared."""
        return tuple(trait for trait in self.traits if trait.derive)

    @property
    def layers(self) -> tuple[tuple[Trait, ...], ...]:
        """Derived traits in layers: each layer reads only what earlier ones made."""
        known = {trait.name for trait in self.traits if not trait.derive}
        waiting, layers = list(self.derived), []
        while waiting:
            ready = tuple(t for t in waiting if known.issuperset(_inputs(t)))
            if not ready:
                circle = ", ".join(sorted(t.name for t in waiting))
                raise ValueError(f"these traits derive from one another in a circle: {circle}")
            layers.append(ready)
            known |= {t.name for t in ready}
            waiting = [t for t in waiting if t not in ready]
        return tuple(layers)

    def behind(self, names: Iterable[str]) -> TraitRules:
        """The traits of these names and all they follow from, nothing else."""
        declared = {trait.name: trait for trait in self.traits}
        wanted, waiting = set(), list(names)
        while waiting:
            name = waiting.pop()
            wanted.add(name)
            waiting += [n for n in _inputs(declared[name]) if n not in wanted]
        return TraitRules(traits=tuple(trait for trait in self.traits if trait.name in wanted))


def _inputs(trait: Trait) -> tuple[str, ...]:
    return trait.derive.inputs if trait.derive else ()


def trait_types(rules: TraitRules) -> dict[str, str]:
    """Spark type of every trait by name, in the order declared."""
    types = {trait.name: _own_type(trait) for trait in rules.traits if not trait.derive}
    for layer in rules.layers:
        wrong = [t for t in layer if t.derive and t.derive.refused(types)]
        types |= {t.name: "DOUBLE" if t in wrong else t.derive.result(types) for t in layer if t.derive}
    return {trait.name: types[trait.name] for trait in rules.traits}


def _own_type(trait: Trait) -> str:
    if trait.profile:
        plain = {"is_present": "BOOLEAN", "years_since": "BIGINT", "days_since": "BIGINT"}
        return plain.get(trait.take, PROFILE_COLUMNS[trait.profile])
    fact = FACTS[str(trait.fact)]
    source = fact.columns[trait.column or fact.time]
    fixed = {
        "has": "BOOLEAN",
        "average": "DOUBLE",
        "count": "BIGINT",
        "unique_count": "BIGINT",
        "days_since_last": "BIGINT",
        "days_since_first": "BIGINT",
    }
    return fixed.get(str(trait.aggregate), source)
