"""One person: which profile an identifier leads to, and everything the lake holds of that profile."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

STANDING = "entity_type = 'person' and known_to is null"
EVENT = ("occurred_at", "source", "event_type", "event_name", "device_type", "product_id", "page_path")
ORDER = ("ordered_at", "source", "channel", "order_id", "amount", "currency")


def carriers(asked: DataFrame, identifiers: DataFrame, assignments: DataFrame) -> DataFrame:
    """One row per profile that carries an asked (namespace, value): the namespaces, and whether any is evidence."""
    # asked: a handful of rows, one per (namespace, value).
    found = identifiers.join(F.broadcast(asked), ["namespace", "value"]).select("record_sk", "namespace", "is_live")
    # standing: one row per record.
    placed = assignments.where(STANDING).select("record_sk", "profile_id").join(F.broadcast(found), "record_sk")
    grouped = placed.groupBy("profile_id").agg(
        F.array_sort(F.collect_set("namespace")).alias("namespaces"), F.max("is_live").alias("is_live")
    )
    return grouped.orderBy(F.col("is_live").desc(), "profile_id")


def successor(changes: DataFrame, profile_id: str) -> DataFrame:
    """At most one row: the profile that a retired one was last merged into."""
    merged = changes.where((F.col("change") == "merged") & (F.col("other_profile_id") == profile_id))
    return (
        merged.orderBy(F.col("effective_at").desc(), F.col("run_id").desc(), "profile_id").select("profile_id").limit(1)
    )


def of_profile(rows: DataFrame, profile_id: str) -> DataFrame:
    """The rows of one profile."""
    return rows.where(F.col("profile_id") == profile_id)


def own_records(assignments: DataFrame, profile_id: str) -> DataFrame:
    """One row per source record that belongs to the profile now."""
    return of_profile(assignments.where(STANDING), profile_id).select("record_sk")


def own_identifiers(identifiers: DataFrame, records: DataFrame, own: DataFrame) -> DataFrame:
    """One row per (namespace, value) of the profile: who says so, and why it is no evidence if it is not."""
    sources = records.select("record_sk", "source").distinct()
    # own: one row per record, few; sources: one row per record.
    mine = identifiers.join(F.broadcast(own), "record_sk")
    told = mine.join(sources.join(F.broadcast(own), "record_sk"), "record_sk")
    grouped = told.groupBy("namespace", "value").agg(
        F.array_sort(F.collect_set("source")).alias("sources"),
        F.when(F.count_if("is_live") == 0, F.min("refused_by")).alias("refused_by"),
        F.count(F.lit(1)).alias("records"),
    )
    return grouped.orderBy("namespace", "value")


def last_events(events: DataFrame, own: DataFrame, count: int) -> DataFrame:
    """The newest events of the profile, newest first."""
    # own: one row per record, few.
    mine = events.join(F.broadcast(own), "record_sk")
    return mine.orderBy(F.col("occurred_at").desc(), "source", "event_id").select(*EVENT).limit(count)


def last_orders(orders: DataFrame, own: DataFrame, count: int) -> DataFrame:
    """The newest orders of the profile, newest first."""
    # own: one row per record, few.
    mine = orders.join(F.broadcast(own), "record_sk")
    return mine.orderBy(F.col("ordered_at").desc(), "source", "order_id").select(*ORDER).limit(count)


def reachable_members(profiles: DataFrame, memberships: DataFrame, deliveries: DataFrame, segment: str) -> DataFrame:
    """One row per profile that is in the segment now and has an e-mail address: does a destination know it."""
    members = memberships.where(F.col("exited_at").isNull() & (F.col("segment") == segment)).select("profile_id")
    told = deliveries.where("state <> 'removed'").select("profile_id", F.lit(True).alias("is_told")).distinct()
    # members and told: one row per profile.
    found = profiles.where("email is not null").join(members, "profile_id").join(told, "profile_id", "left")
    return found.select("profile_id", "email", F.coalesce("is_told", F.lit(False)).alias("is_delivered"))


def lines_of_order(lines: DataFrame, source: str, order_id: str) -> DataFrame:
    """One row per product of an order that cost something, in order of its id: what was paid for one piece of it."""
    mine = lines.where((F.col("source") == source) & (F.col("order_id") == order_id) & (F.col("quantity") > 0))
    piece = (F.max(F.col("amount") / F.col("quantity"))).cast("decimal(18,2)").alias("amount")
    return mine.where("amount > 0").groupBy("product_id").agg(piece).orderBy("product_id")


def open_segments(memberships: DataFrame, profile_id: str) -> DataFrame:
    """One row per segment the profile is in now, with since when."""
    return (
        of_profile(memberships.where("exited_at is null"), profile_id)
        .select("segment", "entered_at")
        .orderBy("segment")
    )
