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
from cdp_lake.identity.matching.grades import Comparison

# Just less than LIKELY of `splitting`.
UNPROVEN = 0.49
# Two people are told apart by a contradiction where the file itself shows that one person seldom contradicts himself.
SELDOM = 0.1
# And where there are households to mix up: at least one pair of one household for so many matches.
MATCHES_PER_HOUSEHOLD = 500
# Fewer records do not tell how rare a name is: each looks like the only one.
RARITY_IS_KNOWN = 500


# Who moves or takes another number leaves something behind; namesakes born on one day have nothing in common.
ALL_OTHER = 2
_HOME = "home"
_WAYS = ("email", "phone", _HOME)


@dataclass(frozen=True)
class Doubts:
    """SQL conditions over the `gamma_<name>` of a pair: it contradicts itself, it proves no single person.

    And that both say what could tell two people apart (`can_clash`: a given name, or something else) and that it does
    (`clash`), that every way to reach them is another one (`reached_elsewhere`) or one is the same (`reached_alike`),
    and that they say nothing at all that could tell (`blind`).
    """

    contradicted: str
    unproven: str
    can_clash_in_name: str = "false"
    clash_in_name: str = "false"
    can_clash: str = "false"
    clash: str = "false"
    reached_elsewhere: str = "false"
    reached_alike: str = "false"
    blind: str = "false"


def doubts(comparisons: Sequence[Comparison], learnt: Calibrated, records: int) -> Doubts:
    """The doubts of a file of so many records.

    Contradicted: given names, marks of generation or birth dates tell two people apart, and no number agrees. Unproven:
    nothing agrees but what households share, or name and birth date while every contact and address differs; in a small
    file also, nothing but the name.
    """
    own = [c for c in comparisons if c.tells in ("name", "person", "number") and not c.shared]
    beside_names = [c for c in comparisons if c.tells in ("home", "person", "number")]
    reached = [c for c in comparisons if c.tells == "home" or c.name == "email"]
    # Street and place are one way to reach somebody.
    ways = [way for way in ([c for c in reached if _way(c) == name] for name in _WAYS) if way]
    unproven = [f"NOT {_any(_agreements(own, comparisons))}"] if own else []
    numbers = [c for c in comparisons if c.tells == "number"]
    elsewhere = "false"
    if len(ways) > ALL_OTHER:
        known = " + ".join(f"CAST({_known(way)} AS INT)" for way in ways)
        elsewhere = f"{known} >= {ALL_OTHER} AND NOT {_alike([*reached, *numbers])}"
        unproven.append(elsewhere)
    if beside_names and records < RARITY_IS_KNOWN:
        unproven.append(_none_agrees(beside_names))
    telling = [c for c in comparisons if c.tells != "trait"]
    clashing = [c for c in comparisons if c.apart and _is_rare(c, learnt)] if _households_matter(learnt) else []
    no_number = _none_agrees(numbers)
    in_name, otherwise = ([c for c in clashing if (c.tells == "name") is of_name] for of_name in (True, False))
    return Doubts(
        _any(_contradictions(comparisons, learnt)),
        _any(unproven),
        *(_known(in_name), f"{_apart(in_name)} AND {no_number}"),
        *(_known(otherwise), f"{_apart(otherwise)} AND {no_number}"),
        elsewhere,
        _alike([*reached, *numbers]),
        f"NOT {_known(telling)}",
    )


def _contradictions(comparisons: Sequence[Comparison], learnt: Calibrated) -> Iterator[str]:
    if not _households_matter(learnt):
        return
    no_number = _none_agrees(c for c in comparisons if c.tells == "number")
    for c in comparisons:
        if c.apart and _is_rare(c, learnt):
            yield f"gamma_{c.name} BETWEEN 0 AND {c.apart - 1} AND {no_number}"


def _known(comparisons: Iterable[Comparison]) -> str:
    return _any(f"gamma_{c.name} >= 0" for c in comparisons)


def _apart(comparisons: Iterable[Comparison]) -> str:
    return _any(f"gamma_{c.name} BETWEEN 0 AND {c.apart - 1}" for c in comparisons)


def _alike(comparisons: Iterable[Comparison]) -> str:
    """One way to reach somebody is the same. To live in one town is not to live together."""
    return _any(f"gamma_{c.name} >= {len(c.grades) if c.name == 'place' else c.agrees}" for c in comparisons)


def _agreements(own: Iterable[Comparison], comparisons: Iterable[Comparison]) -> Iterator[str]:
    """What is somebody's own and agrees; a given name only where the family name does not differ."""
    has_family = any(c.name == "family" for c in comparisons)
    for c in own:
        of_one_family = " AND gamma_family <> 0" if c.name == "given" and has_family else ""
        yield f"gamma_{c.name} >= {c.agrees}{of_one_family}"


def _way(comparison: Comparison) -> str:
    """By what somebody is reached who is reached by that."""
    return comparison.name if comparison.name in _WAYS else _HOME


def _households_matter(learnt: Calibrated) -> bool:
    return learnt.household_share * MATCHES_PER_HOUSEHOLD >= learnt.match_share


def _is_rare(comparison: Comparison, learnt: Calibrated) -> bool:
    """True where one person seldom differs from himself in what tells two people apart."""
    return float(learnt.m[comparison.name][: comparison.apart].sum()) <= SELDOM


def _none_agrees(comparisons: Iterable[Comparison]) -> str:
    return f"NOT {_any(f'gamma_{c.name} >= {c.agrees}' for c in comparisons)}"


def _any(conditions: Iterable[str]) -> str:
    return f"({' OR '.join(f'({condition})' for condition in conditions) or 'false'})"
