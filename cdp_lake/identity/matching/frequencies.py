"""Term frequencies: a shared rare value says more than a shared frequent one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cdp_lake.identity.matching.comparisons import Comparison

PREFIX = "tf_"
# Up to about this size a file's counts are mostly the matches themselves, and shipped chances weigh as much as they.
SMALL_FILE = 100.0
PRIOR_RECORDS = 10.0


def with_frequencies(records: pd.DataFrame, compared: Sequence[Comparison]) -> pd.DataFrame:
    """The records with how frequent each value is whose rarity counts.

    In a small file the two records that share a value are not counted as its frequency: every value would look common.
    """
    chances = {grade.rarity_of: c.chance for c in compared for grade in c.grades if grade.rarity_of}
    columns = {f"{PREFIX}{name}": _frequency(records[name], chance) for name, chance in chances.items()}
    return records.assign(**columns)


def _frequency(values: pd.Series, chance: float) -> pd.Series:
    counts = values.value_counts()
    known = int(counts.sum())
    themselves = 2 * SMALL_FILE / (known + SMALL_FILE)
    others = (counts - themselves).clip(lower=0) + PRIOR_RECORDS * chance
    frequency: pd.Series = values.map(others / (known + PRIOR_RECORDS)).astype("float64")
    return frequency
