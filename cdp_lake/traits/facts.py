"""Facts with their profile: what the traits count."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.config.facts import FACTS, PRODUCT_COLUMNS

FACT_TIMES: dict[str, str] = {name: fact.time for name, fact in FACTS.items()}
SESSION_GAP_SECONDS = 30 * 60


def facts_of(assignments: DataFrame, tables: Mapping[str, DataFrame]) -> dict[str, DataFrame]:
    """One frame per fact, each with `profile_id`; facts of nobody are left out.

    `assignments` is identity.assignments; `tables` holds silver tables by their name after the dot.
    """
    people = current_people(assignments)
    orders = tables["orders"].transform(with_profile, people)
    return {
        "orders": orders,
        "order_lines": lines_with_profile(tables["order_lines"], orders, tables["products"]),
        "events": tables["events"].transform(with_profile, people).transform(with_session_starts),
        "campaign_contacts": tables["campaign_contacts"].transform(with_profile, people),
        "coupons": tables["coupons"].transform(with_profile, people),
    }


def current_people(assignments: DataFrame) -> DataFrame:
    """One row per source record: the profile it belongs to now."""
    standing = (F.col("entity_type") == "person") & F.col("known_to").isNull()
    return assignments.where(standing).select("record_sk", "profile_id")


def with_profile(facts: DataFrame, people: DataFrame) -> DataFrame:
    """One row per fact of a person, with `profile_id`."""
    # people: one row per record_sk. No broadcast hint: the size decides, here 50,000 rows, elsewhere 100 million.
    return facts.join(people, on="record_sk", how="inner")


def lines_with_profile(lines: DataFrame, orders: DataFrame, products: DataFrame) -> DataFrame:
    """One row per order line of a person, with the order's time and channel and the product's place in the range."""
    of_order = orders.select("source", "order_id", "profile_id", "channel", "store_id", "ordered_at")
    of_product = products.select("product_id", *PRODUCT_COLUMNS)
    # orders: one row per (source, order_id); products: one row per product_id, a range that fits in memory.
    placed = lines.join(of_order, on=["source", "order_id"], how="inner")
    return placed.join(F.broadcast(of_product), on="product_id", how="left")


def with_session_starts(events: DataFrame) -> DataFrame:
    """The same events with `starts_session`: no event of the profile in the half hour before."""
    before = Window.partitionBy("profile_id").orderBy("occurred_at", "source", "event_id")
    gap = F.unix_seconds("occurred_at") - F.unix_seconds(F.lag("occurred_at").over(before))
    return events.withColumn("starts_session", F.coalesce(gap > SESSION_GAP_SECONDS, F.lit(True)))
