"""Reading a silver field from a parsed frame, whatever column of the feed fills it."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.consent_columns import ConsentColumn
from cdp_lake.config.sources import SourceContract

# When the full export was taken that a record stands in; only where that is what orders its versions.
EXPORTED_AT = "_exported_at"


def field(contract: SourceContract, name: str, type_name: str = "string") -> Column:
    """The column that fills a silver field; a typed null when the feed has none."""
    column = contract.column_of(name)
    return (F.col(column.name) if column else F.lit(None)).cast(type_name).alias(name)


def first_field(contract: SourceContract, *names: str, type_name: str = "string") -> Column:
    """The first of several fields that has a value."""
    return F.coalesce(*[field(contract, name, type_name) for name in names])


def version_of(contract: SourceContract) -> tuple[Column, Column]:
    """What orders the records of one key: a moment, and a number within it; typed nulls where the feed has none."""
    if contract.orders_by_export:
        return F.col(EXPORTED_AT), F.lit(None).cast("bigint")
    version = contract.version
    moment = F.col(version.column) if version else F.lit(None)
    then = F.col(version.then) if version and version.then else F.lit(None)
    return moment.cast("timestamp"), then.cast("bigint")


def is_deletion(contract: SourceContract) -> Column:
    """True for a record by which its source says that it deleted what the record is about; never null."""
    if contract.deletes is None:
        return F.lit(False)
    said = F.lower(F.trim(F.col(contract.deletes.column).cast("string")))
    return F.coalesce(said.isin(*[value.lower() for value in contract.deletes.values]), F.lit(False))


def seen_at(contract: SourceContract) -> Column:
    """When the record's fact happened, or its version was made."""
    if contract.orders_by_export:
        return version_of(contract)[0]
    names = {
        "person": ("valid_from", "first_seen_at"),
        "event": ("occurred_at",),
        "order_rows": ("ordered_at",),
        "receipt": ("ordered_at",),
        "campaign_contact": ("contacted_at",),
        "redemption": ("redeemed_on",),
        "consent": ("decided_at",),
    }
    stated = first_field(contract, *names[contract.kind], type_name="timestamp")
    return F.coalesce(stated, version_of(contract)[0]) if contract.kind == "person" else stated


def decided_at(contract: SourceContract, consent: ConsentColumn) -> Column:
    """When the person of a record decided: its own column, else the time of the version that says so."""
    version = version_of(contract)[0]
    return F.coalesce(F.col(consent.at).cast("timestamp"), version) if consent.at else version


def told_at(contract: SourceContract) -> Column | None:
    """When what a record tells of happened, for any kind of feed; None for a kind without times."""
    if contract.kind == "event":
        return F.col("_occurred_at")
    if contract.kind == "coupon_offer" or (contract.kind == "order_line" and contract.column_of("ordered_at") is None):
        return None
    dated = {"product": "updated_at", "ad_spend": "spent_on", "order_line": "ordered_at"}
    if contract.kind in dated:
        return field(contract, dated[contract.kind], "timestamp")
    return seen_at(contract)


def with_event_time(parsed: DataFrame, contract: SourceContract) -> DataFrame:
    """Events with `_occurred_at`: the device's clock corrected by how far it was off when it sent.

    Segment's rule: time = received - (sent - original), for a batch that was sent later than it was made.
    """
    if contract.kind != "event":
        return parsed
    received, sent = field(contract, "received_at", "timestamp"), field(contract, "sent_at", "timestamp")
    original = field(contract, "original_at", "timestamp")
    corrected = F.timestamp_micros(F.unix_micros(received) - (F.unix_micros(sent) - F.unix_micros(original)))
    stated = first_field(contract, "occurred_at", "original_at", type_name="timestamp")
    return parsed.withColumn("_occurred_at", F.coalesce(corrected, stated, received))
