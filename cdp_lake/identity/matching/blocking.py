"""Blocking: which pairs are worth grading. Rules are chosen by what they cost on the data, under a budget of pairs.

A rule is one to three keys that two records must share; a small table can afford every pair, which takes no key.
Cheap rules are taken first; a rule that asks for more than another adds nothing and is left out. What the budget does
not cover is reported, never tried in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from itertools import combinations

# Key name: SQL of it, and the field it is of; one rule takes one key of a field.
_KEYS = {
    "given": ("given", "given"),
    "given_start": ("left(formal, 3)", "given"),
    "given_initial": ("left(given, 1)", "given"),
    "native_given": ("native_given", "given"),
    "family": ("family", "family"),
    "family_start": ("left(family, 3)", "family"),
    "family_sound": ("family_sound", "family"),
    "native_family": ("native_family", "family"),
    "organisation": ("organisation", "organisation"),
    "organisation_start": ("left(organisation, 5)", "organisation"),
    "birth_date": ("birth_date", "birth"),
    "birth_year": ("left(birth_date, 4)", "birth"),
    "birth_day": ("right(birth_date, 5)", "birth"),
    "email": ("email", "email"),
    "email_name": ("split_part(email, '@', 1)", "email"),
    "phone": ("phone", "phone"),
    **{number: (number, number) for kind in ("national_id", "code") for number in (kind, f"{kind}_2", f"{kind}_3")},
    "postcode": ("postcode", "place"),
    "city": ("city", "place"),
    "street": ("street", "street"),
    "street_2": ("street_2", "street_2"),
    "house_number": ("house_number", "house_number"),
    "occupation": ("occupation", "occupation"),
}
# Who shares the first shares the others.
_ENTAILS = {
    "given": ("given_start", "given_initial"),
    "family": ("family_start", "family_sound"),
    "organisation": ("organisation_start",),
    "birth_date": ("birth_year", "birth_day"),
    "email": ("email_name",),
}
MOST_KEYS = 3
# One rule may take this share of the budget: many different rules find more than one wide rule.
WIDEST_SHARE = 1 / 4


@dataclass(frozen=True)
class BlockingRule:
    """Keys that two records must share, with the pairs that makes and the largest block."""

    keys: tuple[str, ...]
    pairs: int
    largest: int

    @property
    def name(self) -> str:
        """Its keys, for a person."""
        return " + ".join(self.keys) or "nothing: every pair"


@dataclass(frozen=True)
class BlockingPlan:
    """The rules that are used, cheapest first, and how many others the budget did not cover."""

    rules: tuple[BlockingRule, ...]
    budget: int
    left_out: int

    @property
    def pairs(self) -> int:
        """Pairs at most; rules overlap."""
        return sum(rule.pairs for rule in self.rules)


def key_sql(columns: Iterable[str]) -> dict[str, str]:
    """The keys that these matchable columns allow, as SQL."""
    known = set(columns)
    return {name: sql for name, (sql, _) in _KEYS.items() if _column(sql) in known}


def candidates(keys: Iterable[str]) -> list[tuple[str, ...]]:
    """Every combination of up to three keys of different fields, fewest first; no key at all proposes every pair."""
    known = list(keys)
    found = [combination for count in range(MOST_KEYS + 1) for combination in combinations(known, count)]
    return [keys for keys in found if len({_KEYS[key][1] for key in keys}) == len(keys)]


def chosen(costs: Mapping[tuple[str, ...], tuple[int, int]], budget: int) -> BlockingPlan:
    """The plan: rules by their pairs, as long as the sum stays within the budget.

    costs: pairs and largest block by keys; of rules that others imply it is never asked.
    """
    every = costs.get((), (0, 0))
    if 0 < every[0] <= budget:
        return BlockingPlan((BlockingRule((), *every),), budget, 0)
    left_out: set[tuple[str, ...]] = set()
    while True:
        taken, refused = _within(budget, _telling(costs, budget * WIDEST_SHARE, left_out))
        if not refused:
            return BlockingPlan(tuple(taken), budget, len(left_out))
        # A rule that is not used implies nothing: those that ask for more get their turn.
        left_out |= {rule.keys for rule in refused}


def _telling(
    costs: Mapping[tuple[str, ...], tuple[int, int]], most: float, left_out: Set[tuple[str, ...]]
) -> list[BlockingRule]:
    """The rules of at least one pair and at most so many that no other one of them implies."""
    found: list[BlockingRule] = []
    empty: list[tuple[str, ...]] = []
    for keys in sorted(costs, key=_how_much_is_asked):
        if not keys or keys in left_out or any(_implies(other, keys) for other in empty):
            continue
        if any(_implies(rule.keys, keys) for rule in found):
            continue
        pairs, largest = costs[keys]
        if pairs == 0:
            empty.append(keys)
        elif pairs <= most:
            found.append(BlockingRule(keys, pairs, largest))
    return found


def _within(budget: int, rules: list[BlockingRule]) -> tuple[list[BlockingRule], list[BlockingRule]]:
    """The rules that the budget covers, cheapest first, and the others."""
    taken: list[BlockingRule] = []
    refused: list[BlockingRule] = []
    spent = 0
    for rule in sorted(rules, key=lambda rule: (rule.pairs, rule.keys)):
        fits = spent + rule.pairs <= budget
        (taken if fits else refused).append(rule)
        spent += rule.pairs if fits else 0
    return taken, refused


def _implies(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """True when the one rule asks for less than the other and so finds all its pairs."""
    return set(one) <= {entailed for key in other for entailed in (key, *_ENTAILS.get(key, ()))}


def _how_much_is_asked(keys: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    """Smaller for a rule than for all that it implies."""
    return len(keys), sum(len(_ENTAILS.get(key, ())) for key in keys), keys


def _column(sql: str) -> str:
    inner = sql.partition("(")[2]
    return inner.partition(",")[0] if inner else sql
