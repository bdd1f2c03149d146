"""Who a record or a profile is, and who it was as the lake knew it on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cdp_lake.adapters.lake import Lake
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.assignments import ever_of, history_of, known_on
from cdp_lake.identity.rows import with_source_keys
from cdp_lake.stages.named_records import NamedRecords
from cdp_lake.stages.who_is_meant import is_profile_id

PURPOSE = "show"
Row = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """Records with the profiles they were known to belong to: at one time, or over all of it."""

    at: datetime | None
    rows: list[Row]


def who_was(lake: Lake, word: str, at: datetime | None) -> Known:
    """Of a record: its profiles over time, or the one it was known to have at a time.

    Of a profile: the same of each of its records; with a time, of those it was known to have then. Raises ConfigError
    for a word that names nobody.
    """
    assignments = lake.read(ASSIGNMENTS, PURPOSE)
    if is_profile_id(word) and at is not None:
        found = known_on(ever_of(assignments, word), at)
    else:
        all_of_it = history_of(assignments, NamedRecords(lake).records(word))
        found = all_of_it if at is None else known_on(all_of_it, at)
    keyed = with_source_keys(found, lake.read(SOURCE_RECORDS, PURPOSE, whole=True))
    order = ("source", "source_pk", "known_from")
    return Known(at, [row.asDict() for row in keyed.orderBy(*order).collect()])
