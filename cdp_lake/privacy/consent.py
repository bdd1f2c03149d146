"""Consent: the decisions that stand for each profile, and who may be reached for a purpose."""

from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.consent import ConsentNeed

_SCOPE = ("purpose", "channel", "recipient")


def current_consent(consents: DataFrame, assignments: DataFrame, as_of: datetime) -> DataFrame:
    """One row per (profile_id, purpose, channel, recipient): the status that stands at `as_of`, and since when."""
    decisions = consents.where(F.col("decided_at") <= F.lit(as_of))
    records = assignments.where((F.col("entity_type") == "person") & F.col("known_to").isNull())
    # assignments: one row per record; a decision whose record is in no profile speaks for nobody.
    owned = decisions.join(records.select("record_sk", "profile_id"), on="record_sk")
    # Within a record people change their mind: the latest decision stands.
    newest = F.struct("decided_at", "decision_id", "source")
    latest = owned.groupBy("profile_id", "record_sk", *_SCOPE).agg(
        F.max_by(F.struct("status", "decided_at"), newest).alias("latest")
    )
    # Between records nobody changed anything: the restrictive one stands.
    strictest = F.struct(_strictness(F.col("latest.status")), F.col("latest.decided_at"))
    standing = latest.groupBy("profile_id", *_SCOPE).agg(F.max_by("latest", strictest).alias("standing"))
    return standing.select("profile_id", *_SCOPE, "standing.status", "standing.decided_at")


def consent_by_profile(current: DataFrame, profiles: DataFrame, need: ConsentNeed) -> DataFrame:
    """One row per profile: `is_consented` true only when what is needed was granted and nothing refuses it."""
    relevant = current.where(
        (F.col("purpose") == need.purpose)
        & F.col("channel").isin(need.channel, "any")
        & (F.col("recipient").isNull() | F.col("recipient").eqNullSafe(F.lit(need.recipient)))
    )
    by_brand, by_name = F.col("recipient").isNull(), F.col("recipient").isNotNull()
    answers = relevant.groupBy("profile_id").agg(
        _answer(by_brand).alias("brand_answer"), _answer(by_name).alias("recipient_answer")
    )
    # answers: at most one row per profile, none for people who never decided.
    people = profiles.select("profile_id", "country").join(answers, on="profile_id", how="left")
    lives_where_named = F.coalesce(F.col("country").isin(*need.separate_in), F.lit(False))
    allowed = F.col("brand_answer") & F.coalesce(F.col("recipient_answer"), ~lives_where_named)
    return people.select("profile_id", F.coalesce(allowed, F.lit(False)).alias("is_consented"))


def consented_profiles(current: DataFrame, profiles: DataFrame, need: ConsentNeed) -> DataFrame:
    """One row per profile that may be used as needed: its profile_id."""
    return consent_by_profile(current, profiles, need).where("is_consented").select("profile_id")


def _answer(scope: Column) -> Column:
    """True when something in scope grants and nothing refuses, false when something refuses, null in silence."""
    return F.min(F.when(scope, F.col("status") == "granted"))


def _strictness(status: Column) -> Column:
    # A word nobody knows is no grant.
    return F.when(status == "granted", 0).when(status == "denied", 1).otherwise(2)
