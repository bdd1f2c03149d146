"""Cuts and joints: how little would have to be wrong for records not to be one profile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from cdp_lake.identity.explaining.links import Link, PieceOf, as_edge, ends_of, parts, pieces_of

Pieces = list[list[Link]]
Node = tuple[str, int]  # of the graph of records and pieces
_RECORD, _PIECE = "record", "piece"
_WIDEST = 2**31 - 1  # flows are computed with 32 bits


class Joint(NamedTuple):
    """A piece of evidence that alone holds a profile together, and how many records would not stay without it."""

    links: tuple[Link, ...]
    records: int


def weakest_cut(links: Iterable[Link], one: int, other: int, piece: PieceOf = as_edge) -> list[Link]:
    """The edges of the fewest pieces of evidence without which two different records fall apart.

    Of several such sets one of the least trusted.
    """
    pieces = pieces_of(links, piece)
    number = {record: place for place, record in enumerate(sorted({one, other} | _records(pieces)))}
    inlets = range(len(number), len(number) + 2 * len(pieces), 2)
    widths, wide = _widths(pieces, one, other)
    # Each piece is a pipe as wide as it is hard to cut; records let everything through.
    pipes = list[tuple[int, int, int]]()
    for inlet, held, width in zip(inlets, pieces, widths, strict=True):
        pipes.append((inlet, inlet + 1, width))
        for record in ends_of(held):
            pipes += [(number[record], inlet, wide), (inlet + 1, number[record], wide)]
    reached = _flooded(pipes, len(number) + 2 * len(pieces), number[one], number[other])
    cut = [held for inlet, held in zip(inlets, pieces, strict=True) if inlet in reached and inlet + 1 not in reached]
    return [link for held in cut for link in held]


def _widths(pieces: Pieces, one: int, other: int) -> tuple[list[int], int]:
    """How wide each piece is, and what is wider than anything a cut can let through.

    One piece more outweighs any difference in trust: a smallest cut has no more pieces than either end has.
    """
    least = min(sum(end in ends_of(held) for held in pieces) for end in (one, other))
    weakest = max((held[0].trust for held in pieces), default=0)
    room = (least + 1) * (weakest + 1)
    if (least + 1) * room > _WIDEST:
        # Ten thousand pieces at either end: only their number is told apart.
        return [1] * len(pieces), least + 1
    return [room - held[0].trust for held in pieces], (least + 1) * room


def _flooded(pipes: list[tuple[int, int, int]], size: int, source: int, sink: int) -> set[int]:
    """What is still reached from the source when as much flows to the sink as can."""
    columns = np.array(pipes, dtype=np.int32).reshape(-1, 3)
    graph = csr_matrix((columns[:, 2], (columns[:, 0], columns[:, 1])), shape=(size, size), dtype=np.int32)
    left = graph - maximum_flow(graph, source, sink).flow
    left.eliminate_zeros()
    return set(breadth_first_order(left, source, return_predecessors=False).tolist())


def joints(links: Iterable[Link], piece: PieceOf = as_edge) -> list[Joint]:
    """The pieces without which the records of a profile would not all hang together.

    What would cost most records comes first, all outside the largest part that is left; then the least trusted.
    """
    pieces = pieces_of(links, piece)
    near, left, found = _between(pieces), _records(pieces), list[Joint]()
    while left:
        order, parent = _in_depth(near, (_RECORD, min(left)))
        here = {number for kind, number in order if kind == _RECORD}
        for place, sizes in _hanging(near, order, parent).items():
            kept = max(*sizes, len(here) - sum(sizes))
            found.append(Joint(tuple(pieces[place]), len(here) - kept))
        left -= here
    return sorted(found, key=lambda joint: (-joint.records, -joint.links[0].trust, joint.links[0].key))


def split_off(links: Iterable[Link], joint: Joint) -> set[int]:
    """The records outside the largest part that is left of a profile without the joint, in doubt the larger numbers."""
    whole = list(links)
    gone = {link.key for link in joint.links}
    found = parts(ends_of(whole), [link for link in whole if link.key not in gone])
    stays = max(found, key=lambda part: (len(part), -min(part)))
    return ends_of(whole) - stays


def _between(pieces: Pieces) -> dict[Node, list[Node]]:
    """The neighbours of each record and of each piece."""
    near = defaultdict[Node, list[Node]](list)
    for place, held in enumerate(pieces):
        for record in sorted(ends_of(held)):
            near[_PIECE, place].append((_RECORD, record))
            near[_RECORD, record].append((_PIECE, place))
    return near


def _in_depth(near: Mapping[Node, list[Node]], root: Node) -> tuple[list[Node], dict[Node, Node]]:
    """Nodes in the order of a walk in depth, and the node each was entered from."""
    order, parent, walk = [root], dict[Node, Node](), [(root, iter(near[root]))]
    while walk:
        node, ahead = walk[-1]
        after = next((one for one in ahead if one != root and one not in parent), None)
        if after is None:
            walk.pop()
            continue
        order.append(after)
        parent[after] = node
        walk.append((after, iter(near[after])))
    return order, parent


def _hanging(near: Mapping[Node, list[Node]], order: list[Node], parent: Mapping[Node, Node]) -> dict[int, list[int]]:
    """By piece that no way leads round: the number of records in each part that hangs on it alone.

    What was entered from a piece, and reaches back no further than to it, hangs on it. The root is a record.
    """
    number = {node: place for place, node in enumerate(order)}
    reaches, records = dict(number), {node: int(node[0] == _RECORD) for node in order}
    found = defaultdict[int, list[int]](list)
    for node in order[:0:-1]:
        above = parent[node]
        reaches[node] = min([reaches[node], *(number[other] for other in near[node] if other != above)])
        reaches[above] = min(reaches[above], reaches[node])
        records[above] += records[node]
        if above[0] == _PIECE and reaches[node] >= number[above]:
            found[above[1]].append(records[node])
    return found


def _records(pieces: Pieces) -> set[int]:
    return {end for held in pieces for end in ends_of(held)}
