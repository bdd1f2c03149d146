"""Calibration: how often true pairs agree, learnt from the graded pairs without labels.

Three kinds of pair are told apart: one entity, two people of one household (who share name, place and phone but not
given name or birth date), and strangers. Two kinds would take households for matches wherever they outnumber them.
Expectation maximisation with shipped priors (Dirichlet): a file too small to teach anything keeps the priors.

Labels are not needed. Where there are some, they teach how often pairs agree: there a labelled pair counts for what it
is said to be and no longer for what it looks like (semi-supervised EM: Nigam et al., 2000). It stays one pair among
all, so a few labels do not outweigh what many pairs show. The shares of matches and households are estimated as if
nobody had labelled anything: people choose which pairs to label, often only hard ones or only matches, and how many
there are of a kind is nothing that such a choice can tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cdp_lake.identity.matching.grades import Comparison

Numbers = npt.NDArray[np.float64]

# Prior evidence, in true pairs: what a file must outweigh.
PRIOR_PAIRS = 30.0
# Prior evidence of how often strangers agree, in pairs of strangers.
PRIOR_CHANCES = 1000.0
# Two records of one person differ in these seldom; an estimate beyond has found something else than people.
MOST_DIFFERING = {"given": 0.3, "middle": 0.35, "birth": 0.25, "national_id": 0.25, "gender": 0.2}
ROUNDS = 300
ENOUGH = 1e-5
START = 1e-4  # share of pairs that are matches, where nothing else is known
_LEAST = 1e-9
LABEL, PROPOSED = "is_match", "is_proposed"


@dataclass(frozen=True)
class Calibrated:
    """What was learnt: shares of pairs, and per comparison the probability of each grade (grade 0 first)."""

    match_share: float
    household_share: float
    m: Mapping[str, Numbers]
    household: Mapping[str, Numbers]
    u: Mapping[str, Numbers]
    expected_matches: float


def calibrated(
    patterns: pd.DataFrame, comparisons: Sequence[Comparison], random_u: Mapping[str, Numbers], all_pairs: int
) -> Calibrated:
    """Probabilities fitted to graded pairs.

    patterns: one row per pattern of grades (`gamma_<name>`), with `pairs`, and the bits that rarity adds to a match
    (`rarity`) and to a household (`shared_rarity`); with labels also `is_match`, null where nobody knows,
    and `is_proposed`, false of labelled pairs beyond the graded ones: they teach, and are no part of any share.
    random_u: grades of random pairs. all_pairs: pairs there are.
    """
    fit = _Fit(patterns, comparisons, random_u, all_pairs)
    for _ in range(ROUNDS):
        if fit.improve() < ENOUGH:
            break
    return fit.found()


class _Fit:
    def __init__(
        self,
        patterns: pd.DataFrame,
        comparisons: Sequence[Comparison],
        random_u: Mapping[str, Numbers],
        all_pairs: int,
    ) -> None:
        self._pairs = patterns["pairs"].to_numpy(np.float64)
        self._rarity = patterns["rarity"].to_numpy(np.float64)
        self._shared_rarity = patterns["shared_rarity"].to_numpy(np.float64)
        self._grades = {c.name: patterns[f"gamma_{c.name}"].to_numpy(np.int64) for c in comparisons}
        said = patterns.get(LABEL, pd.Series(None, patterns.index, dtype=object))
        self._is_match, self._is_none = (said.eq(word).to_numpy(bool) for word in (True, False))
        self._is_labelled = bool((self._is_match | self._is_none).any())
        self._is_proposed = patterns.get(PROPOSED, pd.Series(True, patterns.index)).to_numpy(bool)
        self._random_u, self._all = random_u, float(all_pairs)
        self._prior = {c.name: prior(c) for c in comparisons}
        self._m = {name: values.copy() for name, values in self._prior.items()}
        self._household_prior = {c.name: household_prior(c) for c in comparisons if c.is_of_households}
        self._household = {name: values.copy() for name, values in self._household_prior.items()}
        start = min(0.1, 0.5 / max(np.sqrt(2 * self._all), 1.0))
        self._match_share, self._household_share = start, start
        self._responsible = np.zeros(len(patterns))

    def improve(self) -> float:
        """One round; how far the share of matches moved."""
        before = self._match_share
        kinds = self._kinds()
        matches, households = self._divided(kinds)
        self._responsible = matches[self._is_proposed]
        self._match_share = self._share(self._responsible)
        self._household_share = self._share(households[self._is_proposed])
        if self._is_labelled:
            matches, households = self._divided(self._as_said(kinds))
        for name, grades in self._grades.items():
            self._m[name] = _capped(_fitted(self._prior[name], grades, matches), MOST_DIFFERING.get(name))
            if name in self._household:
                self._household[name] = _fitted(self._household_prior[name], grades, households)
        return float(abs(self._match_share - before) / self._match_share)

    def found(self) -> Calibrated:
        return Calibrated(
            self._match_share,
            self._household_share,
            self._m,
            self._household,
            {name: self._u(name) for name in self._grades},
            float(self._responsible.sum()),
        )

    def _share(self, pairs: Numbers) -> float:
        return min(float(pairs.sum() + 0.5) / (self._all + 1.0), 0.5)

    def _u(self, name: str) -> Numbers:
        """How often strangers agree: random pairs without the matches among them."""
        mixed = self._random_u[name]
        cleared = np.maximum(mixed - self._match_share * self._m[name], 0.3 * mixed)
        strangers: Numbers = cleared / cleared.sum()
        return strangers

    def _kinds(self) -> tuple[Numbers, Numbers, Numbers]:
        """What speaks for a match, for a household and for strangers in each pattern, in bits."""
        match = np.log2(self._match_share) + self._rarity
        household = np.log2(self._household_share) + self._shared_rarity
        for name, grades in self._grades.items():
            u = self._u(name)
            match = match + _bits(self._m[name], u, grades)
            if name in self._household:
                household = household + _bits(self._household[name], u, grades)
        stranger = np.full(len(match), np.log2(1 - self._match_share - self._household_share))
        return match, household, stranger

    def _as_said(self, kinds: tuple[Numbers, Numbers, Numbers]) -> tuple[Numbers, Numbers, Numbers]:
        """The same with nothing for what a label rules out; which kind no match is, no label tells."""
        match, household, stranger = kinds
        others = [np.where(self._is_match, -np.inf, kind) for kind in (household, stranger)]
        return np.where(self._is_none, -np.inf, match), others[0], others[1]

    def _divided(self, kinds: tuple[Numbers, Numbers, Numbers]) -> tuple[Numbers, Numbers]:
        """How many pairs of each pattern are matches, and how many are of one household."""
        match, household, stranger = kinds
        largest = np.maximum(np.maximum(match, household), stranger)
        weights = [np.exp2(kind - largest) for kind in (match, household, stranger)]
        total = weights[0] + weights[1] + weights[2]
        return self._pairs * weights[0] / total, self._pairs * weights[1] / total


def prior(comparison: Comparison) -> Numbers:
    """The shipped probability of each grade among true pairs, grade 0 first."""
    values = np.array([comparison.differs, *(grade.m for grade in reversed(comparison.grades))])
    shares: Numbers = values / values.sum()
    return shares


def household_prior(comparison: Comparison) -> Numbers:
    """The shipped probability of each grade among two people of one household, grade 0 first."""
    if comparison.shared:
        return prior(comparison)
    alike = np.array([grade.at_home for grade in reversed(comparison.grades)])
    return np.concatenate([[1 - alike.sum()], alike])


def untrained(comparisons: Sequence[Comparison], random_u: Mapping[str, Numbers]) -> Calibrated:
    """What is known before anything is learnt."""
    return Calibrated(START, START, {c.name: prior(c) for c in comparisons}, {}, random_u, 0.0)


def smoothed_u(comparison: Comparison, observed: Sequence[float], pairs: int) -> Numbers:
    """Grades of random pairs, grade 0 first, with shipped chances beside them where few pairs were looked at."""
    agreeing = [comparison.chance] * len(comparison.grades)
    chances = np.array([1 - sum(agreeing), *agreeing])
    together = pairs + PRIOR_CHANCES
    mixed = (np.array(observed, dtype=np.float64) * pairs + chances * PRIOR_CHANCES) / together
    # What was never seen may be this frequent all the same.
    raised = np.maximum(mixed, 0.5 / together)
    shares: Numbers = raised / raised.sum()
    return shares


def _fitted(known_before: Numbers, grades: Numbers, pairs: Numbers) -> Numbers:
    known = grades >= 0
    counted = np.bincount(grades[known], weights=pairs[known], minlength=len(known_before))
    fitted: Numbers = (PRIOR_PAIRS * known_before + counted) / (PRIOR_PAIRS + counted.sum())
    return fitted


def _bits(likely: Numbers, by_chance: Numbers, grades: Numbers) -> Numbers:
    """What each grade says, in bits; an unknown one says nothing."""
    weights = np.append(np.log2(np.maximum(likely, _LEAST)) - np.log2(by_chance), 0.0)
    found: Numbers = weights[grades]  # -1 is the last
    return found


def _capped(shares: Numbers, most: float | None) -> Numbers:
    if most is None or shares[0] <= most:
        return shares
    capped: Numbers = shares * (1 - most) / (1 - shares[0])
    capped[0] = most
    return capped
