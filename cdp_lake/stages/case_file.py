"""The case file: what the lake holds of a few profiles and the evidence around them, and no more than that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

from pyspark.sql import DataFrame, Row

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.identity import ASSIGNMENTS, CHANGES, EDGES, IDENTIFIERS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.errors import CdpLakeError
from cdp_lake.identity.explaining.case import Case, Held, Record
from cdp_lake.identity.explaining.links import Link, ends_of, trust_of
from cdp_lake.identity.explaining.paths import shortest_path
from cdp_lake.identity.explaining.rows import (
    EDGE,
    changes_of,
    described,
    first_of,
    held_by,
    inside,
    placed,
    records_of,
    refusals,
    touching,
)
from cdp_lake.stages.weighed_parts import weighed_parts
from cdp_lake.stages.who_is_meant import PURPOSE

MOST_RECORDS = 5_000
MOST_EDGES = 20_000
MOST_ROUNDS = 3
EXAMPLES = 3


@dataclass(frozen=True)
class Refusals:
    """Refused evidence of one rule and one reason: how many edges, and the first of them."""

    rule: str
    refused_by: str
    edges: int
    examples: list[Link]


class ProfileCase(NamedTuple):
    """One profile: its case, which of the records there are its own, and its refused evidence by kind."""

    case: Case
    own: set[int]
    refused: list[Refusals]


@dataclass(frozen=True)
class Surroundings:
    """Edges live and refused around some records; `is_complete` is false where the search ended before they did."""

    links: list[Link]
    is_complete: bool


def profile_case(lake: Lake, settings: Settings, profile_id: str) -> ProfileCase:
    """One profile with all its live edges and the first refused ones of each kind."""
    own = own_records(lake, {profile_id})
    links, refused = live_links(lake, settings, own), refused_evidence(lake, settings, own)
    examples = [link for kind in refused for link in kind.examples]
    return ProfileCase(case_of(lake, settings, [*links, *examples], own), set(own), refused)


def own_records(lake: Lake, profile_ids: Collection[str]) -> dict[int, str]:
    """The profile of each record of those profiles. Raises CdpLakeError when they are too many to explain in memory."""
    found = records_of(lake.read(ASSIGNMENTS, PURPOSE), sorted(profile_ids))
    rows = found.limit(MOST_RECORDS + 1).collect()
    if len(rows) > MOST_RECORDS:
        sizes = Counter({row["profile_id"]: row["count"] for row in found.groupBy("profile_id").count().collect()})
        told = ", ".join(f"{profile_id} has {records:,} records" for profile_id, records in sizes.most_common())
        largest = sizes.most_common(1)[0][0]
        raise CdpLakeError(
            f"{told}: too many to explain, which is done in memory for at most {MOST_RECORDS:,} records. What is known "
            f"of them: cdp-lake show profile {largest}. What keeps profiles from growing so large: `limit` and "
            "`max_holders` of a namespace, and `max_cluster_records`, in identity.yml"
        )
    return {row["record_sk"]: row["profile_id"] for row in rows}


def live_links(lake: Lake, settings: Settings, own: Iterable[int]) -> list[Link]:
    """The live edges of whole profiles."""
    return _links(settings, inside(lake.read(EDGES, PURPOSE), _few(lake, own)).collect())


def refused_evidence(lake: Lake, settings: Settings, own: Iterable[int]) -> list[Refusals]:
    """Refused evidence of some records by rule and reason; of a value that thousands carry only the first examples."""
    rows = refusals(touching(lake.read(EDGES, PURPOSE), _few(lake, own)), EXAMPLES).collect()
    kinds = dict[tuple[str, str], list[Row]]()
    for row in rows:
        kinds.setdefault((row["rule"], row["refused_by"]), []).append(row)
    found = [Refusals(*kind, held[0]["edges"], _links(settings, held)) for kind, held in kinds.items()]
    return sorted(found, key=lambda kind: (-kind.edges, kind.rule, kind.refused_by))


def surroundings(lake: Lake, settings: Settings, own: set[int], starts: set[int], ends: set[int]) -> Surroundings:
    """Live and refused edges around the records, round by round outwards, until they lead from starts to ends."""
    edges, links, seen, frontier = lake.read(EDGES, PURPOSE), dict[object, Link](), set[int](), own
    for _ in range(MOST_ROUNDS):
        rows = first_of(touching(edges, _few(lake, frontier)), MOST_EDGES + 1).collect()
        links |= {link.key: link for link in _links(settings, rows)}
        seen |= frontier
        frontier = ends_of(links.values()) - seen
        if len(links) > MOST_EDGES or len(seen | frontier) > MOST_RECORDS:
            return Surroundings(list(links.values()), is_complete=False)
        if not frontier or shortest_path(links.values(), starts, ends) is not None:
            return Surroundings(list(links.values()), is_complete=True)
    return Surroundings(list(links.values()), is_complete=False)


def case_of(lake: Lake, settings: Settings, links: list[Link], own: Iterable[int] = ()) -> Case:
    """Those edges, with the records at their ends, some more records, and the identifiers of them all."""
    few = _few(lake, {*own, *ends_of(links)})
    alike = {rule.name: rule.equal for rule in settings.identity.composite_rules}
    # Each is small and mostly waiting.
    with ThreadPoolExecutor() as pool:
        questions = (
            placed(lake.read(ASSIGNMENTS, PURPOSE), few),
            described(lake.read(SOURCE_RECORDS, PURPOSE), few, alike),
            held_by(lake.read(IDENTIFIERS, PURPOSE), few),
        )
        places, descriptions, held = pool.map(DataFrame.collect, questions)
    by_record = {row["record_sk"]: row.asDict() for row in descriptions}
    records = {
        row["record_sk"]: Record(
            **by_record[row["record_sk"]] | {"alike": by_record[row["record_sk"]]["alike"] or {}},
            profile_id=row["profile_id"],
            known_from=row["known_from"],
        )
        for row in places
    }
    weighed = weighed_parts(lake, settings, links)
    return Case(records, links, [Held(**row.asDict()) for row in held], weighed)


def story_of(lake: Lake, profile_id: str) -> tuple[list[dict[str, object]], list[str]]:
    """The changes of a profile and of those it absorbed, and the ids of the latter, which are its aliases now."""
    changes, ids, absorbed = lake.read(CHANGES, PURPOSE), {profile_id}, set[str]()
    while True:
        rows = [row.asDict() for row in changes_of(changes, sorted(ids)).collect()]
        merged = {r["other_profile_id"] for r in rows if r["change"] == "merged" and r["profile_id"] in ids}
        if merged <= absorbed:
            return rows, sorted(absorbed - {profile_id})
        absorbed |= merged
        ids |= merged


def _few(lake: Lake, records: Iterable[int]) -> DataFrame:
    return lake.spark.createDataFrame([(record,) for record in sorted(records)], "record_sk BIGINT")


def _links(settings: Settings, rows: Iterable[Row]) -> list[Link]:
    """Rows of identity.edges as links, each with its place in the order of trust."""
    found = []
    for row in rows:
        one, other, rule, identifier, *said = (row[name] for name in EDGE)
        trust = trust_of(settings.identity, rule, row["model_version"])
        found.append(Link(one, other, rule, identifier, trust, *said))
    return found
