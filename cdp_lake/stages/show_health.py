"""The health of identity as the last stitch measured it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.ops import HEALTH
from cdp_lake.errors import ConfigError
from cdp_lake.identity.health import Gate, gates, of_last_run


@dataclass(frozen=True)
class Health:
    """Measures of one run by name and subject, and the limits they are held against."""

    run_id: str
    measured_at: datetime
    measures: tuple[dict[str, Any], ...]
    gates: tuple[Gate, ...]


def health(lake: Lake, settings: Settings) -> Health:
    """What the last stitch measured, published or held back, judged by the settings in force.

    Raises ConfigError before the first one.
    """
    rows = [row.asDict() for row in of_last_run(lake.head(HEALTH)).collect()]
    if not rows:
        raise ConfigError("no stitch has measured this lake yet: run `cdp-lake run` first")
    found = {row["measure"]: row["value"] for row in rows if not row["subject"]}
    run_id, measured_at = rows[0]["run_id"], rows[0]["measured_at"]
    measured = tuple({name: row[name] for name in ("measure", "subject", "value", "detail")} for row in rows)
    return Health(run_id, measured_at, measured, gates(found, settings.identity.health))


def as_json(found: Health) -> str:
    """Measures and limits for a machine."""
    return json.dumps(
        {
            "run_id": found.run_id,
            "measured_at": found.measured_at.isoformat(),
            "measures": found.measures,
            "limits": [asdict(gate) for gate in found.gates],
        },
        indent=1,
    )
