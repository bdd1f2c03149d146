"""Paths: the shortest chain of evidence between records, and the order in which evidence brought them together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple

from cdp_lake.identity.explaining.links import Link, around

Cost = tuple[int, int, int]  # refused edges, edges, places in the order of trust
Known = Mapping[int, tuple[datetime, datetime]]  # by record: when the lake decided on it, when it was first seen


class Joining(NamedTuple):
    """How one record came to the others: over which edge (none for the first), and since when that was known."""

    record: int
    link: Link | None
    seen_at: datetime


def shortest_path(links: Iterable[Link], starts: Collection[int], ends: Collection[int]) -> list[Link] | None:
    """The edges from one of the starts to one of the ends, each turned the way it is walked; None without a way.

    As few refused edges as possible, then as few edges, then the most trusted, then the smallest surrogates.
    """
    near, goals = around(links), set(ends)
    best, came = dict.fromkeys(starts, (0, 0, 0)), dict[int, Link]()
    heap = [(cost, record) for record, cost in best.items()]
    heapify(heap)
    while heap:
        cost, record = heappop(heap)
        if record in goals:
            return _walked(came, record)
        if cost > best[record]:
            continue
        for link in near.get(record, ()):
            further = _further(cost, link)
            if link.other not in best or further < best[link.other]:
                best[link.other], came[link.other] = further, link
                heappush(heap, (further, link.other))
    return None


def _further(cost: Cost, link: Link) -> Cost:
    refused, edges, distrust = cost
    return refused + (link.refused_by is not None), edges + 1, distrust + link.trust


def _walked(came: Mapping[int, Link], record: int) -> list[Link]:
    path = list[Link]()
    while record in came:
        path.append(came[record])
        record = came[record].one
    return path[::-1]


def joined_in_order(records: Known, links: Iterable[Link]) -> list[Joining]:
    """Every record in the order in which live evidence tied it to the first one.

    What an earlier run decided comes first, then what was seen earlier, then the more trusted evidence.
    """
    near, order, placed, ties = around(links), list[Joining](), set[int](), count()
    heap = list[tuple[datetime, datetime, int, int, Joining]]()
    while len(placed) < len(records):
        if not heap:
            # A second start only where no live edge leads on, which the laws of identity rule out for one profile.
            first = min(records.keys() - placed, key=lambda record: (*records[record], record))
            heappush(heap, (*records[first], 0, next(ties), Joining(first, None, records[first][1])))
        *_, joining = heappop(heap)
        if joining.record in placed:
            continue
        placed.add(joining.record)
        order.append(joining)
        for link in near.get(joining.record, ()):
            if link.other in records and link.other not in placed:
                seen = _seen_at(link, records)
                decided = records[link.other][0]
                heappush(heap, (decided, seen, link.trust, next(ties), Joining(link.other, link, seen)))
    return order


def _seen_at(link: Link, records: Known) -> datetime:
    """When both records were there to be linked, where the edge does not say."""
    return link.first_seen_at or max(records[link.one][1], records[link.other][1])
