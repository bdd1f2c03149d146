"""A match model: all that turns two records into the probability that they are one entity, to keep and to use again.

Its parts as files: `splink_model.json` in Splink's own form, `learnt.json` with what Splink's form has no place for
(households), `doubts.json`, `blocking.json`, and the frequencies of values as `term_frequencies.csv`. No file holds a
value of a record: frequent ones stand there by hash, rare ones not at all.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame

from cdp_lake.identity.matching.blocking import BlockingPlan, BlockingRule
from cdp_lake.identity.matching.calibration import Calibrated
from cdp_lake.identity.matching.compiling import CompiledModel, compiled
from cdp_lake.identity.matching.doubts import Doubts
from cdp_lake.identity.matching.scoring import match_probabilities

MODEL, LEARNT, DOUBTS, BLOCKING = "splink_model.json", "learnt.json", "doubts.json", "blocking.json"
FREQUENCIES = "term_frequencies.csv"


@dataclass(frozen=True)
class MatchModel:
    """What is compared (`columns`), which pairs are looked at, how often whom agrees, and what no weight overrules."""

    columns: tuple[str, ...]
    splink: Mapping[str, Any]
    learnt: Calibrated
    doubted: Doubts
    plan: BlockingPlan

    @cached_property
    def compiled(self) -> CompiledModel:
        """The model as Spark SQL."""
        return compiled(self.splink)

    def probabilities(self, grades: DataFrame) -> DataFrame:
        """One row per graded pair: its ends and the probability that they are one entity."""
        return match_probabilities(grades, self.compiled, self.learnt, self.doubted)

    def as_files(self) -> dict[str, str]:
        """The model as text by file name; frequencies are files of their own."""
        parts = {
            MODEL: dict(self.splink),
            LEARNT: _plain(self.learnt),
            DOUBTS: asdict(self.doubted),
            BLOCKING: {"columns": self.columns, **asdict(self.plan)},
        }
        return {name: json.dumps(part, indent=1, sort_keys=True) for name, part in parts.items()}


@dataclass(frozen=True)
class Frequencies:
    """How frequent values are whose rarity counts.

    `listed`: one row per (column, value) that several records have, by `value_hash` and with its `frequency`.
    `unlisted`: by column, the frequency of every other value.
    """

    listed: pd.DataFrame
    unlisted: Mapping[str, float]

    def as_files(self) -> dict[str, str]:
        """The frequencies as text by file name. Values that are not listed stand under hash 0."""
        others = pd.DataFrame([(name, 0, value) for name, value in self.unlisted.items()], columns=_FREQUENCY_COLUMNS)
        table = pd.concat([others, self.listed[_FREQUENCY_COLUMNS]], ignore_index=True)
        return {FREQUENCIES: table.to_csv(index=False)}


_FREQUENCY_COLUMNS = ["column", "value_hash", "frequency"]


def match_model_of(files: Mapping[str, str]) -> tuple[MatchModel, Frequencies]:
    """The model and the frequencies that `as_files` wrote."""
    plan = json.loads(files[BLOCKING])
    rules = tuple(BlockingRule(tuple(rule["keys"]), rule["pairs"], rule["largest"]) for rule in plan["rules"])
    model = MatchModel(
        tuple(plan["columns"]),
        json.loads(files[MODEL]),
        _learnt(json.loads(files[LEARNT])),
        Doubts(**json.loads(files[DOUBTS])),
        BlockingPlan(rules, plan["budget"], plan["left_out"]),
    )
    table = pd.read_csv(io.StringIO(files[FREQUENCIES]), dtype={"value_hash": np.int64}, float_precision="round_trip")
    is_listed = table["value_hash"] != 0
    others = table[~is_listed]
    return model, Frequencies(
        table[is_listed].reset_index(drop=True), dict(zip(others["column"], others["frequency"], strict=True))
    )


def _plain(learnt: Calibrated) -> dict[str, Any]:
    shares = {name: _lists(getattr(learnt, name)) for name in ("m", "household", "u")}
    numbers = ("match_share", "household_share", "expected_matches")
    return {name: float(getattr(learnt, name)) for name in numbers} | shares


def _learnt(plain: Mapping[str, Any]) -> Calibrated:
    shares = {
        name: {comparison: np.array(values) for comparison, values in plain[name].items()}
        for name in ("m", "household", "u")
    }
    return Calibrated(
        match_share=plain["match_share"],
        household_share=plain["household_share"],
        expected_matches=plain["expected_matches"],
        **shares,
    )


def _lists(shares: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    return {name: [float(value) for value in values] for name, values in shares.items()}
