"""The ledger of truth: every record node any source mentions, and who was behind it each time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cdp_lake.synthetic.phones import PLACEHOLDER
from cdp_lake.synthetic.traps import TEST_EMAIL

CLEAR_MAJORITY = 0.9
NEVER_ONE_PERSON = (f"phone:{PLACEHOLDER}", f"email:{TEST_EMAIL}")


@dataclass
class Node:
    """One (source, source_pk): how often each person stood behind it, its names and its identifiers."""

    people: Counter[int] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)


class Ledger:
    """Collects nodes while the sources are written; people below zero are visitors nobody ever named."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[str, str], Node] = {}

    def note(self, node: tuple[str, str], person: int, identifiers: tuple[str, ...] = (), name: str = "") -> None:
        """One more fact of that (source, source_pk) about that person."""
        self.note_many(node, person, 1, identifiers)
        if name:
            self.nodes[node].names.add(normalised_name(name))

    def note_many(self, node: tuple[str, str], person: int, facts: int, identifiers: tuple[str, ...] = ()) -> None:
        """Several facts at once of that (source, source_pk) about that person."""
        entry = self.nodes.get(node)
        if entry is None:
            entry = self.nodes[node] = Node()
        entry.people[person] += facts
        entry.identifiers.update(identifiers)


def owner_of(pk: str, node: Node) -> int | None:
    """The one person a node stands for, or None when nobody holds nine tenths of it."""
    person, facts = min(node.people.items(), key=lambda item: (-item[1], item[0]))
    if pk in NEVER_ONE_PERSON or facts < CLEAR_MAJORITY * node.people.total():
        return None
    return person


def person_name(person: int) -> str:
    """The truth's name for a person, or for a visitor."""
    return f"p{person + 1:06d}" if person >= 0 else f"v{-person:06d}"


def normalised_name(name: str) -> str:
    """A name as the simplest matcher would compare it: lower case, single spaces."""
    return " ".join(name.casefold().split())
