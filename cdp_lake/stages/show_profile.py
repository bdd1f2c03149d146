"""Show one person: everything the lake holds of a profile, found by its id or by any identifier."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from cdp_lake.adapters.keys import hmac_key
from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.gold import PROFILES, SCORES, SEGMENT_MEMBERSHIPS
from cdp_lake.contracts.identity import ASSIGNMENTS, CHANGES, IDENTIFIERS
from cdp_lake.contracts.silver import EVENTS, ORDERS, SOURCE_RECORDS
from cdp_lake.errors import ConfigError
from cdp_lake.gold.person import (
    carriers,
    last_events,
    last_orders,
    of_profile,
    open_segments,
    own_identifiers,
    own_records,
    successor,
)
from cdp_lake.privacy import with_keyed_values
from cdp_lake.silver.lookup import ASKED_DDL, comparable, readings
from cdp_lake.stages.configuration import traits_contract

PURPOSE = "show"
LAST = 10
MOST_CANDIDATES = 20
ASKED_AT_ONCE = 4
PROFILE_ID = re.compile(r"P[0-9]{9,}")

Row = dict[str, Any]


@dataclass(frozen=True)
class Candidate:
    """A profile that carries the asked value, under which namespaces, and whether the value is evidence there."""

    profile_id: str
    namespaces: tuple[str, ...]
    is_live: bool


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
    profile_id = _living_id(lake, asked)
    if profile_id is not None:
        return person(lake, settings, profile_id, asked if asked != profile_id else None)
    found = _carriers(lake, settings, asked)
    evidence = [one for one in found if one.is_live]
    if len(evidence) == 1 or len(found) == 1:
        return person(lake, settings, (evidence or found)[0].profile_id)
    if found:
        return found
    namespaces = ", ".join(namespace.name for namespace in settings.identity.namespaces)
    raise ConfigError(
        f"nobody here has this id or identifier; it was read as profile_id, {namespaces}. "
        "An identifier has to be whole: an e-mail address, a phone number (better with +country code), a card or login"
    )


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
        "events": lambda: last_events(lake.read(EVENTS, PURPOSE), mine, LAST),
        "orders": lambda: last_orders(lake.read(ORDERS, PURPOSE), mine, LAST),
    }
    # Each is small and mostly waiting: several at once answer in half the time.
    with ThreadPoolExecutor(max_workers=ASKED_AT_ONCE) as pool:
        answers = dict(zip(questions, pool.map(lambda question: _rows(question()), questions.values()), strict=True))
    golden, traits = answers.pop("golden")[0], _by_family(settings, answers.pop("traits"))
    return Person(golden=golden, traits=traits, asked=asked, **answers)


def _living_id(lake: Lake, asked: str) -> str | None:
    """The profile of that id, or the one it was merged into; None when it is no id of a profile."""
    if not PROFILE_ID.fullmatch(asked.strip()):
        return None
    profiles, changes = lake.read(PROFILES, PURPOSE), lake.read(CHANGES, PURPOSE)
    seen, current = set[str](), asked.strip()
    while current not in seen:
        if not of_profile(profiles, current).isEmpty():
            return current
        seen.add(current)
        after = successor(changes, current).first()
        current = after["profile_id"] if after else current
    return None


def _carriers(lake: Lake, settings: Settings, asked: str) -> list[Candidate]:
    normalisers = {n.name: str(n.normaliser) for n in settings.identity.namespaces}
    regions = sorted({source.region for source in settings.sources if source.region} | {"US", "CN"})
    rows = lake.spark.createDataFrame(readings(asked, normalisers, regions), ASKED_DDL)
    wanted, hashed = comparable(rows), settings.identity.hashed
    if hashed:
        key = hmac_key(Path(settings.lake.path).absolute())
        wanted = with_keyed_values(wanted, "namespace", "value", hashed, key)
    found = carriers(wanted, lake.read(IDENTIFIERS, PURPOSE), lake.read(ASSIGNMENTS, PURPOSE))
    return [
        Candidate(row["profile_id"], tuple(row["namespaces"]), bool(row["is_live"]))
        for row in found.limit(MOST_CANDIDATES).collect()
    ]


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
