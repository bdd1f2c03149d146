"""Deliveries: the rows that go out, the ledger of what went out, and the brake before either."""

from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.activation.changes import LEFT_SEGMENT
from cdp_lake.config.destinations import Destination
from cdp_lake.contracts.conform import conform
from cdp_lake.contracts.gold import DELIVERIES

_SENT = ("added", "updated", "removed")


def rows_to_send(changes: DataFrame) -> DataFrame:
    """One row per change that the destination must hear of: `operation` add or remove, and `sent`; removals first."""
    operation = F.when(F.col("change") == "removed", "remove").otherwise("add")
    heard = changes.where(F.col("change").isin(*_SENT)).withColumn("operation", operation)
    # A person who was merged is removed under the old id before being added under the new one.
    return heard.orderBy(F.col("operation").desc(), "profile_id").select("operation", "sent")


def delivery_rows(changes: DataFrame, destination: Destination, as_of: datetime, receipt: str) -> DataFrame:
    """One row per (destination, profile) that was sent: the new state of the deliveries table."""
    sent = changes.where(F.col("change").isin(*_SENT)).select(
        F.lit(destination.name).alias("destination"),
        "profile_id",
        "segments",
        "payload_hash",
        F.col("change").alias("state"),
        F.lit(as_of).alias("delivered_at"),
        F.lit(receipt).alias("receipt"),
    )
    return conform(sent, DELIVERIES)


def removal_brake(counts: Mapping[tuple[str, str | None], int], destination: Destination) -> str | None:
    """Why this delivery must not go out by itself, or None; `counts` are the outcome counts by (change, reason).

    Only people who left their segments count: taking consent back is never held up.
    """
    limit = destination.max_removed_share
    before = sum(n for (change, _), n in counts.items() if change in ("updated", "unchanged", "removed"))
    leaving = counts.get(("removed", LEFT_SEGMENT), 0)
    if limit is None or leaving <= limit * before:
        return None
    return (
        f"destination '{destination.name}': {leaving} of {before} people sent before have left its segments, more "
        f"than max_removed_share {limit}; look at the segments, or raise the share for this run"
    )
