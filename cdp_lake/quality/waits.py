"""How long events waited: from their receipt to the moment a publication shows them."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def waits(events: DataFrame, shown_at: datetime) -> DataFrame:
    """One row: how many of the events tell when they were received, and seconds from then (half, 95 %, the longest).

    events: one row per event, with `received_at`; times are whole seconds, so a figure may be off by one. Percentiles
    are approximate (Spark's percentile_approx); null where no event tells.
    """
    seconds = F.unix_seconds(F.lit(shown_at)) - F.unix_seconds("received_at")
    half, most = (F.percentile_approx(seconds, share, 1000).cast("double") for share in (0.5, 0.95))
    return events.select(F.count("received_at"), half, most, F.max(seconds).cast("double")).toDF(
        "events", "half", "most", "longest"
    )
