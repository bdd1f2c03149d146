"""The columns of gold.traits that follow from traits.yml."""

from __future__ import annotations

from cdp_lake.config.traits import TraitRules, trait_types
from cdp_lake.contracts.table import Column


def trait_columns(rules: TraitRules) -> tuple[Column, ...]:
    """One contract column per trait, in the order declared."""
    about = {trait.name: trait.about for trait in rules.traits}
    return tuple(Column(name, kind, about[name]) for name, kind in trait_types(rules).items())
