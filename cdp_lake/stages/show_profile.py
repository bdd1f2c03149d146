"""Show one person: everything the lake holds of a profile, found by its id or by any identifier."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.gold import PROFILES, SCORES, SEGMENT_MEMBERSHIPS
from cdp_lake.contracts.identity import ASSIGNMENTS, HOLDINGS, IDENTIFIERS
from cdp_lake.contracts.silver import EVENTS, ORDERS, SOURCE_RECORDS
from cdp_lake.errors import ConfigError
from cdp_lake.gold.person import (
    last_events,
    last_orders,
    of_profile,
    open_segments,
    own_identifiers,
    own_records,
)
from cdp_lake.identity.holdings import records_and_devices, with_holders
from cdp_lake.identity.rows import of_records
from cdp_lake.stages.configuration import traits_contract
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

LAST = 10
ASKED_AT_ONCE = 4

Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """One profile with all that hangs on it; `asked` is the retired id it was asked for by, if it was."""

    golden: Row
    identifiers: list[Row]
    traits: dict[str, list[tuple[str, Any]]]
    scores: list[Row]
    segments: list[Row]
    events: list[Row]
    orders: list[Row]
    asked: str | None = None


def find_person(lake: Lake, settings: Settings, asked: str) -> Person | list[Candidate]:
    """The person, or all profiles that carry the value when several do. Raises ConfigError when nobody does."""
    profile_id = living_id(lake, lake.read(PROFILES, PURPOSE), asked)
    if profile_id is not None:
        return person(lake, settings, profile_id, asked if asked != profile_id else None)
    found = candidates(lake, spellings(lake, settings, asked))
    chosen = only_one(found)
    if chosen is not None:
        return person(lake, settings, chosen)
    if found:
        return found
    raise ConfigError(f"nobody here has this id or identifier; it was read as profile_id, {read_as(settings)}. {WHOLE}")


def person(lake: Lake, settings: Settings, profile_id: str, asked: str | None = None) -> Person:
    """Everything of one profile."""
    # Few numbers, wanted by three questions: asked for once.
    own = own_records(lake.read(ASSIGNMENTS, PURPOSE), profile_id).collect()
    mine = lake.spark.createDataFrame([tuple(row) for row in own], "record_sk BIGINT")
    questions: dict[str, Callable[[], DataFrame]] = {
        "golden": lambda: of_profile(lake.read(PROFILES, PURPOSE), profile_id),
        "identifiers": lambda: own_identifiers(
            lake.read(IDENTIFIERS, PURPOSE), lake.read(SOURCE_RECORDS, PURPOSE), mine
        ),
        "traits": lambda: of_profile(lake.read(traits_contract(settings), PURPOSE), profile_id),
        "scores": lambda: of_profile(lake.read(SCORES, PURPOSE), profile_id),
        "segments": lambda: open_segments(lake.read(SEGMENT_MEMBERSHIPS, PURPOSE), profile_id),
        "events": lambda: last_events(_events(lake, mine), mine, LAST),
        "orders": lambda: last_orders(lake.read(ORDERS, PURPOSE), mine, LAST),
    }
    # Each is small and mostly waiting: several at once answer in half the time.
    with ThreadPoolExecutor(max_workers=ASKED_AT_ONCE) as pool:
        answers = dict(zip(questions, pool.map(lambda question: _rows(question()), questions.values()), strict=True))
    golden, traits = answers.pop("golden")[0], _by_family(settings, answers.pop("traits"))
    return Person(golden=golden, traits=traits, asked=asked, **answers)


def _events(lake: Lake, mine: DataFrame) -> DataFrame:
    """The events among which those of the records are: theirs, and where devices follow their holder those on them."""
    events = lake.read(EVENTS, PURPOSE)
    if HOLDINGS.name not in lake.versions:
        return events
    holdings = lake.read(HOLDINGS, PURPOSE)
    return with_holders(of_records(events, records_and_devices(mine, holdings)), holdings, "occurred_at")


def _by_family(settings: Settings, rows: list[Row]) -> dict[str, list[tuple[str, Any]]]:
    """Traits that say something, by family: nothing, zero and false are left out."""
    values = rows[0] if rows else {}
    families: dict[str, list[tuple[str, Any]]] = {}
    for trait in settings.traits.traits:
        if values.get(trait.name):
            families.setdefault(trait.family, []).append((trait.name, values[trait.name]))
    return families


def _rows(frame: DataFrame) -> list[Row]:
    return [row.asDict(recursive=True) for row in frame.collect()]
