"""What a model weighed between two records, part by part, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdp_lake.identity.explaining.case import Part
from cdp_lake.identity.matching.match_model import MatchModel
from cdp_lake.identity.matching.scoring import BITS, GRADE

BEFOREHAND, HOUSEHOLD = "any two records", "household"
# Less than this is rounding.
_NOTHING = 0.005


def parts_of(row: Mapping[str, Any], model: MatchModel) -> list[Part]:
    """The parts of one pair's bits, the most telling first, after what is known of any two records.

    row: one of `scoring.taken_apart`.
    """
    labels = {c["output_column_name"]: _labels(c["comparison_levels"]) for c in model.splink["comparisons"]}
    parts = [
        Part(name, labels[name][row[f"{GRADE}{name}"]], row[f"{BITS}{name}"])
        for name in labels
        if row[f"{GRADE}{name}"] >= 0
    ]
    prior = Part(BEFOREHAND, "how seldom they are one person", row["prior_bits"])
    taken = row["bits"] - prior.bits - sum(part.bits for part in parts)
    home = [Part(HOUSEHOLD, "two people who live together agree so as well", taken)] if taken < -_NOTHING else []
    return [prior, *sorted(parts, key=lambda part: (-abs(part.bits), part.what)), *home]


def _labels(levels: list[dict[str, Any]]) -> dict[int, str]:
    """What each grade found, grade 0 last in the list of levels."""
    told = [level for level in levels if not level.get("is_null_level")]
    return {grade: _in_words(level["sql_condition"]) for grade, level in enumerate(reversed(told))}


def _in_words(condition: str) -> str:
    if condition == "ELSE":
        return "different"
    one, equals, other = condition.partition("_l = ")
    return "equal" if equals and other == f"{one}_r" else condition
