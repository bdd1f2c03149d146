"""Answers: what a case says about one profile, or about two records, in parts that can be printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cdp_lake.config.identity import IdentityRules
from cdp_lake.errors import InvariantBroken
from cdp_lake.identity.explaining.case import Case, Evidence
from cdp_lake.identity.explaining.cuts import joints, split_off, weakest_cut
from cdp_lake.identity.explaining.links import Link, PieceOf, as_edge, as_value, in_order, pieces_of, trust_of
from cdp_lake.identity.explaining.paths import joined_in_order, shortest_path


@dataclass(frozen=True)
class Tie:
    """Two records of one profile: the shortest evidence between them, and how little would have to be wrong.

    `ends` are the records nearest to each other of those asked for, the same one twice where both hold it. `cut` are
    the fewest edges that hold them together, `cut_by_value` the edges of the fewest values, which are `values_to_cut`.
    """

    asked: tuple[str, str]
    profile_id: str
    ends: tuple[str, str]
    path: list[Evidence]
    cut: list[Evidence]
    cut_by_value: list[Evidence]
    values_to_cut: int
    records: int
    live_edges: int


@dataclass(frozen=True)
class Rift:
    """Records of two profiles: the evidence between them that was refused.

    `path` leads from one to the other over live and refused edges, and is empty where none does; `between` is all that
    was refused right between the two profiles, `too_many` what both together would hold beyond a limit.
    `is_complete` is false where the search ended before the evidence did.
    """

    asked: tuple[str, str]
    profile_ids: tuple[str, str]
    path: list[Evidence]
    between: list[Evidence]
    too_many: list[Holding]
    edges_seen: int
    is_complete: bool


@dataclass(frozen=True)
class Joined:
    """One record of a profile: the evidence that tied it to an earlier one, since when, and when the lake decided."""

    record: str
    evidence: Evidence | None
    seen_at: datetime
    known_from: datetime


@dataclass(frozen=True)
class Holding:
    """The values of one namespace: how many are evidence, how many one profile may have, how many were refused."""

    namespace: str
    values: int
    limit: int | None
    refused: dict[str, int]


@dataclass(frozen=True)
class Refused:
    """Refused evidence of one rule and one reason: how many edges, and the first of them."""

    rule: str
    refused_by: str
    edges: int
    examples: list[Evidence]


@dataclass(frozen=True)
class Fragile:
    """Evidence without which the profile would fall apart, and the records that would then be somebody else."""

    evidence: list[Evidence]
    split_off: list[str]


@dataclass(frozen=True)
class Story:
    """One profile: what became of it, how its records came together, what holds it, what was refused."""

    asked: str
    profile_id: str
    changes: list[dict[str, Any]]
    aliases: list[str]
    records: list[Joined]
    live_edges: int
    holdings: list[Holding]
    refused: list[Refused]
    fragile_edge: Fragile | None
    fragile_value: Fragile | None


def tied(case: Case, asked: tuple[str, str], starts: set[int], ends: set[int]) -> Tie:
    """What ties two records of one profile, the nearest of those meant.

    case: the live edges of the profile. Raises InvariantBroken when they do not hang together.
    """
    path = shortest_path(case.live, starts, ends)
    if path is None:
        raise InvariantBroken(
            "records of one profile hang together by no live edge; run: cdp-lake rebuild stitch_identity"
        )
    one, other = (path[0].one, path[-1].other) if path else (min(starts & ends),) * 2
    cut, by_value = ((weakest_cut(case.live, one, other, piece) if path else []) for piece in (as_edge, as_value))
    return Tie(
        asked=asked,
        profile_id=case.records[one].profile_id,
        ends=(case.records[one].name, case.records[other].name),
        path=case.told(path),
        cut=case.told(cut),
        cut_by_value=case.told(by_value),
        values_to_cut=len(pieces_of(by_value, as_value)),
        records=len(case.records),
        live_edges=len(case.live),
    )


def crossing(links: Iterable[Link], home: Mapping[int, str]) -> list[Link]:
    """The edges right between two profiles, the most trusted first; home: the profile of each of their records."""
    between = [link for link in links if link.one in home and link.other in home]
    return in_order(link for link in between if home[link.one] != home[link.other])


def joined(case: Case, own: set[int]) -> list[Joined]:
    """The records of one profile in the order in which they came together."""
    known = {sk: (case.records[sk].known_from, case.records[sk].first_seen_at) for sk in own}
    return [
        Joined(
            record=case.records[record].name,
            evidence=case.told([link])[0] if link else None,
            seen_at=seen_at,
            known_from=known[record][0],
        )
        for record, link, seen_at in joined_in_order(known, case.live)
    ]


def holdings(case: Case, own: set[int], rules: IdentityRules) -> list[Holding]:
    """The namespaces of some records, the most trusted first; a value is refused when it is evidence of none."""
    limits = {namespace.name: namespace.limit for namespace in rules.namespaces}
    live, refused = dict[str, set[str]](), dict[str, dict[str, str]]()
    for one in (one for one in case.held if one.record_sk in own):
        if one.refused_by is None:
            live.setdefault(one.namespace, set()).add(one.value)
        else:
            refused.setdefault(one.namespace, {})[one.value] = one.refused_by
    found = []
    for name in sorted(live.keys() | refused.keys(), key=lambda name: (trust_of(rules, name), name)):
        held = live.get(name, set())
        whys = Counter(why for value, why in refused.get(name, {}).items() if value not in held)
        found.append(Holding(name, len(held), limits.get(name), dict(sorted(whys.items()))))
    return found


def beyond_limits(found: Iterable[Holding]) -> list[Holding]:
    """The namespaces with more values than one person may have."""
    return [one for one in found if one.limit is not None and one.values > one.limit]


def most_fragile(case: Case, piece: PieceOf) -> Fragile | None:
    """The joint of one profile that holds most records; None when no single piece of evidence holds any alone."""
    found = joints(case.live, piece)
    if not found:
        return None
    lost = sorted(case.records[record].name for record in split_off(case.live, found[0]))
    return Fragile(case.told(found[0].links), lost)
