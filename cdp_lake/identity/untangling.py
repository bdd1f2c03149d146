"""Untangling: the edges of one cluster taken one by one, each refused that would break a limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

LIMIT, SIZE = "limit_of_the_cluster", "cluster_too_large"


class Edge(NamedTuple):
    """Two records and what links them."""

    one: int
    other: int
    rule: str
    identifier: int


class Limits(NamedTuple):
    """How many values of each namespace, and how many records, one cluster may hold."""

    values: dict[str, int]
    records: int


Refusal = tuple[int | str, ...]  # the fields of an edge, and the limit it would break


class Group:
    """Records joined so far, and their values by namespace."""

    def __init__(self, record: int) -> None:
        self.records = {record}
        self.values: dict[str, set[str]] = {}


def refusals(edges: Iterable[Edge], held: Iterable[tuple[int, str, str]], limits: Limits) -> list[Refusal]:
    """The edges that may not stand, each with the limit it would break; edges come most trusted first.

    held: (record, namespace, value) of the namespaces that have a limit.
    """
    groups: dict[int, Group] = {}
    for record, namespace, value in held:
        groups.setdefault(record, Group(record)).values.setdefault(namespace, set()).add(value)
    found: list[Refusal] = []
    for edge in edges:
        one, other = (groups.setdefault(end, Group(end)) for end in (edge.one, edge.other))
        if one is other:
            continue
        broken = _broken_by(one, other, limits)
        if broken:
            found.append((*edge, broken))
        else:
            _join(one, other, groups)
    return found


def _broken_by(one: Group, other: Group, limits: Limits) -> str | None:
    """The limit that the two groups together would break."""
    for namespace in one.values.keys() & other.values.keys():
        if len(one.values[namespace] | other.values[namespace]) > limits.values[namespace]:
            return LIMIT
    return SIZE if len(one.records) + len(other.records) > limits.records else None


def _join(one: Group, other: Group, groups: dict[int, Group]) -> None:
    larger, smaller = (one, other) if len(one.records) >= len(other.records) else (other, one)
    larger.records |= smaller.records
    for namespace, values in smaller.values.items():
        larger.values.setdefault(namespace, set()).update(values)
    groups.update(dict.fromkeys(smaller.records, larger))
