"""The vocabulary of traits.yml: which facts there are, when each happened, and the columns a trait may use."""

from __future__ import annotations

from dataclasses import dataclass

from cdp_lake.contracts import silver
from cdp_lake.contracts.gold import PROFILES
from cdp_lake.contracts.table import TableContract

PRODUCT_COLUMNS = ("product_brand", "department", "category", "product_type")
# Calendar of the fact in the lake's business time zone; weekday 1 is Monday.
DAY_COLUMNS = {"day": "DATE", "weekday": "BIGINT"}
CLOCK_COLUMNS = DAY_COLUMNS | {"hour": "BIGINT"}


@dataclass(frozen=True)
class Fact:
    """One kind of fact. `tie` ends in an id, so that two facts of one instant have an order."""

    time: str
    tie: tuple[str, ...]
    columns: dict[str, str]
    is_dated: bool = False
    family: str = "transactions"


def _open_columns(table: TableContract, *others: TableContract, only: tuple[str, ...] = ()) -> dict[str, str]:
    """Columns of the tables that hold no personal value; `only` narrows the other tables."""
    own = {c.name: c.type for c in table.columns if not c.pii and not c.name.startswith("_")}
    joined = {c.name: c.type for other in others for c in other.columns if c.name in only}
    return {name: "BIGINT" if kind == "INT" else kind for name, kind in (own | joined).items()}


_LINE_EXTRAS = {"channel": "STRING", "store_id": "STRING", "ordered_at": "TIMESTAMP"}
FACTS: dict[str, Fact] = {
    "orders": Fact("ordered_at", ("source", "order_id"), _open_columns(silver.ORDERS) | CLOCK_COLUMNS),
    "order_lines": Fact(
        "ordered_at",
        ("source", "order_id", "line_key"),
        _open_columns(silver.ORDER_LINES, silver.PRODUCTS, only=PRODUCT_COLUMNS) | _LINE_EXTRAS | CLOCK_COLUMNS,
    ),
    "events": Fact(
        "occurred_at",
        ("source", "event_id"),
        _open_columns(silver.EVENTS) | {"starts_session": "BOOLEAN"} | CLOCK_COLUMNS,
        family="behaviour",
    ),
    "campaign_contacts": Fact(
        "contacted_at",
        ("campaign_id", "channel", "subject"),
        _open_columns(silver.CAMPAIGN_CONTACTS) | CLOCK_COLUMNS,
        family="engagement",
    ),
    "coupons": Fact(
        "redeemed_on",
        ("source", "redemption_id"),
        _open_columns(silver.COUPONS) | DAY_COLUMNS,
        is_dated=True,
        family="engagement",
    ),
}
PROFILE_COLUMNS: dict[str, str] = {
    c.name: "BIGINT" if c.type == "INT" else c.type for c in PROFILES.columns if not c.name.startswith("_")
}
PERSONAL_PROFILE_COLUMNS = frozenset(PROFILES.personal_columns)
