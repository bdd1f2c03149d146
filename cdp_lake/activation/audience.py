"""Audience: whom a destination would be told of if it had heard nothing yet."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def allowed_audience(payloads: DataFrame, consent: DataFrame) -> DataFrame:
    """One row per profile in the destination's segments that can be found there and allowed it: its profile_id."""
    # consent: one row per living profile.
    members = payloads.where(F.col("has_identifier")).select("profile_id")
    return members.join(consent.where("is_consented").select("profile_id"), "profile_id")
