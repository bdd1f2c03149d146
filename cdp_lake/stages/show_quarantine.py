"""Show what was set aside: how much, by which rule, and some of it as it came in. A privileged view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.ops import QUARANTINE
from cdp_lake.quality.summary import quarantine_counts, quarantine_examples

PURPOSE = "show"


@dataclass(frozen=True)
class Quarantine:
    """Counts per source and rule, and examples with their payload."""

    counts: list[dict[str, Any]]
    examples: list[dict[str, Any]]


def quarantine(lake: Lake, settings: Settings, source: str | None, limit: int) -> Quarantine:
    """What stands in ops.quarantine, of one source or of all. Raises ConfigError for an unknown source."""
    rows = lake.read(QUARANTINE, PURPOSE)
    if source is not None:
        rows = rows.where(rows["source"] == settings.source(source).name)
    counts = [row.asDict() for row in quarantine_counts(rows).collect()]
    examples = [row.asDict() for row in quarantine_examples(rows, limit).collect()] if limit else []
    return Quarantine(counts, examples)
