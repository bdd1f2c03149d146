"""The summary of a run: what came in, who is who, what is known of them, what went out. Eight small questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.gold import PROFILES, SEGMENT_MEMBERSHIPS
from cdp_lake.contracts.identity import ASSIGNMENTS, EDGES, IDENTIFIERS
from cdp_lake.contracts.ops import FATES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.gold.summary import profile_sizes, segment_sizes, visitor_stitching
from cdp_lake.identity.summary import edge_counts, identifier_counts
from cdp_lake.quality.summary import fate_counts
from cdp_lake.stages.evaluate_identity import Agreement
from cdp_lake.stages.plan import last_runs
from cdp_lake.stages.runner import StageOutcome

PURPOSE = "show"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Summary:
    """Everything the summary shows; rows as counted, facts as the stages reported them."""

    fates: Rows
    identifiers: Rows
    edges: Rows
    sizes: Rows
    visitors: tuple[int, int]
    segments: dict[str, int]
    models: dict[str, str]
    deliveries: dict[str, str]
    places: dict[str, str]
    outcomes: list[StageOutcome] = field(default_factory=list)
    agreement: Agreement | None = None


def summary(
    lake: Lake, settings: Settings, outcomes: list[StageOutcome], agreement: Agreement | None = None
) -> Summary:
    """The state of the lake after a run."""
    profiles, assignments = lake.read(PROFILES, PURPOSE), lake.read(ASSIGNMENTS, PURPOSE)
    visitors = visitor_stitching(lake.read(SOURCE_RECORDS, PURPOSE), assignments, profiles).first()
    sizes = {row["segment"]: row["members"] for row in _rows(segment_sizes(lake.read(SEGMENT_MEMBERSHIPS, PURPOSE)))}
    facts = {stage: run.facts for stage, run in last_runs(lake).items()}
    return Summary(
        fates=_rows(fate_counts(lake.read(FATES, PURPOSE))),
        identifiers=_rows(identifier_counts(lake.read(IDENTIFIERS, PURPOSE))),
        edges=_rows(edge_counts(lake.read(EDGES, PURPOSE))),
        sizes=_rows(profile_sizes(profiles)),
        visitors=(visitors["visitors"], visitors["known"]) if visitors else (0, 0),
        segments={segment.name: sizes.get(segment.name, 0) for segment in settings.segments},
        models=facts.get("train_models", {}),
        deliveries=facts.get("activate_segments", {}),
        places=_places(settings),
        outcomes=outcomes,
        agreement=agreement,
    )


def _places(settings: Settings) -> dict[str, str]:
    """Where the things a person may want to open lie."""
    home = Path(settings.lake.path)
    places = {
        "tables": home,
        "quality report": home / "quality" / "index.html",
        "quality over time": home / "quality" / "quality.html",
        "models": home / "mlflow" / "mlflow.db",
        "sent files": home / "activation" / "files",
        "incoming files": Path(settings.lake.landing),
    }
    return {what: place.as_posix() for what, place in places.items() if place.exists()}


def _rows(frame: DataFrame) -> Rows:
    return [row.asDict() for row in frame.collect()]
