"""Term frequencies: a shared rare value says more than a shared frequent one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.types import DoubleType

from cdp_lake.identity.matching.grades import Comparison
from cdp_lake.identity.matching.match_model import Frequencies

PREFIX = "tf_"
# A value that fewer records have is not listed in a model that is kept: it could be one person's.
LISTED_FROM = 5
# Two records share it, if anybody does.
_UNLISTED = 2
# Up to about this size a file's counts are mostly the matches themselves, and shipped chances weigh as much as they.
SMALL_FILE = 100.0
PRIOR_RECORDS = 10.0


def with_frequencies(records: pd.DataFrame, compared: Sequence[Comparison]) -> pd.DataFrame:
    """The records with how frequent each value is whose rarity counts.

    In a small file the two records that share a value are not counted as its frequency: every value would look common.
    Nor are, of a value that is somebody's own, all the records of one person.
    """
    columns = {
        f"{PREFIX}{name}": records[name].map(_frequencies(records, name, comparison)).astype("float64")
        for name, comparison in _whose_rarity_counts(compared).items()
    }
    return records.assign(**columns)


def listed(records: pd.DataFrame, compared: Sequence[Comparison]) -> tuple[pd.DataFrame, dict[str, float]]:
    """Frequencies to keep: one row per (column, value) of several records, and by column that of any other value."""
    tables, unlisted = [pd.DataFrame({"column": [], "value": [], "frequency": []}, dtype=object)], {}
    for name, comparison in _whose_rarity_counts(compared).items():
        people = _people(records, name) if comparison.owned else records[name].value_counts()
        frequent = _frequencies(records, name, comparison)[people >= LISTED_FROM]
        tables.append(pd.DataFrame({"column": name, "value": frequent.index.astype(str), "frequency": frequent}))
        known = int(records[name].count())
        others = pd.Series([0.0]) if comparison.owned else _strangers(pd.Series([_UNLISTED]), known)
        unlisted[name] = float(_shares(others, known, comparison.chance).iloc[0])
    table = pd.concat(tables, ignore_index=True).astype({"frequency": np.float64})
    return table.sort_values(["column", "value"], ignore_index=True), unlisted


def value_hash(column: Column | str, value: Column | str) -> Column:
    """What a value goes by in a model that is kept."""
    return F.xxhash64(column, value)


def hashed(table: DataFrame) -> DataFrame:
    """The table with values by hash: one row per (column, value) with its frequency."""
    return table.select("column", value_hash("column", "value").alias("value_hash"), "frequency")


def with_kept_frequencies(records: DataFrame, kept: Frequencies) -> DataFrame:
    """The records with how frequent each value is whose rarity counts, as a kept model says."""
    # A table of some thousands, looked up where the records are: a join for every column would be one plan too large.
    known = {
        f"{PREFIX}{name}": F.when(F.col(name).isNotNull(), _looked_up(kept, name)(value_hash(F.lit(name), F.col(name))))
        for name in sorted(kept.unlisted)
    }
    return records.select("*", *[column.alias(name) for name, column in known.items()])


def _looked_up(kept: Frequencies, name: str) -> Callable[[Column], Column]:
    own = kept.listed[kept.listed["column"] == name].sort_values("value_hash")
    hashes, frequencies = own["value_hash"].to_numpy(np.int64), own["frequency"].to_numpy(np.float64)
    other = kept.unlisted[name]

    def frequency(asked: pa.Array) -> pa.Array:
        found = np.full(len(asked), other)
        if len(hashes):
            numbers = asked.to_numpy(zero_copy_only=False)
            places = np.minimum(np.searchsorted(hashes, numbers), len(hashes) - 1)
            is_listed = hashes[places] == numbers
            found[is_listed] = frequencies[places[is_listed]]
        return pa.array(found)

    looked_up: Callable[[Column], Column] = arrow_udf(frequency, DoubleType())  # type: ignore[call-overload]
    return looked_up


def _whose_rarity_counts(compared: Sequence[Comparison]) -> dict[str, Comparison]:
    """The columns whose rarity counts, each with its comparison."""
    return {grade.rarity_of: c for c in compared for grade in c.grades if grade.rarity_of}


def _frequencies(records: pd.DataFrame, name: str, comparison: Comparison) -> pd.Series:
    """By value: how often somebody has it who is not the one that two records with it are records of."""
    counts = records[name].value_counts()
    known = int(counts.sum())
    if comparison.owned:
        # Of so many people's records with one value, those of one of them are no accident.
        return _shares(counts * (1 - 1 / _people(records, name)), known, comparison.chance)
    return _shares(_strangers(counts, known), known, comparison.chance)


def _strangers(counts: pd.Series, known: int) -> pd.Series:
    """Of so many records with a value those that are not the two that share it; in a large file they do not matter."""
    strangers: pd.Series = (counts - 2 * SMALL_FILE / (known + SMALL_FILE)).clip(lower=0)
    return strangers


def _people(records: pd.DataFrame, name: str) -> pd.Series:
    """By value: how many people have it, as far as family names tell them apart; at least one."""
    counts = records[name].value_counts()
    if "family" not in records:
        return pd.Series(1, counts.index)
    told = records["family_sound"] if "family_sound" in records else records["family"].str[:3]
    families: pd.Series = told.groupby(records[name]).nunique().reindex(counts.index).clip(lower=1)
    return families


def _shares(others: pd.Series, known: int, chance: float) -> pd.Series:
    frequency: pd.Series = (others + PRIOR_RECORDS * chance) / (known + PRIOR_RECORDS)
    return frequency
