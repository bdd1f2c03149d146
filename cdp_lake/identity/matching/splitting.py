"""From probable pairs to entities: components first, then each is cut where its records do not hold together.

A permissive threshold with a cut inside every component finds more than any single threshold: records join while the
average probability between two groups stays high enough (average linkage), so one false pair does not join two people
and one unlikely pair does not part one. Every pair inside a component is graded for that, not only the proposed ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Labels = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

# A pair less probable than this proposes nothing.
PERMISSIVE = 0.05
# Two groups join while the mean probability between their records is at least this.
HOLDS = 0.3
# And one pair between them must be a match more likely than not: many half-likely pairs are a household.
LIKELY = 0.5
# A larger component is first taken apart by asking for more probable pairs.
LARGEST = 150
_A_PAIR = 2
_STRICTER = (0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)


def components(records: int, pairs: pd.DataFrame) -> Labels:
    """The component of each record 0..n-1: connected by pairs, none larger than LARGEST where any threshold does it.

    pairs: record_l, record_r and probability of each proposed pair.
    """
    kept = pairs[pairs["probability"] >= PERMISSIVE]
    labels = _connected(records, kept)
    for threshold in _STRICTER:
        sizes = np.bincount(labels)
        if sizes.max(initial=0) <= LARGEST:
            break
        ends = labels[kept["record_l"]]
        inside = ends == labels[kept["record_r"]]
        strong = kept["probability"].to_numpy() >= threshold
        kept = kept[inside & ((sizes[ends] <= LARGEST) | strong)]
        labels = _connected(records, kept)
    return labels


def pairs_inside(labels: Labels) -> pd.DataFrame:
    """Every pair (record_l < record_r) inside the components of at least three and at most LARGEST records."""
    parts = [_all_pairs(members) for members in _members(labels, least=_A_PAIR + 1) if len(members) <= LARGEST]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"record_l": [], "record_r": []}, dtype=int)


def pairs_of_two(labels: Labels, pairs: pd.DataFrame) -> pd.DataFrame:
    """Those proposed pairs that are a component of their own."""
    sizes, ends = np.bincount(labels), labels[pairs["record_l"]]
    alone: pd.DataFrame = pairs[(ends == labels[pairs["record_r"]]) & (sizes[ends] == _A_PAIR)]
    return alone


def settled(labels: Labels, pairs: pd.DataFrame) -> Labels:
    """The entity of each record: components cut where the average pair does not hold.

    pairs: every pair inside the larger components, and the proposed pairs of the others, with their probability.
    A component that no threshold made small enough is not believed: its records stay apart.
    """
    found = np.arange(len(labels))
    by_component = pairs.groupby(labels[pairs["record_l"]], sort=False).indices
    ends = pairs[["record_l", "record_r"]].to_numpy()
    probability = pairs["probability"].to_numpy()
    for members in _members(labels, least=_A_PAIR):
        if len(members) <= LARGEST:
            rows = by_component.get(labels[members[0]], np.array([], dtype=np.int64))
            inside = rows[labels[ends[rows, 1]] == labels[members[0]]]
            found[members] = members[_average_linkage(_matrix(members, ends[inside], probability[inside]))]
    return found


def confidence(entity: Labels, inside: pd.DataFrame, best: pd.DataFrame) -> Shares:
    """Of each record: the probability of its best live pair, or 1 minus that of its best refused one."""
    refused, live = np.zeros(len(entity)), np.zeros(len(entity))
    refused[best["record"].to_numpy(np.int64)] = best["probability"]
    one, other = (inside[end].to_numpy(np.int64) for end in ("record_l", "record_r"))
    together = entity[one] == entity[other]
    for end in (one, other):
        np.maximum.at(live, end[together], inside["probability"].to_numpy()[together])
    sizes = np.bincount(entity, minlength=len(entity))[entity]
    sure: Shares = np.where(sizes > 1, live, 1 - refused)
    return sure


def _connected(records: int, pairs: pd.DataFrame) -> Labels:
    ones = np.ones(len(pairs), dtype=np.int8)
    graph = coo_matrix((ones, (pairs["record_l"], pairs["record_r"])), shape=(records, records))
    labels: Labels = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels


def _members(labels: Labels, least: int) -> Iterator[Labels]:
    """The records of each component of at least that size, in order."""
    order = np.argsort(labels, kind="stable")
    ends = np.flatnonzero(np.diff(labels[order])) + 1
    for members in np.split(order, ends):
        if len(members) >= least:
            yield members


def _all_pairs(members: Labels) -> pd.DataFrame:
    one, other = np.triu_indices(len(members), k=1)
    return pd.DataFrame({"record_l": members[one], "record_r": members[other]})


def _matrix(members: Labels, ends: Labels, probability: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Probabilities between the members; pairs nobody graded are 0."""
    place = np.searchsorted(members, ends)
    table = np.zeros((len(members), len(members)))
    table[place[:, 0], place[:, 1]] = probability
    table[place[:, 1], place[:, 0]] = probability
    return table


def _average_linkage(similar: Shares) -> Labels:
    """The group of each row: its first member. Always the two closest groups join, the first of equals."""
    count = len(similar)
    np.fill_diagonal(similar, -np.inf)
    best, sizes, groups = similar.copy(), np.ones(count), np.arange(count)
    similar[best < LIKELY] = -np.inf
    mean = best.copy()
    for _ in range(count - 1):
        one, other = sorted(divmod(int(np.argmax(similar)), count))
        if similar[one, other] < HOLDS:
            break
        merged = (sizes[one] * mean[one] + sizes[other] * mean[other]) / (sizes[one] + sizes[other])
        strongest = np.maximum(best[one], best[other])
        for table, row in ((mean, merged), (best, strongest), (similar, np.where(strongest < LIKELY, -np.inf, merged))):
            table[one], table[:, one] = row, row
            table[other], table[:, other], table[one, one] = -np.inf, -np.inf, -np.inf
        sizes[one] += sizes[other]
        groups[groups == other] = one
    return groups
