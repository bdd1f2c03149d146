"""How far a number may stand from its own history, and how far shares of values have moved. Plain numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median

# Makes the median absolute deviation of normal numbers their standard deviation.
MAD_TO_SIGMA = 1.4826
# A share of nothing has no logarithm.
SMALLEST_SHARE = 1e-4


@dataclass(frozen=True)
class Band:
    """Where a number is expected: from low to high, around the middle of so many earlier ones."""

    low: float
    high: float
    middle: float
    runs: int

    def holds(self, value: float) -> bool:
        """True for a number inside."""
        return self.low <= value <= self.high


def band(history: Sequence[float], spreads: float, margin: float) -> Band:
    """The median of the history, and around it `spreads` times its spread, but never less than the margin.

    The spread is 1.4826 x MAD, the median absolute deviation (Hampel, "The influence curve and its role in robust
    estimation", 1974): one wild batch among the earlier ones does not widen it, as it would a standard deviation.
    A history without any change has no spread, and the margin alone decides.
    """
    middle = median(history)
    spread = MAD_TO_SIGMA * median(abs(value - middle) for value in history)
    reach = max(spreads * spread, margin)
    return Band(middle - reach, middle + reach, middle, len(history))


def stability_index(before: Mapping[str, float], now: Mapping[str, float]) -> float:
    """How far shares of values have moved: the population stability index, sum of (now - before) ln(now / before).

    The formula is that of Siddiqi, "Credit Risk Scorecards" (2006), chapter 9: the symmetric divergence of Kullback
    and Leibler (1951). His rule of thumb: below 0.1 nothing, up to 0.25 some, above it much has changed. What one side
    has not counts as a share of 0.0001.
    """
    total = 0.0
    for value in {*before, *now}:
        old, new = (max(shares.get(value, 0.0), SMALLEST_SHARE) for shares in (before, now))
        total += (new - old) * log(new / old)
    return total


def usual_shares(history: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean share of each value over earlier batches; one that a batch did not have counts as none."""
    values = {value for shares in history for value in shares}
    return {value: sum(shares.get(value, 0.0) for shares in history) / len(history) for value in values}
