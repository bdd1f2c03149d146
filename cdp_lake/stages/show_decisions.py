"""Show what people decided about identity, and what of it was taken back."""

from __future__ import annotations

from typing import Any

from cdp_lake.adapters.lake import Lake
from cdp_lake.contracts.identity import DECISIONS
from cdp_lake.identity.summary import decision_list


def decisions_made(lake: Lake) -> list[dict[str, Any]]:
    """One row per decision, the newest first."""
    return [row.asDict() for row in decision_list(lake.read(DECISIONS, "show")).collect()]
