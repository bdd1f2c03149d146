"""Facts by the reference engine: SQL of each fact table's rows from one feed that passed."""

# ruff: noqa: S608 - SQL is made from settings, never from data
from __future__ import annotations

from collections.abc import Callable

from cdp_lake.config.sources import SourceContract
from reference.engine import quoted, text

MONEY = "DECIMAL(18, 4)"
Builder = Callable[[SourceContract], str]


def facts_query(table: str, contract: SourceContract) -> str | None:
    """SQL of the rows that a feed gives a silver table; None for a kind of feed that gives it none."""
    builder = BUILDERS.get((contract.kind, table))
    return builder(contract) if builder else None


def column(contract: SourceContract, field: str, kind: str = "VARCHAR") -> str:
    """SQL of the column that fills a field; a null of that type when the feed has none."""
    found = contract.column_of(field)
    return f"CAST({quoted(found.name) if found else 'NULL'} AS {kind})"


def named(contract: SourceContract, *fields: str, kind: str = "VARCHAR") -> str:
    """SQL of several fields under their own names."""
    return ", ".join(f"{column(contract, field, kind)} AS {quoted(field)}" for field in fields)


def _person(contract: SourceContract) -> str:
    return f"{text(contract.name)} AS source, record_sk, {text(contract.brand)} AS brand"


def _currency(contract: SourceContract) -> str:
    return f"currency_of({column(contract, 'currency')}) AS currency"


def _rows(contract: SourceContract) -> str:
    return f"linked_{contract.name}"


def _events(contract: SourceContract) -> str:
    received, sent = column(contract, "received_at", "TIMESTAMPTZ"), column(contract, "sent_at", "TIMESTAMPTZ")
    name = f"coalesce({column(contract, 'event_name')}, {column(contract, 'screen_name')})"
    return f"""
        SELECT {_person(contract)}, {named(contract, "event_id")},
               lower({column(contract, "event_type")}) AS event_type, {name} AS event_name,
               _occurred_at AS occurred_at, {received} AS received_at, CAST(_occurred_at AS DATE) AS occurred_on,
               epoch_us({received}) // 1000000 - epoch_us({sent}) // 1000000 AS clock_skew_seconds,
               {named(contract, "product_id", "order_id", "page_path", "device_type", "locale")},
               {named(contract, "amount", kind=MONEY)}, {_currency(contract)}
        FROM {_rows(contract)}"""


def _order(contract: SourceContract) -> str:
    """The columns that orders of rows and receipts share."""
    at = column(contract, "ordered_at", "TIMESTAMPTZ")
    channel = text(contract.order_channel) if contract.order_channel else "NULL"
    return (
        f"{_person(contract)}, {named(contract, 'order_id')}, CAST({channel} AS VARCHAR) AS channel, "
        f"{at} AS ordered_at, CAST({at} AS DATE) AS ordered_on, {named(contract, 'amount', kind=MONEY)}, "
        f"{_currency(contract)}, {named(contract, 'store_id')}"
    )


def _orders_of_rows(contract: SourceContract) -> str:
    discount = f"coalesce({column(contract, 'discount_amount', MONEY)}, 0::{MONEY})"
    return f"""
        SELECT {_order(contract)}, {named(contract, "status")}, {discount} AS discount_amount,
               CASE WHEN {column(contract, "coupon_code")} IS NOT NULL THEN 1 ELSE 0 END AS coupon_count
        FROM {_rows(contract)} WHERE {column(contract, "ordered_at")} IS NOT NULL"""


def _lines_of_rows(contract: SourceContract) -> str:
    off = f"coalesce({column(contract, 'line_discount_amount', MONEY)}, 0::{MONEY})"
    price, quantity = column(contract, "unit_price", MONEY), column(contract, "quantity", MONEY)
    amount = f"CAST({price} * {quantity} - {off} AS {MONEY})"
    return f"""
        WITH dates AS (
            SELECT {column(contract, "order_id")} AS of_order, {_currency(contract)},
                   CAST({column(contract, "ordered_at", "TIMESTAMPTZ")} AS DATE) AS ordered_on
            FROM {_rows(contract)} WHERE {column(contract, "ordered_at")} IS NOT NULL)
        SELECT {text(contract.name)} AS source, lines.*, dates.ordered_on, dates.currency
        FROM (SELECT {named(contract, "order_id", "product_id")}, _line_key AS line_key, {quantity} AS quantity,
                     {amount} AS amount, {off} AS discount_amount FROM {_rows(contract)}) lines
        LEFT JOIN dates ON dates.of_order = lines.order_id"""


