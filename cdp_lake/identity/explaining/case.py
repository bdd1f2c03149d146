"""A case: the records of a few profiles with the evidence among them, in words a person can be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from cdp_lake.identity.decisions import MUST_LINK
from cdp_lake.identity.explaining.links import Link


@dataclass(frozen=True)
class Record:
    """A source record: what its system calls it, when it was seen, and since when it is of its profile."""

    record_sk: int
    source: str
    source_pk: str
    profile_id: str
    first_seen_at: datetime
    last_seen_at: datetime
    known_from: datetime
    alike: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The record as a person asks for it."""
        return f"{self.source}:{self.source_pk}"


@dataclass(frozen=True)
class Held:
    """One identifier of one record; `refused_by` is the rule that made it no evidence there."""

    record_sk: int
    identifier_sk: int
    namespace: str
    value: str
    refused_by: str | None


@dataclass(frozen=True)
class Part:
    """One thing that a model weighed: what it is, what was found, and the bits it adds to the odds."""

    what: str
    found: str
    bits: float


@dataclass(frozen=True)
class Evidence:
    """One edge, told: both records and whose they are, rule, value, when it was seen, its weight, what refused it.

    `parts` is what a model's weight is made of, the most telling part first; a fixed rule has none.
    """

    one: str
    other: str
    profile_ids: tuple[str, str]
    rule: str
    value: str | None
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    weight: float
    model_version: str | None
    refused_by: str | None
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """Records by surrogate, the edges among them, the identifiers they hold, and by pair what a model weighed."""

    records: Mapping[int, Record]
    links: list[Link]
    held: list[Held]
    weighed: Mapping[tuple[int, int], list[Part]] = field(default_factory=dict)

    @cached_property
    def values(self) -> dict[tuple[str, int], str]:
        """Identifiers by namespace and surrogate, as `show profile` shows them."""
        return {(one.namespace, one.identifier_sk): one.value for one in self.held}

    @cached_property
    def live(self) -> list[Link]:
        """The edges that no rule refused."""
        return [link for link in self.links if link.refused_by is None]

    def of(self, *profile_ids: str) -> set[int]:
        """The records of those profiles."""
        return {record.record_sk for record in self.records.values() if record.profile_id in profile_ids}

    def told(self, links: Iterable[Link]) -> list[Evidence]:
        """Edges as a person is told them."""
        return [
            Evidence(
                one=self.records[link.one].name,
                other=self.records[link.other].name,
                profile_ids=(self.records[link.one].profile_id, self.records[link.other].profile_id),
                rule=link.rule,
                value=self._value(link),
                first_seen_at=link.first_seen_at,
                last_seen_at=link.last_seen_at,
                weight=link.weight,
                model_version=link.model_version,
                refused_by=link.refused_by,
                parts=self._parts(link),
            )
            for link in links
        ]

    def _value(self, link: Link) -> str | None:
        """The value both records share; without one what they have alike, or the number of the decision."""
        if link.rule == MUST_LINK:
            return f"decision {link.identifier}"
        return self.values.get((link.rule, link.identifier), self.records[link.one].alike.get(link.rule))

    def _parts(self, link: Link) -> list[Part]:
        if link.model_version is None:
            return []
        return self.weighed.get((min(link.one, link.other), max(link.one, link.other)), [])
