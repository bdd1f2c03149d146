"""Doubts: what no weight should overrule.

Weights add up as if fields agreed independently of each other. They do not where it matters most: a household has
family name, address and phone in common, father and son the whole name, twins the birth date. So a pair that agrees in
nothing but such things is held just below a match: it may follow others into an entity, but starts none. And a pair
that contradicts itself is no match, unless a number of one person (an official one, a customer's) says that it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cdp_lake.identity.matching.calibration import Calibrated
from cdp_lake.identity.matching.comparisons import Comparison

# Just less than LIKELY of `splitting`.
UNPROVEN = 0.49
# Two people are told apart by a contradiction where the file itself shows that one person seldom contradicts himself.
SELDOM = 0.1
# And where there are households to mix up: at least one pair of one household for so many matches.
MATCHES_PER_HOUSEHOLD = 500
# Fewer records do not tell how rare a name is: each looks like the only one.
RARITY_IS_KNOWN = 500


@dataclass(frozen=True)
class Doubts:
    """SQL conditions over the `gamma_<name>` of a pair: that it contradicts itself, that it proves no single person."""

    contradicted: str
    unproven: str


def doubts(comparisons: Sequence[Comparison], learnt: Calibrated, records: int) -> Doubts:
    """The doubts of a file of so many records.

    Contradicted: given names, marks of generation or birth dates tell two people apart, and no number agrees. Unproven:
    nothing agrees but what households share; in a small file also, nothing but the name.
    """
    own = [c for c in comparisons if c.tells in ("name", "person", "number") and not c.shared]
    beside_names = [c for c in comparisons if c.tells in ("home", "person", "number")]
    unproven = [_none_agrees(own)] if own else []
    if beside_names and records < RARITY_IS_KNOWN:
        unproven.append(_none_agrees(beside_names))
    return Doubts(_any(_contradictions(comparisons, learnt)), _any(unproven))


def _contradictions(comparisons: Sequence[Comparison], learnt: Calibrated) -> Iterator[str]:
    if learnt.household_share * MATCHES_PER_HOUSEHOLD < learnt.match_share:
        return
    no_number = _none_agrees(c for c in comparisons if c.tells == "number")
    for c in comparisons:
        if c.apart and float(learnt.m[c.name][: c.apart].sum()) <= SELDOM:
            yield f"gamma_{c.name} BETWEEN 0 AND {c.apart - 1} AND {no_number}"


def _none_agrees(comparisons: Iterable[Comparison]) -> str:
    return f"NOT {_any(f'gamma_{c.name} >= {c.agrees}' for c in comparisons)}"


def _any(conditions: Iterable[str]) -> str:
    return f"({' OR '.join(f'({condition})' for condition in conditions) or 'false'})"
