"""Resolve a table of anybody's: who in one file is the same person or organisation, without labels or tuning."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession

from cdp_lake.adapters.table_files import read_text_table, write_table
from cdp_lake.config.field_map import FieldMap, load_field_map
from cdp_lake.errors import ConfigError
from cdp_lake.silver.matchable import matchable
from cdp_lake.silver.raw_parts import date_orders, phone_region, raw_parts
from cdp_lake.stages.learn_matching import Say, what_tells
from cdp_lake.stages.match_records import Matched, match
from cdp_lake.stages.pair_labels import read_pair_labels

_EXAMPLES = 5


class Files(NamedTuple):
    """The table, what its columns mean, where the answer goes, and pairs that somebody labelled, if anybody did."""

    table: Path
    field_map: Path
    out: Path
    labels: Path | None = None


def resolve_table(spark: SparkSession, files: Files, say: Say) -> pd.DataFrame:
    """Reads a table and writes the answer: record_id, (source,) profile_id, cluster_size, confidence, in its order.

    Touches no lake. Raises ConfigError when a file cannot be used, or two records have one key.
    """
    file, map_file, out, _ = files
    table = read_text_table(file)
    if table.encoding is not None:
        say(f"{file.name}: {table.encoding}, columns separated by {table.delimiter!r}")
    field_map = load_field_map(map_file, table.rows.columns)
    _require_keys(table.rows, field_map, file)
    labels = read_pair_labels(files.labels, table.rows, field_map) if files.labels else None
    matched = match(spark, comparable(spark, table.rows, field_map, say), say, labels)
    answer = _answer(table.rows, field_map, matched)
    write_table(answer, out)
    say(f"{len(answer):,} records are {answer['profile_id'].nunique():,} entities: {out}")
    return answer


def comparable(spark: SparkSession, rows: pd.DataFrame, field_map: FieldMap, say: Say) -> pd.DataFrame:
    """One row per record with `record`, `kind` and what can be compared; what says nothing is left out."""
    raw = raw_parts(rows, field_map.fields)
    orders, region = date_orders(raw), phone_region(raw)
    for part, order in orders.items():
        say(f"{part}: {order}, where both are possible")
    if "raw_phone" in raw:
        say(f"phone numbers without a country code are read as of {region}")
    frame = matchable(spark.createDataFrame(raw), orders, region).toPandas().sort_values("record", ignore_index=True)
    return what_tells(frame, say)


def _require_keys(rows: pd.DataFrame, field_map: FieldMap, file: Path) -> None:
    """Raises ConfigError when there is no record, one has no id, or two have the same key."""
    if rows.empty:
        raise ConfigError(f"{file}: a header and no records")
    nameless = rows.index[rows[field_map.record_id].isna()]
    if len(nameless):
        first = ", ".join(str(number + 1) for number in nameless[:_EXAMPLES])
        raise ConfigError(f"{file}: {len(nameless):,} records have no {field_map.record_id}: record {first}")
    key = [field_map.source, field_map.record_id] if field_map.source else [field_map.record_id]
    doubled = rows[rows.duplicated(key, keep=False)][key].drop_duplicates()
    if len(doubled):
        named = "; ".join(", ".join(map(str, values)) for values in doubled.head(_EXAMPLES).to_numpy())
        raise ConfigError(
            f"{file}: {' and '.join(key)} must tell records apart; {len(doubled):,} keys stand more than once: {named}"
        )


def _answer(rows: pd.DataFrame, field_map: FieldMap, matched: Matched) -> pd.DataFrame:
    """The file's records with their profile, numbered in the order of the file."""
    numbers, _ = pd.factorize(matched.entity)
    answer = pd.DataFrame({"record_id": rows[field_map.record_id]})
    if field_map.source:
        answer["source"] = rows[field_map.source].fillna("")
    answer["profile_id"] = [f"R{number + 1:09d}" for number in numbers]
    answer["cluster_size"] = np.bincount(numbers)[numbers]
    answer["confidence"] = np.round(matched.confidence, 6)
    return answer
