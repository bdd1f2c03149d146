"""Links: the edges of one case, and what counts as one piece of evidence among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from cdp_lake.config.identity import IdentityRules
from cdp_lake.config.namespace import type_of

NO_VALUE = 0  # the identifier of an edge whose ends share no single value


class Link(NamedTuple):
    """One edge between two records: the rule and value that link them, and what the ledger says of it.

    `trust` is the place of its rule in the order of trust, 1 the highest. `model_version` names the model that gave
    the weight, and is null for a fixed rule.
    """

    one: int
    other: int
    rule: str
    identifier: int
    trust: int = 1
    weight: float = 1.0
    model_version: str | None = None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    refused_by: str | None = None

    @property
    def key(self) -> Piece:
        """What makes the edge itself, whichever way it is walked."""
        return (min(self.one, self.other), max(self.one, self.other), self.rule, self.identifier)

    def turned(self, start: int) -> Link:
        """The same edge, walked from that record."""
        return self if self.one == start else self._replace(one=self.other, other=self.one)


Piece = tuple[int | str, ...]
PieceOf = Callable[[Link], Piece]


def as_edge(link: Link) -> Piece:
    """Counts each edge by itself."""
    return link.key


def as_value(link: Link) -> Piece:
    """Counts all edges of one value as one; an edge without a value counts by itself."""
    return link.key if link.identifier == NO_VALUE else (link.rule, link.identifier)


def pieces_of(links: Iterable[Link], piece: PieceOf) -> list[list[Link]]:
    """The edges by piece of evidence, the most trusted first; what does not hang together is not one piece.

    A value on n records is n - 1 edges from one centre, so one wrong value can undo what several edges hold. Where
    its holders have different names, each name has edges of its own, and they hold nothing of each other.
    """
    named = defaultdict[Piece, list[Link]](list)
    for link in in_order(links):
        named[piece(link)].append(link)
    return [
        [link for link in held if link.one in part] for held in named.values() for part in parts(ends_of(held), held)
    ]


def trust_of(rules: IdentityRules, rule: str, model_version: str | None = None) -> int:
    """The place in the order of trust: namespaces by priority, then composite rules, then what a model believes.

    What the settings do not know is a person's word, a must-link, and comes first.
    """
    order = rules.order_of_trust
    if model_version is not None:
        return max(order.values(), default=0) + 2
    return order.get(rule, order.get(type_of(rule), 0)) + 1


def in_order(links: Iterable[Link]) -> list[Link]:
    """The most trusted first, and the same order whatever the order they came in."""
    return sorted(links, key=lambda link: (link.trust, link.key))


def around(links: Iterable[Link]) -> dict[int, list[Link]]:
    """Edges by the record they start from, each of them in both directions."""
    found = defaultdict[int, list[Link]](list)
    for link in in_order(links):
        found[link.one].append(link.turned(link.one))
        found[link.other].append(link.turned(link.other))
    return found


def ends_of(links: Iterable[Link]) -> set[int]:
    """Every record that an edge ends at."""
    return {end for link in links for end in (link.one, link.other)}


def parts(records: Iterable[int], links: Iterable[Link]) -> list[set[int]]:
    """The groups of records that hang together, by their smallest record."""
    near, left, found = around(links), set(records), list[set[int]]()
    while left:
        first = min(left)
        part, ahead = {first}, [first]
        while ahead:
            new = {link.other for link in near.get(ahead.pop(), ())} - part
            part |= new
            ahead += new
        left -= part
        found.append(part)
    return found
