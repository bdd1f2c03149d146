"""What people did and decided: events, campaign contacts, coupon uses, consents."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.fates import key_hash
from cdp_lake.silver.fields import field, first_field
from cdp_lake.silver.normalise.money import currency_code
from cdp_lake.silver.traffic import is_human


def events(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per event that passed; those of bots and colleagues hang on nobody."""
    received, sent = field(contract, "received_at", "timestamp"), field(contract, "sent_at", "timestamp")
    return rows.select(
        F.col("_source").alias("source"),
        # Also where the device is known: it may become so with a later batch, and the order of batches must not count.
        F.when(is_human(contract), F.col("record_sk")).alias("record_sk"),
        F.col("_brand").alias("brand"),
        _event_id(contract).alias("event_id"),
        F.lower(field(contract, "event_type")).alias("event_type"),
        first_field(contract, "event_name", "screen_name").alias("event_name"),
        F.col("_occurred_at").alias("occurred_at"),
        received.alias("received_at"),
        F.to_date("_occurred_at").alias("occurred_on"),
        (F.unix_seconds(received) - F.unix_seconds(sent)).alias("clock_skew_seconds"),
        *[field(contract, name) for name in ("product_id", "order_id", "page_path", "device_type", "locale")],
        field(contract, "amount", "decimal(18,4)"),
        currency_code(field(contract, "currency")).alias("currency"),
        F.col("_traffic").alias("traffic"),
        F.col("_traffic_rule").alias("traffic_rule"),
        "_record_id",
    )


def _event_id(contract: SourceContract) -> Column:
    """The event's own id; of a feed whose events have none a hash of its key, or its content and occurrence."""
    if contract.column_of("event_id") is not None:
        return field(contract, "event_id")
    return key_hash(contract) if contract.key else F.col("_line_key")


def campaign_contacts(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per contact of a person by a campaign."""
    names = ("campaign_id", "channel", "subject")
    return rows.select(
        *[field(contract, name) for name in names],
        field(contract, "contacted_at", "timestamp"),
        "record_sk",
        F.col("_brand").alias("brand"),
        "_record_id",
    )


def coupons(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per coupon use."""
    names = ("redemption_id", "campaign_id", "coupon_upc")
    return rows.select(
        F.col("_source").alias("source"),
        *[field(contract, name) for name in names],
        field(contract, "redeemed_on", "date"),
        "record_sk",
        F.col("_brand").alias("brand"),
        "_record_id",
    )


def consents(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per consent decision."""
    names = ("decision_id", "purpose", "channel", "recipient", "status", "source_system")
    return rows.select(
        F.col("_source").alias("source"),
        *[field(contract, name) for name in names],
        field(contract, "decided_at", "timestamp"),
        "record_sk",
        F.col("_brand").alias("brand"),
        "_record_id",
    )
