"""Who is meant by a text: the profile with that id, also a retired one, or those that carry that identifier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame

from cdp_lake.adapters.keys import hmac_key
from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.identity import ASSIGNMENTS, CHANGES, IDENTIFIERS
from cdp_lake.gold.person import carriers, of_profile, successor
from cdp_lake.identity.assignments import heir
from cdp_lake.privacy import with_keyed_values
from cdp_lake.silver.lookup import ASKED_DDL, comparable, readings

PURPOSE = "show"
MOST_CANDIDATES = 20
PROFILE_ID = re.compile(r"P[0-9]{9,}")
WHOLE = "An identifier has to be whole: an e-mail address, a phone number (better with +country code), a card or login"


@dataclass(frozen=True)
class Candidate:
    """A profile that carries the asked value, under which namespaces, and whether the value is evidence there."""

    profile_id: str
    namespaces: tuple[str, ...]
    is_live: bool


def is_profile_id(text: str) -> bool:
    """True for a text that has the form of a profile id."""
    return PROFILE_ID.fullmatch(text) is not None


def living_id(lake: Lake, living: DataFrame, asked: str) -> str | None:
    """The profile of that id, or the one that most of its records are in by now; None when it is no id of a profile.

    living: rows with the ids of the profiles there are.
    """
    if not is_profile_id(asked.strip()):
        return None
    if of_profile(living, asked.strip()).isEmpty():
        # Where history tells; a merge at the time of the run before rewrote it, and only changes tell.
        after = heir(lake.read(ASSIGNMENTS, PURPOSE), asked.strip()).first()
        if after is not None:
            return str(after["profile_id"])
    changes = lake.read(CHANGES, PURPOSE)
    seen, current = set[str](), asked.strip()
    while current not in seen:
        if not of_profile(living, current).isEmpty():
            return current
        seen.add(current)
        after = successor(changes, current).first()
        current = after["profile_id"] if after else current
    return None


def spellings(lake: Lake, settings: Settings, asked: str) -> DataFrame:
    """One row per (namespace, value) that the text can mean here."""
    normalisers = {n.name: str(n.normaliser) for n in settings.identity.namespaces}
    regions = sorted({source.region for source in settings.sources if source.region} | {"US", "CN"})
    wanted = comparable(lake.spark.createDataFrame(readings(asked, normalisers, regions), ASKED_DDL))
    hashed = settings.identity.hashed
    if not hashed:
        return wanted
    return with_keyed_values(wanted, "namespace", "value", hashed, hmac_key(Path(settings.lake.path).absolute()))


def candidates(lake: Lake, meant: DataFrame) -> list[Candidate]:
    """The profiles that carry one of those values, the ones it is evidence of first."""
    found = carriers(meant, lake.read(IDENTIFIERS, PURPOSE), lake.read(ASSIGNMENTS, PURPOSE))
    return [
        Candidate(row["profile_id"], tuple(row["namespaces"]), bool(row["is_live"]))
        for row in found.limit(MOST_CANDIDATES).collect()
    ]


def only_one(found: list[Candidate]) -> str | None:
    """The profile that alone carries the value, or of which alone it is evidence."""
    evidence = [one for one in found if one.is_live]
    return (evidence or found)[0].profile_id if len(evidence) == 1 or len(found) == 1 else None


def read_as(settings: Settings) -> str:
    """The end of an error message: what an identifier was read as."""
    return ", ".join(namespace.name for namespace in settings.identity.namespaces)
