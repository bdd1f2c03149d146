"""Who is meant by a text: the profile with that id, also a retired one, or those that carry that identifier."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyspark.sql import DataFrame

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.identity import ASSIGNMENTS, CHANGES, IDENTIFIERS
from cdp_lake.gold.person import carriers, of_profile, successor
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


def living_id(lake: Lake, living: DataFrame, asked: str) -> str | None:
    """The profile of that id, or the one it was merged into; None when it is no id of a profile.

    living: rows with the ids of the profiles there are.
    """
    if not PROFILE_ID.fullmatch(asked.strip()):
        return None
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
    return comparable(lake.spark.createDataFrame(readings(asked, normalisers, regions), ASKED_DDL))


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
