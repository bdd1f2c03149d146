"""Tracking plans: which events a source sends, and what each of them has to say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cdp_lake.config.strict import Strict

PlannedType = Literal["integer", "decimal", "boolean", "date", "timestamp"]


class PlannedEvent(Strict):
    """One event by its name: columns of the feed that it has to fill, and the types of what stands in others.

    Types are for columns that other events fill with something else; one that is the same everywhere is the column's.
    """

    name: str
    required: tuple[str, ...] = ()
    types: dict[str, PlannedType] = Field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column it speaks of."""
        return (*self.required, *self.types)


class TrackingPlan(Strict):
    """The planned events of a feed. Records that have no event's name, such as page views, are none of its business.

    unplanned: what becomes of an event that is not listed: it is told of, or set aside.
    """

    events: tuple[PlannedEvent, ...] = Field(min_length=1)
    unplanned: Literal["warn", "quarantine"] = "warn"

    @property
    def names(self) -> tuple[str, ...]:
        """The planned events."""
        return tuple(event.name for event in self.events)
