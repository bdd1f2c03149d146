"""How healthy identity has to be before it is published."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cdp_lake.config.strict import Strict


class HealthRules(Strict):
    """Limits of what a stitch measures of itself; one that is null is not asked. Shares are of 1.

    Below `from_records` records a share says nothing. `error` publishes nothing, `warning` is recorded and shown.
    """

    max_jitter: float | None = Field(default=0.05, ge=0, le=1)
    max_cluster_share: float | None = Field(default=0.05, ge=0, le=1)
    max_over_merge_share: float | None = Field(default=None, ge=0, le=1)
    min_stitch_rate: float | None = Field(default=None, ge=0, le=1)
    from_records: int = Field(default=1000, ge=0)
    severity: Literal["error", "warning"] = "warning"
