"""Untangling: the edges of one cluster taken one by one, each refused that would break a limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import datetime, timedelta
from typing import NamedTuple

from cdp_lake.identity.decisions import CANNOT_LINK, MUST_LINK, is_side
from cdp_lake.identity.resemblance import RESEMBLES

LIMIT, WINDOW, SIZE = "limit_of_the_cluster", "limit_within_days", "cluster_too_large"
# Two records resemble each other, but not the others that they would bring together.
UNLIKE_THE_OTHERS = "unlike_the_others"
# Refusals that depend on what else is in the cluster: taken back when it is put together anew.
OF_THE_CLUSTER = (LIMIT, WINDOW, SIZE, UNLIKE_THE_OTHERS, CANNOT_LINK)


class Edge(NamedTuple):
    """Two records and what links them."""

    one: int
    other: int
    rule: str
    identifier: int


class Held(NamedTuple):
    """A value that a record holds, and when it was first seen there, if that is known."""

    record: int
    namespace: str
    value: str
    since: datetime | None = None


class Limits(NamedTuple):
    """How many values of each namespace, and how many records, one cluster may hold.

    windows: by namespace and days, how many values may be first seen so few days apart.
    """

    values: Mapping[str, int]
    records: int
    windows: Mapping[str, Mapping[int, int]] = {}


class Refusal(NamedTuple):
    """An edge that may not stand, and the limit it would break."""

    edge: Edge
    why: str


class StandIn(NamedTuple):
    """An edge between two holders of a value whose own edges, to the record they both hang on, are refused.

    A value links its holders through one of them; without it the others would lose what they share.
    """

    edge: Edge
    instead_of: Edge
    via: int


class Untangled(NamedTuple):
    """What may not stand in a cluster, and what stands in for it."""

    refused: list[Refusal]
    stand_ins: list[StandIn]


class Group:
    """Records joined so far, and by namespace their values, each with when it was first seen."""

    def __init__(self, record: int) -> None:
        self.records = {record}
        self.values: dict[str, dict[str, datetime | None]] = {}


def untangled(edges: Iterable[Edge], held: Iterable[Held], limits: Limits) -> Untangled:
    """The edges that may not stand, each with the limit it would break; edges come most trusted first.

    held: values of the namespaces that have a limit, sides of cannot-links among them.
    """
    groups, found, known = _Groups(held, limits), Untangled([], []), list(edges)
    judged_anyway = set(known)
    cut_off: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    for edge in known:
        broken = groups.join(edge)
        if broken is None:
            continue
        found.refused.append(Refusal(edge, broken))
        # Two records that resemble a third one share nothing by that.
        if edge.rule == RESEMBLES:
            continue
        for via, record in ((edge.one, edge.other), (edge.other, edge.one)):
            others = cut_off[edge.rule, edge.identifier, via]
            link = groups.first_join(record, others, edge, judged_anyway)
            if link is not None:
                found.stand_ins.append(StandIn(link, edge, via))
            others.append(record)
    return found


class _Groups:
    """The cluster as it is put together."""

    def __init__(self, held: Iterable[Held], limits: Limits) -> None:
        self._of: dict[int, Group] = {}
        self._limits = limits
        for record, namespace, value, since in held:
            values = self._group(record).values
            values[namespace] = _together(values.get(namespace, {}), {value: since})

    def join(self, edge: Edge) -> str | None:
        """Joins the groups of the ends; the limit that forbids it otherwise."""
        one, other = self._group(edge.one), self._group(edge.other)
        if one is other:
            return None
        # What a person decided outranks every limit.
        broken = None if edge.rule == MUST_LINK else self._broken_by(one, other)
        if broken is None:
            self._unite(one, other)
        return broken

    def first_join(self, record: int, others: Iterable[int], like: Edge, besides: Set[Edge]) -> Edge | None:
        """Joins the record with the first of the others that limits allow; None when it is with one already."""
        for other in others:
            if self._group(other) is self._group(record):
                return None
            link = Edge(min(record, other), max(record, other), like.rule, like.identifier)
            if link not in besides and self.join(link) is None:
                return link
        return None

    def _group(self, record: int) -> Group:
        return self._of.setdefault(record, Group(record))

    def _broken_by(self, one: Group, other: Group) -> str | None:
        """The limit that the two together would break, unless one of them is beyond it by itself."""
        for namespace in sorted(one.values.keys() & other.values.keys()):
            apart = one.values[namespace], other.values[namespace]
            both = _together(*apart)
            limit = 1 if is_side(namespace) else self._limits.values.get(namespace, len(both))
            if len(both) > max(limit, *map(len, apart)):
                return CANNOT_LINK if is_side(namespace) else LIMIT
            for days, most in self._limits.windows.get(namespace, {}).items():
                if most_within(both, days) > max(most, *(most_within(values, days) for values in apart)):
                    return WINDOW
        return SIZE if len(one.records) + len(other.records) > self._limits.records else None

    def _unite(self, one: Group, other: Group) -> None:
        larger, smaller = (one, other) if len(one.records) >= len(other.records) else (other, one)
        larger.records |= smaller.records
        for namespace, values in smaller.values.items():
            larger.values[namespace] = _together(larger.values.get(namespace, {}), values)
        self._of.update(dict.fromkeys(smaller.records, larger))


def most_within(values: Mapping[str, datetime | None], days: int) -> int:
    """The largest number of values that were first seen less than so many days apart; unknown times count nowhere."""
    times = sorted(since for since in values.values() if since is not None)
    most = start = 0
    for end, time in enumerate(times):
        while time - times[start] >= timedelta(days=days):
            start += 1
        most = max(most, end - start + 1)
    return most


def _together(one: Mapping[str, datetime | None], other: Mapping[str, datetime | None]) -> dict[str, datetime | None]:
    """The values of both, each with when either saw it first."""
    found = {**other, **one}
    for value in one.keys() & other.keys():
        seen = [since for since in (one[value], other[value]) if since is not None]
        found[value] = min(seen, default=None)
    return found
