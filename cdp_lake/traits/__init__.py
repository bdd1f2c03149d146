"""Traits: what is known about a profile, counted from its facts.

`facts_of` gives every fact its profile, `compute_traits` turns facts and golden profiles into one wide, typed row per
profile as it stood at `as_of`, and `trait_columns` says which columns that row has. A fact after `as_of` never counts,
so the same call at an earlier time gives the features a model may train on.
"""

from cdp_lake.traits.columns import trait_columns
from cdp_lake.traits.compute import compute_traits
from cdp_lake.traits.facts import FACT_TIMES, facts_of

__all__ = ["FACT_TIMES", "compute_traits", "facts_of", "trait_columns"]
