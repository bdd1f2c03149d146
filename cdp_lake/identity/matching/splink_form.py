"""Comparisons and what was learnt of them in Splink 5's own form: its settings, and the model JSON it can load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdp_lake.identity.matching.calibration import Calibrated, prior
from cdp_lake.identity.matching.grades import Comparison

RECORD = "record"


def settings_of(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Settings to train with: every grade with its prior, nothing learnt yet."""
    levels = {c.name: [{"m_probability": float(m)} for m in reversed(prior(c))] for c in comparisons}
    return _form(comparisons, levels, 1e-4)


def model_of(comparisons: Sequence[Comparison], learnt: Calibrated) -> dict[str, Any]:
    """The trained model. Splink reads it as its own; households are not in it."""
    levels = {
        c.name: [
            {"m_probability": float(m), "u_probability": float(u)}
            for m, u in zip(reversed(learnt.m[c.name]), reversed(learnt.u[c.name]), strict=True)
        ]
        for c in comparisons
    }
    return _form(comparisons, levels, learnt.match_share)


def _form(
    comparisons: Sequence[Comparison], levels: Mapping[str, list[dict[str, float]]], prior_of_a_match: float
) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "sql_dialect": "duckdb",
        "unique_id_column_name": RECORD,
        "probability_two_random_records_match": prior_of_a_match,
        "blocking_rules_to_generate_predictions": [],
        "retain_intermediate_calculation_columns": True,
        "comparisons": [
            {"output_column_name": c.name, "comparison_levels": _levels(c, levels[c.name])} for c in comparisons
        ],
    }


def _levels(comparison: Comparison, learnt: list[dict[str, float]]) -> list[dict[str, Any]]:
    unknown = {"sql_condition": comparison.unknown, "label_for_charts": "unknown", "is_null_level": True}
    found: list[dict[str, Any]] = [unknown]
    for grade, numbers in zip(comparison.grades, learnt[:-1], strict=True):
        level = {"sql_condition": grade.condition, "label_for_charts": grade.condition, **numbers}
        if grade.rarity_of:
            level |= {"tf_adjustment_column": grade.rarity_of, "tf_adjustment_weight": 1.0}
        found.append(level)
    return [*found, {"sql_condition": "ELSE", "label_for_charts": "differs", **learnt[-1]}]
