"""Which facts each kind of feed gives, and how a fact finds its source record."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts import TableContract, conform
from cdp_lake.contracts.silver import (
    AD_SPEND,
    CAMPAIGN_CONTACTS,
    CONSENTS,
    COUPON_OFFERS,
    COUPONS,
    EVENTS,
    ORDER_LINES,
    ORDERS,
    PRODUCTS,
)
from cdp_lake.silver.facts import behaviour, purchases, reference
from cdp_lake.silver.facts.stated_consents import stated_consents
from cdp_lake.silver.observations import link_key, tells_of_people

Builder = Callable[[DataFrame, SourceContract], DataFrame]
BUILDERS: dict[str, tuple[tuple[TableContract, Builder], ...]] = {
    "person": (),
    "event": ((EVENTS, behaviour.events),),
    "order_rows": ((ORDERS, purchases.orders_of_rows), (ORDER_LINES, purchases.lines_of_rows)),
    "receipt": ((ORDERS, purchases.orders_of_receipts), (ORDER_LINES, purchases.lines_of_receipts)),
    "order_line": ((ORDER_LINES, purchases.lines_of_their_own),),
    "product": ((PRODUCTS, reference.products),),
    "ad_spend": ((AD_SPEND, reference.ad_spend),),
    "coupon_offer": ((COUPON_OFFERS, reference.coupon_offers),),
    "campaign_contact": ((CAMPAIGN_CONTACTS, behaviour.campaign_contacts),),
    "redemption": ((COUPONS, behaviour.coupons),),
    "consent": ((CONSENTS, behaviour.consents),),
}


def fact_tables(contract: SourceContract) -> tuple[TableContract, ...]:
    """The fact tables that a feed fills."""
    return tuple(table for table, _ in _builders(contract))


def facts(passed: DataFrame, links: DataFrame, contract: SourceContract) -> list[tuple[TableContract, DataFrame]]:
    """The fact rows of one feed by table, each conforming to its contract.

    links: one row per (source, _link), with the `record_sk` it stands for.
    """
    # Reserved names: a feed may have columns called source or brand of its own.
    rows = passed.withColumns({"_source": F.lit(contract.name), "_brand": F.lit(contract.brand)})
    if tells_of_people(contract):
        here = links.where(F.col("source") == contract.name).select("_link", "record_sk")
        # here: one row per raw link of this feed, a fraction of the facts.
        rows = rows.withColumn("_link", link_key(contract)).join(F.broadcast(here), "_link", "left")
    return [(table, conform(build(rows, contract), table)) for table, build in _builders(contract)]


def _builders(contract: SourceContract) -> list[tuple[TableContract, Builder]]:
    """Those of the feed's kind; a table of orders may leave their lines to others, one of people may state consents."""
    has_lines = contract.kind != "receipt" or contract.column_of("lines") is not None
    of_kind = [(table, build) for table, build in BUILDERS[contract.kind] if has_lines or table is not ORDER_LINES]
    return [*of_kind, (CONSENTS, stated_consents)] if contract.consents else of_kind
