"""From probable pairs to entities: components first, then each is cut where its records do not hold together.

A permissive threshold with a cut inside every component finds more than any single threshold: records join while the
average probability between two groups stays high enough (average linkage), so one false pair does not join two people
and one unlikely pair does not part one. Every pair inside a component is graded for that, not only the proposed ones;
pairs with nothing in common that could be compared say nothing. And two groups stay apart where all their pairs that
can contradict each other do, or where two of them are reached by other ways and none by the same: records that say less
would bridge namesakes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from cdp_lake.identity.matching.scoring import FLAGS

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
_TOLD = ("probability", *FLAGS)
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

    pairs: every pair inside the larger components, and the proposed pairs of the others, with their probability, and
    with the flags of `Doubts`.
    A component that no threshold made small enough is not believed: its records stay apart.
    """
    found = np.arange(len(labels))
    by_component = pairs.groupby(labels[pairs["record_l"]], sort=False).indices
    ends = pairs[["record_l", "record_r"]].to_numpy()
    told = pairs[list(_TOLD)].to_numpy(np.float64)
    for members in _members(labels, least=_A_PAIR):
        if len(members) <= LARGEST:
            rows = by_component.get(labels[members[0]], np.array([], dtype=np.int64))
            inside = rows[labels[ends[rows, 1]] == labels[members[0]]]
            evidence = _evidence(members, ends[inside], told[inside])
            found[members] = members[_average_linkage(evidence, evidence[0].copy())]
    return found


def entities_of(groups: Labels, pairs: pd.DataFrame) -> Labels:
    """The entity of each record of one component: groups that are one already join where they hold together.

    groups: the group of each record 0..n-1. pairs: as in `settled`; pairs of records that nobody graded say nothing.
    """
    known, place = np.unique(groups, return_inverse=True)
    ends = np.sort(place[pairs[["record_l", "record_r"]].to_numpy()], axis=1)
    between = ends[:, 0] != ends[:, 1]
    one, other = ends[between].T
    told = pairs[list(_TOLD)].to_numpy(np.float64)[between]
    evidence, best = np.zeros((len(_TOLD), len(known), len(known))), np.zeros((len(known), len(known)))
    np.maximum.at(best, (one, other), told[:, 0])
    for table, values in zip(evidence, _as_evidence(told), strict=True):
        np.add.at(table, (one, other), values)
    evidence += evidence.transpose(0, 2, 1)
    return _average_linkage(evidence, best + best.T)[place]


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


def _evidence(members: Labels, ends: Labels, told: Shares) -> Shares:
    """Tables of pairs of members, in the order of `_TOLD`, but for the second one: 1 where the probability counts.

    A pair that nobody graded is improbable.
    """
    place = np.searchsorted(members, ends)
    tables = np.zeros((len(_TOLD), len(members), len(members)))
    tables[1] = 1.0
    values = _as_evidence(told)
    tables[:, place[:, 0], place[:, 1]] = values
    tables[:, place[:, 1], place[:, 0]] = values
    return tables


def _as_evidence(told: Shares) -> Shares:
    """Rows of pairs, in the order of `_TOLD`, as rows of evidence: pairs that say nothing weigh nothing."""
    counts = 1 - told[:, 1]
    return np.stack([told[:, 0] * counts, counts, *told.T[2:]])


def _average_linkage(evidence: Shares, best: Shares) -> Labels:
    """The group of each row: its first member. Always the two closest groups join, the first of equals.

    evidence: as `_evidence` gives it. best: the probability of the best pair of each two rows. Both change on the way.
    """
    size = evidence.shape[1]
    groups = np.arange(size)
    close = np.array([_closeness(row, best, evidence) for row in range(size)])
    for _ in range(size - 1):
        one, other = sorted(divmod(int(np.argmax(close)), size))
        if close[one, other] < HOLDS:
            break
        evidence[:, one] += evidence[:, other]
        evidence[:, :, one] = evidence[:, one]
        best[one] = best[:, one] = np.maximum(best[one], best[other])
        groups[groups == other] = one
        close[one] = np.where(groups == np.arange(size), _closeness(one, best, evidence), -np.inf)
        close[:, one] = close[one]
        close[other], close[:, other] = -np.inf, -np.inf
    return groups


def _closeness(row: int, best: Shares, evidence: Shares) -> Shares:
    """How close a group is to every other: the mean probability of pairs that count, where the two may join at all."""
    total, counts, can_clash_in_name, clash_in_name, can_clash, clash, elsewhere, alike = evidence[:, row]
    parted = (best[row] < LIKELY) | ((elsewhere > 0) & (alike == 0))
    for clashing, clashable in ((clash_in_name, can_clash_in_name), (clash, can_clash)):
        parted |= (clashing > 0) & (clashing == clashable)
    close: Shares = np.where(parted, -np.inf, total / np.maximum(counts, 1))
    close[row] = -np.inf
    return close
