"""Profiles: the golden record of every person, known or anonymous."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.namespace import SCOPE
from cdp_lake.config.survivorship import ATTRIBUTES, SurvivorshipRules
from cdp_lake.contracts.conform import conform
from cdp_lake.contracts.gold import PROFILES
from cdp_lake.gold.survivorship import STATED_AT, surviving_values


def build_profiles(
    source_records: DataFrame, assignments: DataFrame, identifiers: DataFrame, rules: SurvivorshipRules
) -> DataFrame:
    """One row per current profile: the surviving value of each attribute, as gold.profiles promises."""
    assigned = _standing(assignments, "person")
    golden = surviving_values(
        _newest_versions(assigned, source_records),
        rules,
        F.count("*").alias("record_count"),
        F.sort_array(F.collect_set("source")).alias("sources"),
        F.min("first_seen_at").alias("first_seen_at"),
        F.max("last_seen_at").alias("last_seen_at"),
    )
    # All: at most one row per profile; an anonymous visitor may have no live identifier, and no home.
    whole = golden.join(_live_identifiers(assigned, identifiers), on="profile_id", how="left")
    whole = whole.join(_homes(assigned, _standing(assignments, "household")), on="profile_id", how="left")
    no_identifiers = F.array().cast("array<struct<namespace: string, value: string>>")
    complete = whole.withColumn("identifiers", F.coalesce("identifiers", no_identifiers))
    names_a_person = F.exists("identifiers", lambda i: _type_of(i["namespace"]).isin(*rules.known_namespaces))
    return conform(
        complete.withColumns({"is_known": names_a_person, "source_count": F.size("sources")}),
        PROFILES,
    )


def _type_of(namespace: Column) -> Column:
    """The namespace without its scope: an app's id names a person in whichever app."""
    return F.substring_index(namespace, SCOPE, 1)


def _standing(assignments: DataFrame, entity: str) -> DataFrame:
    """One row per record: the entity of that type it belongs to now."""
    now = (F.col("entity_type") == entity) & F.col("known_to").isNull()
    return assignments.where(now).select("record_sk", "profile_id")


def _homes(assigned: DataFrame, housed: DataFrame) -> DataFrame:
    """One row per profile with a household: its id, and how many profiles it has."""
    # Both: one row per record; all records of a profile are of one household.
    both = assigned.join(housed.withColumnRenamed("profile_id", "household_id"), on="record_sk")
    homes = both.groupBy("profile_id").agg(F.min("household_id").alias("household_id"))
    sizes = homes.groupBy("household_id").agg(F.count("*").alias("household_size"))
    # sizes: one row per household.
    return homes.join(sizes, on="household_id")


def _newest_versions(assigned: DataFrame, source_records: DataFrame) -> DataFrame:
    """One row per assigned record: its newest version, and when it was seen over all versions."""
    stated_at = F.coalesce("valid_from", "last_seen_at", "first_seen_at").alias(STATED_AT)
    versions = source_records.select(
        "record_sk",
        "version_no",
        "first_seen_at",
        "last_seen_at",
        F.struct("source", stated_at, *ATTRIBUTES).alias("version"),
    )
    # assigned: one row per record, so each version meets at most one profile.
    owned = assigned.join(versions, on="record_sk", how="left")
    # Brought together by profile once: both groupings that follow find their rows in place.
    newest = (
        owned.repartition("profile_id")
        .groupBy("profile_id", "record_sk")
        .agg(
            F.max_by("version", "version_no").alias("version"),
            F.min("first_seen_at").alias("first_seen_at"),
            F.max("last_seen_at").alias("last_seen_at"),
        )
    )
    return newest.select("profile_id", "record_sk", "version.*", "first_seen_at", "last_seen_at")


def _live_identifiers(assigned: DataFrame, identifiers: DataFrame) -> DataFrame:
    """One row per profile with live identifiers: each (namespace, value) once, sorted."""
    live = identifiers.where("is_live").select("record_sk", F.struct("namespace", "value").alias("identifier"))
    # assigned: one row per record.
    owned = live.join(assigned, on="record_sk")
    return owned.groupBy("profile_id").agg(F.sort_array(F.collect_set("identifier")).alias("identifiers"))
