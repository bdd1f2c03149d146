"""The difficulty floor: how much of the truth exact comparison cannot see. Below it any engine shines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from cdp_lake.synthetic.ledger import NEVER_ONE_PERSON, Ledger, Node, owner_of
from cdp_lake.synthetic.people import Person


@dataclass(frozen=True)
class Floor:
    """Shares: true cross-source pairs with other names, pairs with no common identifier; people who share."""

    names_differ: float
    nothing_shared: float
    people_sharing: float


def measure(everybody: Sequence[Person], ledger: Ledger) -> Floor:
    """The floor of finished sources, over all records that truly belong to one person."""
    named = differ = pairs = apart = 0
    for records in _by_person(ledger).values():
        for (source, one), (other_source, other) in combinations(records, 2):
            if source == other_source:
                continue
            pairs += 1
            apart += one.identifiers.isdisjoint(other.identifiers)
            if one.names and other.names:
                named += 1
                differ += one.names.isdisjoint(other.names)
    return Floor(_share(differ, named), _share(apart, pairs), _share(len(_sharing(everybody, ledger)), len(everybody)))


def _by_person(ledger: Ledger) -> dict[int, list[tuple[str, Node]]]:
    records: dict[int, list[tuple[str, Node]]] = defaultdict(list)
    for (source, pk), node in sorted(ledger.nodes.items(), key=lambda item: item[0]):
        owner = owner_of(pk, node)
        if owner is not None and owner >= 0:
            records[owner].append((source, node))
    return records


def _sharing(everybody: Sequence[Person], ledger: Ledger) -> set[int]:
    """People whose phone another person uses too, or whose street address is also another household's."""
    users: dict[str, set[int]] = defaultdict(set)
    for node in ledger.nodes.values():
        for clue in node.identifiers:
            if clue.startswith("phone:") and clue not in NEVER_ONE_PERSON:
                users[clue].update(node.people)
    shared = {person for people in users.values() if len(people) > 1 for person in people if person >= 0}
    homes: dict[tuple[str, str], set[int]] = defaultdict(set)
    for person in everybody:
        homes[person.household.street, person.household.postcode].add(person.household.number)
    return shared | {p.number for p in everybody if len(homes[p.household.street, p.household.postcode]) > 1}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
