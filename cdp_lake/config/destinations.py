"""Destinations: who receives which segments, for what purpose, in which columns."""

import re
from collections.abc import Iterable
from typing import Literal

from pydantic import Field, field_validator, model_validator

from cdp_lake.config.consent import ConsentNeed, ConsentRules
from cdp_lake.config.strict import Strict
from cdp_lake.contracts.gold import PROFILES
from cdp_lake.errors import did_you_mean

Normaliser = Literal["text", "lower", "meta_email", "google_email", "e164", "digits", "name", "city", "postcode"]
SEGMENTS = "segments"
SENDABLE = (*(c.name for c in PROFILES.columns if c.type in ("STRING", "DATE")), SEGMENTS)


class OutputColumn(Strict):
    """One column of the file: the profile column it comes from, how it is spelled there, and whether it is hashed.

    `identifier` marks the columns the destination finds a person by.
    """

    name: str = Field(min_length=1)
    source: str = Field(alias="from")
    normalise: Normaliser = "text"
    hash: Literal["sha256", "none"] = "none"
    identifier: bool = False

    @field_validator("source")
    @classmethod
    def _can_be_sent(cls, source: str) -> str:
        if source not in SENDABLE:
            raise ValueError(f"from '{source}' is not a column of {PROFILES.name}; {did_you_mean(source, SENDABLE)}")
        return source

    @property
    def names_the_profile(self) -> bool:
        """True for the column by which the destination is told to forget a row we sent."""
        return self.source == "profile_id"


class Destination(Strict):
    """One receiving system. `max_removed_share` stops an empty segment from wiping an audience."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: str = ""
    kind: Literal["csv"] = "csv"
    purpose: str
    channel: str = "any"
    recipient: str | None = None
    separate_consent: bool = False
    segments: tuple[str, ...] = Field(min_length=1)
    columns: tuple[OutputColumn, ...] = Field(min_length=1)
    max_removed_share: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _columns_work_together(self) -> "Destination":
        problems = [f"column '{name}' is given twice" for name in _repeated(c.name for c in self.columns)]
        if not any(column.names_the_profile for column in self.columns):
            problems.append(
                "a column `from: profile_id` is missing: without it nobody can be removed who has no e-mail "
                "or phone left; add {name: EXTERN_ID, from: profile_id, hash: sha256}"
            )
        if not any(column.identifier for column in self.columns):
            problems.append("no column has `identifier: true`: the destination could not find anybody")
        if self.separate_consent and not self.recipient:
            problems.append("`separate_consent: true` needs a `recipient` that people can name")
        if problems:
            raise ValueError(f"destination '{self.name}': {'; '.join(problems)}")
        return self

    def consent_need(self, rules: ConsentRules) -> ConsentNeed:
        """What a person must have allowed before anything of theirs goes here."""
        countries = rules.separate_consent_countries if self.separate_consent else ()
        return ConsentNeed(purpose=self.purpose, channel=self.channel, recipient=self.recipient, separate_in=countries)


class DestinationRules(Strict):
    """All destinations, by name."""

    destinations: tuple[Destination, ...] = ()

    @field_validator("destinations")
    @classmethod
    def _names_differ(cls, destinations: tuple[Destination, ...]) -> tuple[Destination, ...]:
        twice = _repeated(d.name for d in destinations)
        if twice:
            raise ValueError(f"destinations {twice} are given twice")
        return destinations

    def destination(self, name: str) -> Destination:
        """The destination of that name; KeyError when there is none."""
        return {d.name: d for d in self.destinations}[name]


def check_destinations(rules: DestinationRules, segments: Iterable[str], consent: ConsentRules) -> list[str]:
    """Every reference of a destination to a segment, purpose or channel that nobody declared."""
    known = frozenset(segments)
    problems = []
    for destination in rules.destinations:
        where = f"destination '{destination.name}'"
        problems += [
            f"{where}: unknown segment '{segment}'; {did_you_mean(segment, known)}"
            for segment in destination.segments
            if segment not in known
        ]
        if destination.purpose not in consent.purposes:
            hint = did_you_mean(destination.purpose, consent.purposes)
            problems.append(f"{where}: unknown purpose '{destination.purpose}'; {hint}")
        if destination.channel not in consent.channels:
            hint = did_you_mean(destination.channel, consent.channels)
            problems.append(f"{where}: unknown channel '{destination.channel}'; {hint}")
    return problems


def _repeated(names: Iterable[str]) -> list[str]:
    # Spreadsheets and most loaders do not tell EMAIL from email.
    folded = [re.sub(r"\s+", " ", name).casefold() for name in names]
    return sorted({name for name in folded if folded.count(name) > 1})
