"""Changes: what to tell a destination, given what it was told before."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.activation.payloads import removal_columns
from cdp_lake.config.destinations import Destination

# Why somebody is kept back or removed; a removal for one of the first three is never put off.
NO_CONSENT, NO_PROFILE, NO_IDENTIFIER, LEFT_SEGMENT = "no_consent", "no_profile", "no_identifier", "left_segment"


def delivery_changes(
    payloads: DataFrame, consent: DataFrame, previous: DataFrame, destination: Destination
) -> DataFrame:
    """One row per profile in the audience or sent before: its `change`, the `reason`, and what to send.

    `payloads` carry `payload_hash`; `consent` has one row per living profile; `previous` is the deliveries
    table. A change is added, updated, unchanged, removed or held_back.
    """
    told = previous.where((F.col("destination") == destination.name) & (F.col("state") != "removed"))
    told = told.select("profile_id", F.col("payload_hash").alias("told_hash"), F.lit(True).alias("was_sent"))
    wanted = payloads.withColumn("is_member", F.lit(True)).drop("payload")
    # All three: at most one row per profile.
    known = wanted.join(told, on="profile_id", how="full").join(consent, on="profile_id", how="left")
    judged = known.withColumn("reason", _reason()).withColumn("change", _change())
    removal = F.col("change") == "removed"
    return judged.select(
        "profile_id",
        "change",
        "reason",
        F.when(removal, F.array().cast("array<string>")).otherwise(F.col("segments")).alias("segments"),
        F.when(removal, removal_columns(destination)).otherwise(F.col("sent")).alias("sent"),
        F.when(~removal, F.col("payload_hash")).alias("payload_hash"),
    )


def outcome_counts(changes: DataFrame) -> DataFrame:
    """One row per (change, reason): how many profiles."""
    return changes.groupBy("change", "reason").agg(F.count("*").alias("profile_count"))


def _reason() -> Column:
    """Why a profile may not be with the destination; null when it may."""
    return (
        F.when(F.col("is_consented").isNull(), NO_PROFILE)
        .when(~F.col("is_consented"), NO_CONSENT)
        .when(F.col("is_member").isNull(), LEFT_SEGMENT)
        .when(~F.col("has_identifier"), NO_IDENTIFIER)
    )


def _change() -> Column:
    was_sent, may_be_sent = F.coalesce("was_sent", F.lit(False)), F.col("reason").isNull()
    same = F.col("payload_hash").eqNullSafe(F.col("told_hash"))
    return (
        F.when(may_be_sent & ~was_sent, "added")
        .when(may_be_sent & same, "unchanged")
        .when(may_be_sent, "updated")
        .when(was_sent, "removed")
        .otherwise("held_back")
    )
