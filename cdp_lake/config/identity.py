"""Identity rules: which values are evidence that two records are one person, and how far it goes."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from cdp_lake.config.health import HealthRules
from cdp_lake.config.households import HouseholdRules
from cdp_lake.config.strict import Strict

Strength = Literal["strong", "needs_name", "device"]
Normaliser = Literal["text", "lower", "email", "phone"]


class Namespace(Strict):
    """One kind of identifier.

    `strong` links on its own; `needs_name` links only records whose given names agree; `device` follows
    the one person who signed in on it. `limit` is the number of values one profile may hold;
    `max_holders` the number of records beyond which a value is no longer evidence of one person.
    """

    name: str
    about: str = ""
    priority: int = Field(ge=1)
    strength: Strength = "strong"
    normaliser: Normaliser = "text"
    limit: int | None = Field(default=None, ge=1)
    max_holders: int | None = Field(default=None, ge=1)
    max_names: int = Field(default=20, ge=1)
    names_a_person: bool = True
    blocked: tuple[str, ...] = ()
    blocked_patterns: tuple[str, ...] = ()

    @field_validator("blocked_patterns")
    @classmethod
    def _patterns_compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as problem:
                raise ValueError(f"'{pattern}' is not a regular expression: {problem}") from problem
        return patterns


class CompositeRule(Strict):
    """A rule that needs several attributes of two records to be equal at once."""

    name: str
    equal: tuple[str, ...] = Field(min_length=2)


class ComponentRules(Strict):
    """Which engine finds components: `local` in the driver's memory, `graphframes` across the cluster.

    `auto` takes the local one up to `local_limit` records and edges together. `algorithm` is that of GraphFrames.
    """

    engine: Literal["auto", "graphframes", "local"] = "auto"
    local_limit: int = Field(default=5_000_000, ge=0)
    algorithm: Literal["graphx", "graphframes"] = "graphx"

    def is_local(self, size: int) -> bool:
        """True when a graph of so many records and edges is found in memory."""
        return self.engine == "local" or (self.engine == "auto" and size <= self.local_limit)


class IncrementalRules(Strict):
    """When only the people whom changed records concern are put together anew, instead of everybody.

    Below `from_records` records, or where more than `up_to_share` of them changed, a whole run costs less.
    """

    from_records: int = Field(default=200_000, ge=0)
    up_to_share: float = Field(default=0.1, ge=0)

    def pays(self, changed: int, records: int) -> bool:
        """True when that many changed records of all are cheaper than all."""
        return records >= self.from_records and changed <= self.up_to_share * records


class IdentityRules(Strict):
    """Namespaces in order of trust, composite rules, and the largest cluster that is believable."""

    namespaces: tuple[Namespace, ...]
    composite_rules: tuple[CompositeRule, ...] = ()
    max_cluster_records: int = Field(default=500, ge=2)
    components: ComponentRules = ComponentRules()
    incremental: IncrementalRules = IncrementalRules()
    households: HouseholdRules = HouseholdRules()
    health: HealthRules = HealthRules()

    @model_validator(mode="after")
    def _priorities_differ(self) -> IdentityRules:
        seen: dict[int, str] = {}
        for namespace in self.namespaces:
            other = seen.setdefault(namespace.priority, namespace.name)
            if other != namespace.name:
                raise ValueError(f"namespaces '{other}' and '{namespace.name}' share priority {namespace.priority}")
        return self

    def namespace(self, name: str) -> Namespace:
        """The namespace of that name; KeyError when there is none (checked at load)."""
        return {n.name: n for n in self.namespaces}[name]
