"""Evaluate identity: the lake's profiles, or a file of anybody's, against a file of known entities."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cdp_lake.adapters.lake import Lake
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.errors import ConfigError
from cdp_lake.identity.evaluation import Evaluation, evaluate, merges_per_trap
from cdp_lake.identity.summary import current_profiles

PURPOSE = "evaluation"
# What other tools call the columns.
_NAMES = {"source_pk": "record_id", "person_id": "entity_id", "cluster_id": "profile_id"}


@dataclass(frozen=True)
class Agreement:
    """The scores, and merges per kind of planted trap where traps are known."""

    evaluation: Evaluation
    traps: list[tuple[str, int, int]]


def agreement(predicted: pd.DataFrame, truth: Path, traps: Path | None = None) -> Agreement:
    """Predicted profiles of records against truth: source,source_pk,person_id or record_id,entity_id[,source]."""
    known = _table(truth)
    # Truth without a source names records that are unique by themselves.
    guess = predicted if "source" in known.columns else predicted.assign(source="-")
    found = evaluate(guess, _with_source(known))
    if traps is None:
        return Agreement(found, [])
    rows = merges_per_trap(predicted, _read(traps)).itertuples(index=False)
    return Agreement(found, [(str(kind), int(planted), int(merged)) for kind, planted, merged in rows])


def lake_prediction(lake: Lake) -> pd.DataFrame:
    """One row per source record of the lake: source, record_id, profile_id."""
    profiles = current_profiles(lake.read(SOURCE_RECORDS, PURPOSE), lake.read(ASSIGNMENTS, PURPOSE))
    rows: pd.DataFrame = profiles.toPandas()
    return rows


def file_prediction(path: Path) -> pd.DataFrame:
    """The same, from a CSV with record_id,profile_id[,source]."""
    return _with_source(_table(path))


def _table(path: Path) -> pd.DataFrame:
    table: pd.DataFrame = _read(path).rename(columns=_NAMES)
    return table


def _with_source(rows: pd.DataFrame) -> pd.DataFrame:
    return rows if "source" in rows.columns else rows.assign(source="-")


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except FileNotFoundError as problem:
        raise ConfigError(f"{path}: there is no such file") from problem
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path}: not a CSV with a header: {str(problem).splitlines()[0]}") from problem


def as_json(found: Agreement) -> str:
    """The scores as one JSON object; traps by kind with planted and merged."""
    facts = json.loads(found.evaluation.to_json())
    if found.traps:
        facts["traps"] = {kind: {"planted": planted, "merged": merged} for kind, planted, merged in found.traps}
    return json.dumps(facts, indent=2, sort_keys=True)
