"""What the company keeps about itself: products, advertising spend, coupon offers."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.fields import field
from cdp_lake.silver.normalise.money import currency_code

_MONEY = "decimal(18,4)"
_PRODUCT_TEXTS = (
    "product_id",
    "product_name",
    "product_name_zh",
    "product_brand",
    "department",
    "department_zh",
    "category",
    "product_type",
    "package_size",
)


def products(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per product: its newest version."""
    updated = field(contract, "updated_at", "timestamp")
    shaped = rows.select(
        *[field(contract, name) for name in _PRODUCT_TEXTS],
        field(contract, "unit_cost_amount", _MONEY),
        currency_code(field(contract, "currency")).alias("currency"),
        updated,
        "_record_id",
    )
    values = F.struct(*[F.col(name) for name in shaped.columns if name != "product_id"])
    newest = F.struct(F.col("updated_at"), F.col("_record_id"))
    latest = shaped.groupBy("product_id").agg(F.max_by(values, newest).alias("v"))
    return latest.select("product_id", "v.*")


def ad_spend(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per campaign, channel and day."""
    return rows.select(
        field(contract, "campaign_id"),
        field(contract, "channel"),
        field(contract, "spent_on", "date"),
        field(contract, "amount", _MONEY),
        currency_code(field(contract, "currency")).alias("currency"),
        field(contract, "impression_count", "bigint"),
        field(contract, "click_count", "bigint"),
        "_record_id",
    )


def coupon_offers(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per campaign, coupon and product."""
    names = ("campaign_id", "coupon_upc", "product_id")
    return rows.select(*[field(contract, name) for name in names], "_record_id")
