"""Survivorship: which of several records' values becomes the profile's, attribute by attribute."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from pydantic import Field, model_validator

from cdp_lake.config.strict import Strict
from cdp_lake.contracts.gold import PROFILES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.errors import did_you_mean

Rule = Literal["priority", "most_recent", "oldest", "most_frequent", "longest"]
# What a profile takes from its records one value at a time; `identifiers` is a union instead.
ATTRIBUTES = tuple(
    name
    for name in PROFILES.value_columns
    if name in SOURCE_RECORDS.column_names and name not in ("first_seen_at", "last_seen_at", "identifiers")
)


class Attribute(Strict):
    """How one attribute, or a `group` that moves as a unit, survives.

    `sources` is the order of trust: the rule itself for `priority`, the first tie-break of every other
    rule; a source not listed comes last. `prefer_filled` puts records that have all of these first, so
    that a bare country does not replace a whole address.
    """

    rule: Rule
    group: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    prefer_filled: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> "Attribute":
        if self.rule == "priority" and not self.sources:
            raise ValueError("rule 'priority' needs `sources`, the most trusted first")
        outside = [name for name in self.prefer_filled if name not in self.group]
        if outside:
            raise ValueError(f"prefer_filled {outside} not in `group`; {did_you_mean(outside[0], self.group)}")
        return self


class SurvivorshipRules(Strict):
    """One rule per attribute of the golden record, and the namespaces that make a profile a known person."""

    known_namespaces: tuple[str, ...] = Field(min_length=1)
    attributes: dict[str, Attribute]

    @model_validator(mode="after")
    def _every_attribute_has_one_rule(self) -> "SurvivorshipRules":
        counts = Counter(column for columns in self.columns.values() for column in columns)
        problems = [f"'{c}' is no attribute; {did_you_mean(c, ATTRIBUTES)}" for c in counts if c not in ATTRIBUTES]
        problems += [f"'{c}' has {count} rules" for c, count in counts.items() if count > 1]
        problems += [f"'{c}' has no rule" for c in ATTRIBUTES if c not in counts]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns each rule decides: a group's members, or the attribute itself."""
        return {name: attribute.group or (name,) for name, attribute in self.attributes.items()}


def check_survivorship(rules: SurvivorshipRules, namespaces: Iterable[str], sources: Iterable[str]) -> list[str]:
    """Every namespace or source the rules name that nobody declared."""
    known_namespaces, known_sources = frozenset(namespaces), frozenset(sources)
    problems = [
        f"known_namespaces: unknown namespace '{name}'; {did_you_mean(name, known_namespaces)}"
        for name in rules.known_namespaces
        if name not in known_namespaces
    ]
    return problems + [
        f"attributes.{name}.sources: unknown source '{source}'; {did_you_mean(source, known_sources)}"
        for name, attribute in rules.attributes.items()
        for source in attribute.sources
        if source not in known_sources
    ]
