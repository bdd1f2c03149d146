"""The quality page: every table and source with its trend, on one page that needs nothing but itself.

`report_of` puts together what was measured and judged, `page` writes it as HTML with small pictures, each beside its
numbers. Only aggregates come here: no value of a personal column is ever on the page.
"""

from cdp_lake.quality.report.findings import (
    GATE_SECONDS,
    GATE_SHARE,
    CheckRow,
    GateShare,
    gate_runs,
    newest_checks,
    recent,
    report_of,
)
from cdp_lake.quality.report.page import page

__all__ = [
    "GATE_SECONDS",
    "GATE_SHARE",
    "CheckRow",
    "GateShare",
    "gate_runs",
    "newest_checks",
    "page",
    "recent",
    "report_of",
]
