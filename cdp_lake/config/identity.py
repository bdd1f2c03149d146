"""Identity rules: which values are evidence that two records are one person, and how far it goes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, model_validator

from cdp_lake.config.health import HealthRules
from cdp_lake.config.households import HouseholdRules
from cdp_lake.config.namespace import SCOPE, Namespace, type_of
from cdp_lake.config.resemblance import ResemblanceRules
from cdp_lake.config.strict import Strict
from cdp_lake.errors import did_you_mean

# What a record says of a person beyond its identifiers: the columns that rules over several of them can ask for.
COMPARABLE = ("given_key", "name_key", "birth_date", "postcode")


class CompositeRule(Strict):
    """A rule that needs several attributes of two records to be equal at once."""

    name: str
    equal: tuple[str, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _attributes_exist(self) -> CompositeRule:
        for name in self.equal:
            if name not in COMPARABLE:
                raise ValueError(f"equal '{name}' is nothing records are compared by; {did_you_mean(name, COMPARABLE)}")
        return self


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

    from_records: int = Field(default=1_000_000, ge=0)
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
    resemblance: ResemblanceRules | None = None

    @model_validator(mode="after")
    def _priorities_differ(self) -> IdentityRules:
        seen: dict[int, str] = {}
        for namespace in self.namespaces:
            other = seen.setdefault(namespace.priority, namespace.name)
            if other != namespace.name:
                raise ValueError(
                    f"namespaces '{other}' and '{namespace.name}' share priority {namespace.priority}; "
                    "give one of them a `priority` of its own"
                )
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> IdentityRules:
        names = {namespace.name for namespace in self.namespaces}
        twice = [rule.name for rule in self.composite_rules if rule.name in names]
        if twice:
            raise ValueError(
                f"composite rule '{twice[0]}' has the name of a namespace; edges name the one or the other"
            )
        return self

    @model_validator(mode="after")
    def _owners_can_be_told(self) -> IdentityRules:
        for namespace in self.namespaces:
            if not namespace.reassignable and not any(is_more_trusted_owner(n, namespace) for n in self.namespaces):
                raise ValueError(
                    f"namespace '{namespace.name}' is not reassignable, but nothing more trusted is unique: "
                    "its owners could not be told apart"
                )
        return self

    @property
    def depends_on_time(self) -> bool:
        """True when the same records may be other evidence on another day."""
        return any(namespace.expires_after_days is not None for namespace in self.namespaces)

    @property
    def hashed(self) -> tuple[str, ...]:
        """The namespaces whose values are kept as keyed hashes."""
        return tuple(namespace.name for namespace in self.namespaces if namespace.keyed_hash)

    @property
    def order_of_trust(self) -> dict[str, int]:
        """Every rule with its place, the smaller the stronger: namespaces by priority, then composite rules."""
        places = {namespace.name: namespace.priority for namespace in self.namespaces}
        weakest = max(places.values(), default=0)
        return places | {rule.name: weakest + place for place, rule in enumerate(self.composite_rules, start=1)}

    def namespace(self, name: str) -> Namespace:
        """The namespace of that name; KeyError when there is none (checked at load)."""
        return {n.name: n for n in self.namespaces}[name]

    def scoped(self, names: Iterable[str]) -> IdentityRules:
        """The same rules with a namespace for every scope in use: those named here and those that are declared."""
        types = {namespace.name: namespace for namespace in self.namespaces}
        declared = [f"{n.name}{SCOPE}{scope}" for n in self.namespaces for scope in n.scopes]
        wanted = sorted({name for name in [*declared, *names] if SCOPE in name and type_of(name) in types})
        added = [types[type_of(name)].model_copy(update={"name": name, "scopes": ()}) for name in wanted]
        return self.model_copy(update={"namespaces": (*self.namespaces, *added)})

    def unknown(self, name: str) -> str | None:
        """Why a source may not map into `name` or `type@scope`; None when it may."""
        types = {namespace.name: namespace for namespace in self.namespaces if SCOPE not in namespace.name}
        kind, _, scope = name.partition(SCOPE)
        if kind not in types:
            return f"unknown namespace '{kind}'; {did_you_mean(kind, types)}"
        scopes = types[kind].scopes
        if scopes and scope not in scopes:
            return f"namespace '{kind}' has no scope '{scope}'; {did_you_mean(scope, scopes)}"
        return None


def is_more_trusted_owner(owner: Namespace, namespace: Namespace) -> bool:
    """True when one value of `owner` is one person, on better authority than anything in `namespace`."""
    is_one_person = owner.limit == 1 and owner.names_a_person and owner.strength == "strong"
    return is_one_person and owner.priority < namespace.priority
