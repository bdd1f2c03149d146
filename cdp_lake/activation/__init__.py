"""Activation: what a destination is told. A member of its segments becomes a payload in the destination's own
spelling; payloads are compared with what we sent before, never with what the destination holds; and only people
who allowed it are sent at all. Taking consent back removes them, whatever their segments say.
"""

from cdp_lake.activation.audience import allowed_audience
from cdp_lake.activation.changes import delivery_changes, outcome_counts
from cdp_lake.activation.deliveries import delivery_rows, removal_brake, rows_to_send
from cdp_lake.activation.payloads import payloads

__all__ = [
    "allowed_audience",
    "delivery_changes",
    "delivery_rows",
    "outcome_counts",
    "payloads",
    "removal_brake",
    "rows_to_send",
]
