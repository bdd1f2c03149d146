"""What people bought: orders and their lines, from row-per-line exports and from nested receipts."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.fields import field
from cdp_lake.silver.normalise.money import currency_code

_MONEY = "decimal(18,4)"


def orders_of_rows(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per order: only the first row of an order carries the order's own fields."""
    discount = F.coalesce(field(contract, "discount_amount", _MONEY), F.lit(0).cast(_MONEY))
    first_rows = rows.where(field(contract, "ordered_at").isNotNull())
    return first_rows.select(
        *_order_columns(contract),
        field(contract, "status"),
        field(contract, "store_id").alias("store_id") if contract.column_of("store_id") else _no_text("store_id"),
        discount.alias("discount_amount"),
        F.when(field(contract, "coupon_code").isNotNull(), 1).otherwise(0).alias("coupon_count"),
        F.col("_record_id"),
    )


def lines_of_rows(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per line; its date is the order's, taken from the order's first row."""
    # dates: one row per order.
    dates = rows.where(field(contract, "ordered_at").isNotNull()).select(
        field(contract, "order_id").alias("_order"),
        F.to_date(field(contract, "ordered_at", "timestamp")).alias("ordered_on"),
        currency_code(field(contract, "currency")).alias("currency"),
    )
    lines = rows.select(
        F.col("_source").alias("source"),
        "_record_id",
        field(contract, "order_id"),
        # Identical lines of one order are two lines: the record's number in its file tells them apart.
        F.col("_line_key").alias("line_key"),
        field(contract, "product_id"),
        field(contract, "quantity", _MONEY),
        _line_amount(contract, "line_discount_amount").alias("amount"),
        F.coalesce(field(contract, "line_discount_amount", _MONEY), F.lit(0).cast(_MONEY)).alias("discount_amount"),
    )
    return lines.join(dates, lines["order_id"] == dates["_order"], "left")


def orders_of_receipts(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per receipt."""
    lines = contract.column_of("lines")
    discounts = [c for c in lines.columns if c.field == "discount_amount"] if lines else []
    total = _sum_of(F.col(lines.name), discounts[0]) if lines and discounts else F.lit(0).cast(_MONEY)
    return rows.select(
        *_order_columns(contract),
        F.coalesce(field(contract, "status"), F.lit("completed")).alias("status"),
        field(contract, "store_id"),
        total.alias("discount_amount"),
        _coupon_count(contract).alias("coupon_count"),
        F.col("_record_id"),
    )


def lines_of_receipts(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per line of a receipt; a line that has no number of its own is known by its place."""
    (lines,) = [column for column in contract.columns if column.field == "lines"]
    date = F.to_date(field(contract, "ordered_at", "timestamp")).alias("ordered_on")
    order_id, currency = field(contract, "order_id"), currency_code(field(contract, "currency")).alias("currency")
    flat = rows.select(
        "_source", "_record_id", order_id, date, currency, F.posexplode(lines.name).alias("place", "line")
    )
    item = {c.field or c.name: F.col("line")[c.name] for c in lines.columns}
    number, discount = item.get("line_no", F.col("place") + 1), item.get("discount_amount", F.lit(None)).cast(_MONEY)
    return flat.select(
        F.col("_source").alias("source"),
        "_record_id",
        "order_id",
        "ordered_on",
        "currency",
        number.cast("string").alias("line_key"),
        item.get("product_id", F.lit(None)).cast("string").alias("product_id"),
        item.get("quantity", F.lit(None)).cast(_MONEY).alias("quantity"),
        item.get("amount", F.lit(None)).cast(_MONEY).alias("amount"),
        F.coalesce(discount, F.lit(0).cast(_MONEY)).alias("discount_amount"),
    )


def lines_of_their_own(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per line of a feed that has nothing else: under the source of its order, whether that has come or not.

    Nothing of the order is copied to it, its date included: what a line is must not depend on which came first.
    """
    cost = F.coalesce(field(contract, "amount", _MONEY), _line_amount(contract, "discount_amount"))
    return rows.select(
        F.lit(contract.lines_of).alias("source"),
        "_record_id",
        field(contract, "order_id"),
        field(contract, "line_no") if contract.column_of("line_no") else F.col("_line_key").alias("line_no"),
        F.to_date(field(contract, "ordered_at", "timestamp")).alias("ordered_on"),
        field(contract, "product_id"),
        field(contract, "quantity", _MONEY),
        cost.alias("amount"),
        currency_code(field(contract, "currency")).alias("currency"),
        F.coalesce(field(contract, "discount_amount", _MONEY), F.lit(0).cast(_MONEY)).alias("discount_amount"),
    ).withColumnRenamed("line_no", "line_key")


def _order_columns(contract: SourceContract) -> list[Column]:
    ordered_at = field(contract, "ordered_at", "timestamp")
    return [
        F.col("_source").alias("source"),
        F.col("record_sk"),
        F.col("_brand").alias("brand"),
        field(contract, "order_id"),
        F.lit(contract.order_channel).alias("channel"),
        ordered_at.alias("ordered_at"),
        F.to_date(ordered_at).alias("ordered_on"),
        field(contract, "amount", _MONEY),
        currency_code(field(contract, "currency")).alias("currency"),
    ]


def _line_amount(contract: SourceContract, discount_field: str) -> Column:
    """What the line cost: price times quantity, less its own discount."""
    discount = F.coalesce(field(contract, discount_field, _MONEY), F.lit(0))
    return (field(contract, "unit_price", _MONEY) * field(contract, "quantity", _MONEY) - discount).cast(_MONEY)


def _sum_of(items: Column, column: SourceColumn) -> Column:
    zero = F.lit(0).cast("decimal(28,4)")

    def plus(total: Column, item: Column) -> Column:
        return (total + F.coalesce(item[column.name], F.lit(0))).cast("decimal(28,4)")

    return F.aggregate(items, zero, plus).cast(_MONEY)


def _coupon_count(contract: SourceContract) -> Column:
    column = contract.column_of("coupons")
    if column is None:
        return F.lit(0)
    return F.coalesce(F.size(F.from_json(F.col(column.name), "array<string>")), F.lit(0))


def _no_text(name: str) -> Column:
    return F.lit(None).cast("string").alias(name)