def _orders_of_receipts(contract: SourceContract) -> str:
    coupons = contract.column_of("coupons")
    count = f"coalesce(json_array_length(TRY_CAST({quoted(coupons.name)} AS JSON)), 0)" if coupons else "0"
    discount = (
        f"coalesce(list_sum(list_transform({_lines(contract)}, lambda item: {_item(contract, 'discount_amount')})), 0)"
    )
    return f"""
        SELECT {_order(contract)}, 'completed' AS status, CAST({discount} AS {MONEY}) AS discount_amount,
               CAST({count} AS INTEGER) AS coupon_count
        FROM {_rows(contract)}"""


def _lines_of_receipts(contract: SourceContract) -> str:
    at = column(contract, "ordered_at", "TIMESTAMPTZ")
    money = {name: f"CAST({_item(contract, name)} AS {MONEY})" for name in ("quantity", "amount", "discount_amount")}
    return f"""
        SELECT {text(contract.name)} AS source, order_id, ordered_on, currency,
               CAST({_item(contract, "line_no")} AS VARCHAR) AS line_key, {_item(contract, "product_id")} AS product_id,
               {money["quantity"]} AS quantity, {money["amount"]} AS amount,
               coalesce({money["discount_amount"]}, 0::{MONEY}) AS discount_amount
        FROM (SELECT {named(contract, "order_id")}, CAST({at} AS DATE) AS ordered_on, {_currency(contract)},
                     unnest({_lines(contract)}) AS item FROM {_rows(contract)})"""


def _lines(contract: SourceContract) -> str:
    found = contract.column_of("lines")
    return quoted(found.name) if found else "[]"


def _item(contract: SourceContract, field: str) -> str:
    lines = contract.column_of("lines")
    parts = [c for c in (lines.columns if lines else ()) if (c.field or c.name) == field]
    return f"item.{quoted(parts[0].name)}" if parts else "NULL"


def _products(contract: SourceContract) -> str:
    texts = ("product_name", "product_name_zh", "product_brand", "department", "department_zh")
    others = ("category", "product_type", "package_size")
    newest = "PARTITION BY product_id ORDER BY updated_at DESC NULLS LAST, _record_id DESC"
    return f"""
        SELECT * EXCLUDE (_record_id, place) FROM (
            SELECT *, row_number() OVER ({newest}) AS place FROM (
                SELECT {named(contract, "product_id", *texts, *others)}, {_currency(contract)}, _record_id,
                       {named(contract, "unit_cost_amount", kind=MONEY)},
                       {named(contract, "updated_at", kind="TIMESTAMPTZ")}
                FROM {_rows(contract)}))
        WHERE place = 1"""


def _ad_spend(contract: SourceContract) -> str:
    return (
        f"SELECT {named(contract, 'campaign_id', 'channel')}, {named(contract, 'spent_on', kind='DATE')}, "
        f"{named(contract, 'amount', kind=MONEY)}, {_currency(contract)}, "
        f"{named(contract, 'impression_count', 'click_count', kind='BIGINT')} FROM {_rows(contract)}"
    )


def _coupon_offers(contract: SourceContract) -> str:
    return f"SELECT {named(contract, 'campaign_id', 'coupon_upc', 'product_id')} FROM {_rows(contract)}"


def _campaign_contacts(contract: SourceContract) -> str:
    at = named(contract, "contacted_at", kind="TIMESTAMPTZ")
    texts = named(contract, "campaign_id", "channel", "subject")
    return f"SELECT {texts}, {at}, record_sk, {text(contract.brand)} AS brand FROM {_rows(contract)}"


def _coupons(contract: SourceContract) -> str:
    texts = named(contract, "redemption_id", "campaign_id", "coupon_upc")
    return f"SELECT {_person(contract)}, {texts}, {named(contract, 'redeemed_on', kind='DATE')} FROM {_rows(contract)}"


def _consents(contract: SourceContract) -> str:
    texts = named(contract, "decision_id", "purpose", "channel", "recipient", "status", "source_system")
    at = named(contract, "decided_at", kind="TIMESTAMPTZ")
    return f"SELECT {_person(contract)}, {texts}, {at} FROM {_rows(contract)}"


BUILDERS: dict[tuple[str, str], Builder] = {
    ("event", "events"): _events,
    ("order_rows", "orders"): _orders_of_rows,
    ("order_rows", "order_lines"): _lines_of_rows,
    ("receipt", "orders"): _orders_of_receipts,
    ("receipt", "order_lines"): _lines_of_receipts,
    ("product", "products"): _products,
    ("ad_spend", "ad_spend"): _ad_spend,
    ("coupon_offer", "coupon_offers"): _coupon_offers,
    ("campaign_contact", "campaign_contacts"): _campaign_contacts,
    ("redemption", "coupons"): _coupons,
    ("consent", "consents"): _consents,
}
