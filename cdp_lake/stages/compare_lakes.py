"""Compare: a lake and its shadow, which another set of identity rules was run on: people, evidence, audiences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from pyspark.sql import DataFrame

from cdp_lake.activation import allowed_audience, payloads
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.plan_folders import PlanFolder
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.gold import PROFILES, SEGMENT_MEMBERSHIPS
from cdp_lake.contracts.identity import ASSIGNMENTS, CHANGES, EDGES
from cdp_lake.contracts.silver import CONSENTS
from cdp_lake.gold.summary import LARGEST, SIZE_CLASSES, cluster_sizes
from cdp_lake.identity.assignments import standing
from cdp_lake.identity.changes import CREATED, MERGED, SPLIT
from cdp_lake.identity.comparison import (
    changes_since,
    created,
    merges,
    moved_records,
    partition,
    retired_ids,
    splits,
)
from cdp_lake.identity.summary import edge_counts
from cdp_lake.privacy import consent_by_profile, current_consent
from cdp_lake.segments.comparison import members_now, move_counts, movers, moves, named_audience
from cdp_lake.stages.identity_plan import Audiences, Listed, People, Rows

PURPOSE = "evaluation"
BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Comparison:
    """The two lakes, the time both believe, and where the lists go, of which the first `limit` rows are shown.

    changes: how many profiles the stitch says it merged, split and created.
    """

    lakes: dict[str, Lake]
    settings: Settings
    as_of: datetime
    changes: dict[str, int]
    folder: PlanFolder
    limit: int

    def people(self) -> People:
        """Who merges, who splits, who is new, and on which evidence."""
        changed = self._changes()
        sides = {side: standing(lake.read(ASSIGNMENTS, PURPOSE)) for side, lake in self.lakes.items()}
        sizes = {side: _by(cluster_sizes(assigned), "size") for side, assigned in sides.items()}
        [moved], [found] = (
            frame.collect() for frame in (moved_records(sides[BEFORE], sides[AFTER]), partition(sides[AFTER]))
        )
        return People(
            people=found["people"],
            records=moved["records"],
            moved=moved["moved"],
            profiles={side: sum(row["profiles"] for row in by.values()) for side, by in sizes.items()},
            largest={side: max((row["largest"] for row in by.values()), default=0) for side, by in sizes.items()},
            merges=self._noted(MERGED, merges(changed)),
            splits=self._noted(SPLIT, splits(changed)),
            created=self._noted(CREATED, created(changed)),
            edges=self._edges(),
            sizes=_size_rows(sizes),
        )

    def segments(self) -> Audiences:
        """Members of each segment."""
        return self._audiences("segments.csv", lambda lake: members_now(lake.read(SEGMENT_MEMBERSHIPS, PURPOSE)))

    def destinations(self) -> Audiences:
        """Whom each destination may be told of, consent and all; nothing is sent."""
        return self._audiences("destinations.csv", self._allowed)

    def _allowed(self, lake: Lake) -> DataFrame:
        assignments, consents = (lake.read(table, "activation") for table in (ASSIGNMENTS, CONSENTS))
        profiles, members = (lake.read(table, "activation") for table in (PROFILES, SEGMENT_MEMBERSHIPS))
        current = current_consent(consents, assignments, self.as_of)
        parts = []
        for one in self.settings.destinations.destinations:
            consent = consent_by_profile(current, profiles, one.consent_need(self.settings.consent))
            parts.append(named_audience(allowed_audience(payloads(members, profiles, one), consent), one.name))
        return reduce(DataFrame.unionByName, parts)

    def _audiences(self, file: str, of: Callable[[Lake], DataFrame]) -> Audiences:
        sides = {side: of(lake) for side, lake in self.lakes.items()}
        moved = moves(sides[BEFORE], sides[AFTER], retired_ids(self._changes())).persist()
        rows = [row.asDict() for row in move_counts(moved).collect()]
        listed = self._listed(file, movers(moved))
        moved.unpersist()
        return Audiences(rows, listed)

    def _changes(self) -> DataFrame:
        """What the run on the shadow noted in identity.changes."""
        now, before = (self.lakes[side].read(CHANGES, PURPOSE) for side in (AFTER, BEFORE))
        return changes_since(now, before, CHANGES.key)

    def _noted(self, kind: str, rows: DataFrame) -> Listed:
        """The list of one kind of change; what the stitch counted none of is not looked for."""
        return self._listed(f"{kind}.csv", rows if self.changes[kind] else rows.limit(0))

    def _listed(self, file: str, rows: DataFrame) -> Listed:
        found = (row.asDict() for row in rows.toLocalIterator())
        return Listed(file, *self.folder.write_list(file, rows.columns, found, self.limit))

    def _edges(self) -> Rows:
        """Per rule: live and refused edges on either side."""
        counted: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_EDGE_COLUMNS, 0))
        for side, lake in self.lakes.items():
            for row in edge_counts(lake.read(EDGES, PURPOSE)).collect():
                state = "live" if row["refused_by"] is None else "refused"
                counted[row["rule"]][f"{state}_{side}"] += row["edges"]
        return [{"rule": rule, **counted[rule]} for rule in sorted(counted)]


_EDGE_COLUMNS = tuple(f"{state}_{side}" for state in ("live", "refused") for side in (BEFORE, AFTER))


def _by(rows: DataFrame, key: str) -> dict[str, dict[str, int]]:
    return {row[key]: row.asDict() for row in rows.collect()}


def _size_rows(sizes: dict[str, dict[str, dict[str, int]]]) -> Rows:
    """Per size class in order: profiles on either side."""
    names = [*(name for _, name in SIZE_CLASSES), LARGEST]
    nobody = {"profiles": 0}
    return [{"size": n, **{side: by.get(n, nobody)["profiles"] for side, by in sizes.items()}} for n in names]
