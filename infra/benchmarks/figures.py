"""From seconds to what is said about them: rows a second, ratios, and what one more row costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GOAL, MUST = 6.0, 10.0
# Work that both sides do: the stages of Spark, the parts of the reference, and the stage whose rows count.
WORK = {
    "landing and refining": (("land_bronze", "refine_silver"), ("landing", "refining"), "land_bronze"),
    "traits and segments": (("compute_traits", "build_segments"), ("traits and segments",), "compute_traits"),
}


@dataclass(frozen=True)
class Pair:
    """The same work on both sides at one size."""

    work: str
    rows: int
    spark: float
    reference: float

    @property
    def ratio(self) -> float:
        """Spark's seconds for one of the reference."""
        return self.spark / self.reference


@dataclass(frozen=True)
class Marginal:
    """Microseconds that one more row costs on each side, between two sizes."""

    work: str
    rows: int
    spark: float
    reference: float

    @property
    def ratio(self) -> float | None:
        """Spark's cost for one of the reference; None where the larger size took no longer, which says nothing."""
        return self.spark / self.reference if self.spark > 0 and self.reference > 0 else None

    @property
    def verdict(self) -> str:
        """The ratio against the goal and the must."""
        if self.ratio is None:
            return "cannot be told"
        if self.ratio <= GOAL:
            return "goal met"
        return "must met, goal missed" if self.ratio <= MUST else "missed"


def pairs(stages: Mapping[str, Mapping[str, float]], reference: Mapping[str, float]) -> list[Pair]:
    """Both sides' seconds per work; `stages` holds seconds and rows by stage."""
    return [
        Pair(
            work,
            int(stages[counted]["rows"]),
            sum(stages[name]["seconds"] for name in names),
            sum(reference[part] for part in parts),
        )
        for work, (names, parts, counted) in WORK.items()
    ]


def marginals(smaller: list[Pair], larger: list[Pair]) -> list[Marginal]:
    """What one more row costs between two sizes."""
    return [
        Marginal(
            one.work,
            two.rows - one.rows,
            1e6 * (two.spark - one.spark) / (two.rows - one.rows),
            1e6 * (two.reference - one.reference) / (two.rows - one.rows),
        )
        for one, two in zip(smaller, larger, strict=True)
        if two.rows > one.rows
    ]
