"""Durable ids: a cluster keeps the profile id of the people it shares most records with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

PERSON, HOUSEHOLD = "person", "household"
# Ids are texts that sort by age, and tell by their letter what they name.
_LETTERS = {PERSON: "P", HOUSEHOLD: "H"}


def standing(assignments: DataFrame, entity: str = PERSON) -> DataFrame:
    """One row per record: the profile, or other entity, it belongs to now."""
    now = F.col("known_to").isNull() & (F.col("entity_type") == entity)
    return assignments.where(now).select("record_sk", "profile_id", "valid_from", "known_from")


def known_on(assignments: DataFrame, at: datetime) -> DataFrame:
    """One row per record and entity type: what it was known to belong to at a time, whatever was learnt later."""
    began = F.col("known_from") <= F.lit(at)
    return assignments.where(began & (F.col("known_to").isNull() | (F.col("known_to") > F.lit(at))))


def history_of(assignments: DataFrame, records: Iterable[int]) -> DataFrame:
    """One row per interval in which one of a few records was known to belong to a profile."""
    return assignments.where((F.col("entity_type") == PERSON) & F.col("record_sk").isin(*records))


def standing_of(assignments: DataFrame, records: Iterable[int]) -> DataFrame:
    """One row per record of a few: the profile it belongs to now."""
    return standing(assignments).where(F.col("record_sk").isin(*records))


def ever_of(assignments: DataFrame, profile_id: str) -> DataFrame:
    """One row per record and interval in which it belonged to the profile; `known_to` is null while it does."""
    of_it = (F.col("profile_id") == profile_id) & (F.col("entity_type") == PERSON)
    return assignments.where(of_it)


def heir(assignments: DataFrame, profile_id: str) -> DataFrame:
    """At most one row: the profile that now has most of the records which a retired one had last."""
    ended = ever_of(assignments, profile_id).where(F.col("known_to").isNotNull())
    last = ended.withColumn("_last", F.max("known_to").over(Window.partitionBy("profile_id")))
    records = last.where(F.col("known_to") == F.col("_last")).select("record_sk").distinct()
    # records: one row per record.
    homes = (
        standing(assignments).join(records, "record_sk", "left_semi").groupBy("profile_id").agg(F.count("*").alias("n"))
    )
    return homes.orderBy(F.col("n").desc(), "profile_id").select("profile_id").limit(1)


def overlaps(clusters: DataFrame, before: DataFrame) -> DataFrame:
    """One row per (cluster, former profile) that share records, with how many."""
    # before: one row per record.
    shared = clusters.join(before.select("record_sk", "profile_id"), "record_sk")
    return shared.groupBy("cluster_sk", "profile_id").agg(F.count("*").alias("records"))


def mutual_best(pairs: DataFrame) -> DataFrame:
    """Pairs that are each other's best: most shared records, then the older id, then the smaller cluster.

    Taking these and repeating without the ends they used is the greedy matching by descending overlap.
    """
    order = [F.col("records").desc(), F.col("profile_id"), F.col("cluster_sk")]
    ranked = pairs.withColumns(
        {
            "_of_cluster": F.row_number().over(Window.partitionBy("cluster_sk").orderBy(*order)),
            "_of_profile": F.row_number().over(Window.partitionBy("profile_id").orderBy(*order)),
        }
    )
    return ranked.where("_of_cluster = 1 and _of_profile = 1").select("cluster_sk", "profile_id")


def without_used(pairs: DataFrame, taken: DataFrame) -> DataFrame:
    """The pairs neither end of which is taken."""
    # taken: one row per cluster and one per profile.
    left = pairs.join(taken.select("cluster_sk"), "cluster_sk", "left_anti")
    return left.join(taken.select("profile_id"), "profile_id", "left_anti")


def minted(numbers: DataFrame, entity: str = PERSON) -> DataFrame:
    """One row per new cluster with its id: a letter and the number its sequence gave."""
    return numbers.select("cluster_sk", F.format_string(f"{_LETTERS[entity]}%09d", "number").alias("profile_id"))


def history(assigned: DataFrame, published: DataFrame, as_of: datetime, entity: str = PERSON) -> DataFrame:
    """Rows to write: an opened interval per record whose profile changed, and the one it closes.

    assigned: one row per record (record_sk, profile_id, valid_from). published: identity.assignments.
    """
    before = published.where(F.col("known_to").isNull() & (F.col("entity_type") == entity))
    old = before.select("record_sk", F.col("profile_id").alias("_old"), F.col("known_from").alias("_since"))
    # old: one row per record.
    both = assigned.join(old, "record_sk", "left")
    moved = both.where(F.col("_old").isNull() | (F.col("_old") != F.col("profile_id")))
    # What was decided at this very as_of, or at a later one, is decided anew: its row is rewritten, not closed.
    since = F.greatest(F.lit(as_of), "_since").alias("known_from")
    opened = moved.select("record_sk", "profile_id", "valid_from", since, _never("known_to"))
    # moved and assigned: one row per record.
    gone = before.join(assigned.select("record_sk"), "record_sk", "left_anti")
    closed = before.where(F.col("known_from") < F.lit(as_of)).join(moved.select("record_sk"), "record_sk", "left_semi")
    ended = closed.unionByName(gone).withColumn("known_to", F.greatest(F.lit(as_of), "known_from"))
    return opened.unionByName(ended.select(*opened.columns)).withColumn("entity_type", F.lit(entity))


def _never(name: str) -> Column:
    return F.lit(None).cast("timestamp").alias(name)
