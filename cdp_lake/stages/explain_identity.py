"""Explain identity: why a profile is one, why two records are one person, or what keeps them apart."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timezone

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.errors import ConfigError
from cdp_lake.identity.assignments import standing
from cdp_lake.identity.explaining.answers import (
    Refused,
    Rift,
    Story,
    Tie,
    beyond_limits,
    crossing,
    holdings,
    joined,
    most_fragile,
    tied,
)
from cdp_lake.identity.explaining.case import Case
from cdp_lake.identity.explaining.links import as_edge, as_value
from cdp_lake.identity.explaining.paths import shortest_path
from cdp_lake.identity.explaining.rows import placed, record_named
from cdp_lake.stages.case_file import case_of, live_links, own_records, profile_case, story_of, surroundings
from cdp_lake.stages.who_is_meant import (
    PURPOSE,
    WHOLE,
    Candidate,
    candidates,
    living_id,
    only_one,
    read_as,
    spellings,
)


@dataclass(frozen=True)
class Meant:
    """What a text asks for: a profile, and in it one record or the holders of some values; all records without."""

    asked: str
    profile_id: str
    record_sk: int | None = None
    values: frozenset[tuple[str, str]] = frozenset()

    def records(self, case: Case) -> set[int]:
        """The records meant; of a value those it is evidence of, if it is of any."""
        if self.record_sk is not None:
            return {self.record_sk}
        own = case.of(self.profile_id)
        held = [one for one in case.held if one.record_sk in own and (one.namespace, one.value) in self.values]
        live = {one.record_sk for one in held if one.refused_by is None}
        return live or {one.record_sk for one in held} or own


@dataclass(frozen=True)
class Ambiguous:
    """Several profiles carry what was asked for."""

    asked: str
    candidates: list[Candidate]


Answer = Story | Tie | Rift | Ambiguous


def explain(lake: Lake, settings: Settings, one: str, other: str | None = None) -> Answer:
    """Why the profile asked for is one, or what ties or parts two of them. Raises ConfigError when nobody is meant."""
    first = _meant(lake, settings, one)
    if isinstance(first, Ambiguous):
        return first
    if other is None:
        return story(lake, settings, first.profile_id, first.asked)
    second = _meant(lake, settings, other)
    if isinstance(second, Ambiguous):
        return second
    return (_tie if first.profile_id == second.profile_id else _rift)(lake, settings, first, second)


def _meant(lake: Lake, settings: Settings, asked: str) -> Meant | Ambiguous:
    record = _record(lake, settings, asked)
    if record is not None:
        return record
    profile_id = living_id(lake, standing(lake.read(ASSIGNMENTS, PURPOSE)), asked)
    if profile_id is not None:
        return Meant(asked, profile_id)
    values = spellings(lake, settings, asked)
    found = candidates(lake, values)
    chosen = only_one(found)
    if chosen is not None:
        meant = frozenset((row["namespace"], row["value"]) for row in values.collect())
        return Meant(asked, chosen, values=meant)
    if found:
        return Ambiguous(asked, found)
    sources = ", ".join(source.name for source in settings.sources)
    raise ConfigError(
        f"nobody here has the record, id or identifier '{asked}'. A record is SOURCE:KEY, with SOURCE one of "
        f"{sources}; else it was read as profile_id, {read_as(settings)}. {WHOLE}"
    )


def _record(lake: Lake, settings: Settings, asked: str) -> Meant | None:
    """The record of that name; None when it is no name of one."""
    source, colon, source_pk = asked.strip().partition(":")
    if not colon or source not in {known.name for known in settings.sources}:
        return None
    row = lake.spark.createDataFrame([(source, source_pk)], "source STRING, source_pk STRING")
    few = record_named(lake.read(SOURCE_RECORDS, PURPOSE), row)
    found = placed(lake.read(ASSIGNMENTS, PURPOSE), few).first()
    return Meant(asked, found["profile_id"], record_sk=found["record_sk"]) if found else None


def _tie(lake: Lake, settings: Settings, one: Meant, other: Meant) -> Tie:
    own = own_records(lake, {one.profile_id})
    case = case_of(lake, settings, live_links(lake, settings, own), own)
    return tied(case, (one.asked, other.asked), one.records(case), other.records(case))


def _rift(lake: Lake, settings: Settings, one: Meant, other: Meant) -> Rift:
    own = own_records(lake, {one.profile_id, other.profile_id})
    sides = case_of(lake, settings, [], own)
    starts, ends = one.records(sides), other.records(sides)
    around = surroundings(lake, settings, set(own), starts, ends)
    path = shortest_path(around.links, starts, ends) or []
    between = crossing(around.links, own)
    case = case_of(lake, settings, [*path, *between])
    return Rift(
        asked=(one.asked, other.asked),
        profile_ids=(one.profile_id, other.profile_id),
        path=case.told(path),
        between=case.told(between),
        too_many=beyond_limits(holdings(sides, set(own), settings.identity)),
        edges_seen=len(around.links),
        is_complete=around.is_complete,
    )


def story(lake: Lake, settings: Settings, profile_id: str, asked: str) -> Story:
    """How one profile came about, what holds it together and what was refused."""
    case, own, kinds = profile_case(lake, settings, profile_id)
    changes, aliases = story_of(lake, profile_id)
    return Story(
        asked=asked,
        profile_id=profile_id,
        changes=changes,
        aliases=aliases,
        records=joined(case, own),
        live_edges=len(case.live),
        holdings=holdings(case, own, settings.identity),
        refused=[Refused(kind.rule, kind.refused_by, kind.edges, case.told(kind.examples)) for kind in kinds],
        fragile_edge=most_fragile(case, as_edge),
        fragile_value=most_fragile(case, as_value),
    )


def as_json(found: Answer) -> str:
    """The same as one JSON object; times are UTC."""
    facts = {"answer": type(found).__name__.lower(), **asdict(found)}
    return json.dumps(facts, indent=2, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    return value.astimezone(timezone.utc).isoformat() if isinstance(value, datetime) else str(value)
