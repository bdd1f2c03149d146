"""Labels: pairs of a table's records of which somebody knows whether they are one, read from a file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cdp_lake.adapters.table_files import read_text_table
from cdp_lake.config.field_map import FieldMap
from cdp_lake.errors import ConfigError

_ENDS = ("record_l", "record_r")
_SAID = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_EXAMPLES = 5


def read_pair_labels(file: Path, rows: pd.DataFrame, field_map: FieldMap) -> pd.DataFrame:
    """One row per labelled pair: record_l < record_r, the numbers of `rows`, and is_match.

    The file has record_id_l, record_id_r and is_match (true or false), and source_l, source_r where the map names a
    source. Raises ConfigError for a missing column, a record that is not there, a pair of one record with itself, a
    word that is neither true nor false, and a pair that is said to be both.
    """
    told = read_text_table(file).rows
    keys = ("source", "record_id") if field_map.source else ("record_id",)
    wanted = [*(f"{key}_{end}" for end in ("l", "r") for key in keys), "is_match"]
    missing = [column for column in wanted if column not in told.columns]
    if missing:
        raise ConfigError(f"{file}: labels need the columns {', '.join(wanted)}; {', '.join(missing)} is not there")
    if told.empty:
        raise ConfigError(f"{file}: a header and no labels; leave --labels out")
    numbers = _numbers(rows, field_map)
    ends = [_looked_up(told[[f"{key}_{end}" for key in keys]], numbers, file) for end in ("l", "r")]
    said = told["is_match"].str.lower().map(_SAID)
    _refuse(file, "is_match is neither true nor false", told["is_match"][said.isna()].fillna("(empty)"))
    _refuse(file, "a record beside itself", told[wanted[len(keys) - 1]][ends[0] == ends[1]])
    one, other = pd.concat(ends, axis="columns").min(axis=1), pd.concat(ends, axis="columns").max(axis=1)
    found = pd.DataFrame({"record_l": one, "record_r": other, "is_match": said.astype(bool)}).drop_duplicates()
    both = found[found.duplicated(list(_ENDS), keep=False)]["record_l"].drop_duplicates()
    _refuse(file, "one pair is said to be one and not to be one", rows[field_map.record_id].iloc[both])
    return found.sort_values(list(_ENDS), ignore_index=True)


def _numbers(rows: pd.DataFrame, field_map: FieldMap) -> dict[tuple[str, ...], int]:
    keys = [field_map.source, field_map.record_id] if field_map.source else [field_map.record_id]
    return {tuple(key): number for number, key in enumerate(rows[keys].fillna("").itertuples(index=False))}


def _looked_up(keys: pd.DataFrame, numbers: dict[tuple[str, ...], int], file: Path) -> pd.Series:
    asked = [tuple(key) for key in keys.fillna("").itertuples(index=False)]
    unknown = pd.Series([", ".join(key) for key in asked if key not in numbers], dtype=str)
    _refuse(file, "there is no such record", unknown)
    return pd.Series([numbers[key] for key in asked])


def _refuse(file: Path, what: str, examples: pd.Series) -> None:
    """Raises ConfigError when there are any."""
    if len(examples):
        named = "; ".join(map(str, examples.drop_duplicates().head(_EXAMPLES)))
        raise ConfigError(f"{file}: {what} ({len(examples):,} labels): {named}")
