"""Grades of agreement, and the SQL that tells them: what a comparison of any field is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# What agreement in a field is agreement of: a name, a home, a person, a number of his own; or of many (a trait).
Tells = Literal["name", "home", "person", "number", "trait"]

JARO_WINKLER = "jaro_winkler_similarity"


@dataclass(frozen=True)
class Grade:
    """One grade of agreement: its condition, the prior share of true pairs, the value whose rarity counts.

    `at_home` is the prior share of two people of one household who agree so, where they do oftener than strangers.
    """

    condition: str
    m: float
    rarity_of: str | None = None
    at_home: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """A field's grades. `unknown` is true where the field says nothing; what fits no grade differs.

    `chance` is the shipped share of strangers that reach a grade by accident. `shared` fields are those that people
    of one household have in common. The lowest `apart` grades tell two people apart; from grade `agrees` on it agrees.
    `owned` values are somebody's: on several records they are still his, and frequent only where others have them.
    """

    name: str
    unknown: str
    grades: tuple[Grade, ...]
    differs: float
    chance: float
    tells: Tells
    shared: bool = False
    apart: int = 0
    agrees: int = 1
    owned: bool = False

    @property
    def is_of_households(self) -> bool:
        """True when two people of one household agree in this field more often than strangers do."""
        return self.shared or any(grade.at_home for grade in self.grades)


def null(column: str) -> str:
    """True where one of the two is not known."""
    return f"{column}_l is null or {column}_r is null"


def equal(column: str, m: float, at_home: float = 0.0) -> Grade:
    """The grade of equal values, whose rarity counts."""
    return Grade(f"{column}_l = {column}_r", m, column, at_home)


def jaro_winkler(column: str, least: float) -> str:
    """True where two texts are at least so similar (Winkler 1990)."""
    return f"{JARO_WINKLER}({column}_l, {column}_r) >= {least}"


def typo(column: str) -> str:
    """One slip in a word of some length, or two in a long one; an exchange of neighbours is two edits."""
    length = f"least(length({column}_l), length({column}_r))"
    return f"(({length} >= 4 and {edits(column, 1)}) or ({length} >= 6 and {edits(column, 2)}))"


def edits(column: str, most: int) -> str:
    """True where so many letters, at most, differ (Levenshtein)."""
    return f"levenshtein({column}_l, {column}_r) <= {most}"


def prefix(column: str) -> str:
    """True where one text begins with the other."""
    return f"(starts_with({column}_l, {column}_r) or starts_with({column}_r, {column}_l))"


def contained(column: str, longer_than: int) -> str:
    """True where one text contains the other, and both are longer than that."""
    long = f"least(length({column}_l), length({column}_r)) > {longer_than}"
    return f"{long} and (contains({column}_l, {column}_r) or contains({column}_r, {column}_l))"
