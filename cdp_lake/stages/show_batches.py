"""Show the landing batches: which sources brought how many files and records in each."""

from __future__ import annotations

from typing import Any

from cdp_lake.adapters.lake import Lake
from cdp_lake.bronze.unlanding import batches
from cdp_lake.contracts.ops import FILES


def landing_batches(lake: Lake) -> list[dict[str, Any]]:
    """One row per batch, source and fate."""
    return [row.asDict() for row in batches(lake.read(FILES, "show")).collect()]
