"""From facts and golden profiles to the wide trait table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.derivations import Quintile
from cdp_lake.config.facts import PROFILE_COLUMNS
from cdp_lake.config.traits import ZERO_WHEN_ABSENT, Trait, TraitRules, trait_types
from cdp_lake.errors import ConfigError, did_you_mean
from cdp_lake.traits.aggregates import aggregated
from cdp_lake.traits.derive import cut_points, with_derived
from cdp_lake.traits.moment import Moment, known_at
from cdp_lake.traits.values import VALUE_AGGREGATES, valued

MONTHS_PER_YEAR = 12


def compute_traits(
    facts: Mapping[str, DataFrame], profiles: DataFrame, rules: TraitRules, as_of: datetime, zone: str
) -> DataFrame:
    """One row per profile: every declared trait as it stood at `as_of`, in the order declared.

    Counts, sums and `has` are 0 or false for a profile without facts; every other trait is null there.
    """
    wide = _wide(Inputs(facts, profiles, Moment(as_of, zone)), rules)
    types = trait_types(rules)
    return wide.select("profile_id", *[F.col(name).cast(kind).alias(name) for name, kind in types.items()])


@dataclass(frozen=True)
class Inputs:
    """What the traits of one moment are counted from."""

    facts: Mapping[str, DataFrame]
    profiles: DataFrame
    moment: Moment


def _wide(given: Inputs, rules: TraitRules) -> DataFrame:
    wide = given.profiles.transform(profile_traits, rules, given.moment)
    for name, traits in traits_by_fact(rules).items():
        if name not in given.facts:
            hint = did_you_mean(name, given.facts)
            raise ConfigError(f"traits.yml counts '{name}', which this lake does not have; {hint}")
        known = given.facts[name].transform(known_at, name, given.moment)
        wide = wide.transform(with_fact_traits, known, traits, given.moment)
    types = trait_types(rules)
    wide = wide.select("profile_id", *[_filled(t, types[t.name]) for t in rules.traits if not t.derive])
    for layer in rules.layers:
        wide = wide.transform(with_derived, layer, _cut_points(given, rules, layer))
    return wide


def _cut_points(given: Inputs, rules: TraitRules, layer: tuple[Trait, ...]) -> DataFrame | None:
    """One row with the percentiles of the layer's quintiles, or None when it has no quintile."""
    needed = {name for trait in layer if isinstance(trait.derive, Quintile) for name in trait.derive.inputs}
    # Only what the percentiles need is counted twice; on the whole wide table it would be every fact.
    return _wide(given, rules.behind(needed)).transform(cut_points, layer) if needed else None


def traits_by_fact(rules: TraitRules) -> dict[str, tuple[Trait, ...]]:
    """The traits of each fact that any trait counts."""
    facts = sorted({trait.fact for trait in rules.traits if trait.fact})
    return {fact: tuple(t for t in rules.traits if t.fact == fact) for fact in facts}


def with_fact_traits(wide: DataFrame, known: DataFrame, traits: tuple[Trait, ...], moment: Moment) -> DataFrame:
    """The same profiles with the traits of one fact: one grouping of its rows, and one of its values."""
    of_values = [t for t in traits if t.aggregate in VALUE_AGGREGATES]
    of_rows = [t for t in traits if t not in of_values]
    made = [aggregated(known, of_rows, moment)] if of_rows else []
    made += [valued(known, of_values, moment)] if of_values else []
    for frame in made:
        # frame: one row per profile_id
        wide = wide.join(frame, on="profile_id", how="left")
    return wide


def profile_traits(profiles: DataFrame, rules: TraitRules, moment: Moment) -> DataFrame:
    """One row per profile: the traits taken from its own columns."""
    taken = [profile_trait(t, moment).alias(t.name) for t in rules.traits if t.profile]
    return profiles.select("profile_id", *taken)


def profile_trait(trait: Trait, moment: Moment) -> Column:
    """One trait of the golden profile; a date after the moment was not known then, so it is absent."""
    value = F.col(str(trait.profile))
    kind = PROFILE_COLUMNS[str(trait.profile)]
    if kind == "TIMESTAMP":
        value = F.when(value <= moment.instant, value)
    if kind == "DATE":
        value = F.when(value <= F.lit(moment.today), value)
    match trait.take:
        case "is_present":
            return value.isNotNull()
        case "years_since":
            return F.floor(F.months_between(F.lit(moment.today), _day(value, kind, moment)) / MONTHS_PER_YEAR)
        case "days_since":
            return moment.days_since(_day(value, kind, moment))
        case _:
            return value


def _day(value: Column, kind: str, moment: Moment) -> Column:
    return moment.day_of(value) if kind == "TIMESTAMP" else value


def _filled(trait: Trait, kind: str) -> Column:
    value = F.col(trait.name).cast(kind)
    if trait.aggregate not in ZERO_WHEN_ABSENT:
        return value.alias(trait.name)
    zero = F.lit(False) if trait.aggregate == "has" else F.lit(0).cast(kind)
    return F.coalesce(value, zero).alias(trait.name)
