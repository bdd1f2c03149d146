"""One visit after the year that was generated: somebody looks around, says who they are, and orders for pick-up.

It is what the demo's streaming act sends. The person is one of the shop's, and in none of its traps; the same seed,
person and time give the same messages.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cdp_lake.synthetic.chance import stream, uuids

TOPIC_OF_CHANCE = "visit"
_CENT = Decimal("0.01")
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@dataclass(frozen=True)
class Guest:
    """Who comes: what the truth knows of a person."""

    email: str
    given_name: str
    family_name: str


@dataclass(frozen=True)
class Goods:
    """A product that is looked at and bought, with its price."""

    product_id: str
    price: Decimal


@dataclass(frozen=True)
class Visit:
    """The calls that a page sends one by one, in the Segment form, and what the order's system tells meanwhile."""

    anonymous_id: str
    order_id: str
    calls: tuple[dict[str, Any], ...]
    order_states: tuple[str, ...]


def guests(people: Sequence[Mapping[str, str]], traps: Sequence[Mapping[str, str]]) -> list[Guest]:
    """The people of the truth who have an address of their own and are in no trap, in order.

    people, traps: rows of truth/people.csv and truth/traps.csv.
    """
    trapped = {row["person_id"] for row in traps}
    shared = {value for value, holders in Counter(row["email"] for row in people).items() if holders > 1}
    return [
        Guest(row["email"], row["given_name"], row["family_name"])
        for row in people
        if row["email"] and row["email"] not in shared and row["person_id"] not in trapped
    ]


def anonymous_id(seed: int) -> str:
    """The browser of the visit with that seed, before anybody knows whose it is."""
    return _ids(seed, 1)[0]


def visit(seed: int, guest: Guest, basket: Sequence[Goods], ends_at: datetime) -> Visit:
    """The visit that ends with an order of the basket at that time, in UTC."""
    browser, *messages = _ids(seed, 5 + len(basket))
    order_id = f"PU-{seed}"
    total = sum((goods.price for goods in basket), Decimal(0)).quantize(_CENT)
    bodies = list(_bodies(guest, basket, order_id, total))
    begins = ends_at - timedelta(minutes=len(bodies) - 1)
    calls = tuple(
        {
            **body,
            "messageId": message,
            "anonymousId": browser,
            "timestamp": _text(begins + timedelta(minutes=minute)),
            "context": {"userAgent": _BROWSER, "locale": "en-US", "page": {"path": path}},
        }
        for minute, (message, (body, path)) in enumerate(zip(messages, bodies, strict=True))
    )
    states = (("pending", ends_at), ("processing", ends_at + timedelta(minutes=5)))
    told = tuple(_order(order_id, guest, basket, (ends_at, changed), status) for status, changed in states)
    return Visit(browser, order_id, calls, told)


def _ids(seed: int, count: int) -> list[str]:
    return uuids(stream(seed, TOPIC_OF_CHANCE), count)


def _bodies(
    guest: Guest, basket: Sequence[Goods], order_id: str, total: Decimal
) -> Iterator[tuple[dict[str, Any], str]]:
    """Each call with the page it happened on."""
    yield {"type": "page", "name": "Home", "properties": {}}, "/"
    for goods in basket:
        viewed = {"product_id": goods.product_id, "price": float(goods.price)}
        yield {"type": "track", "event": "Product Viewed", "properties": viewed}, f"/p/{goods.product_id}"
    yield {"type": "page", "name": "Pick-up", "properties": {}}, "/pick-up"
    yield {"type": "identify", "traits": {"email": guest.email}}, "/pick-up"
    bought = {"order_id": order_id, "total": float(total), "currency": "USD"}
    yield {"type": "track", "event": "Order Completed", "properties": bought}, "/pick-up"


def _order(order_id: str, guest: Guest, basket: Sequence[Goods], times: tuple[datetime, datetime], status: str) -> str:
    """One state of the order, as WooCommerce's REST interface gives it."""
    created, modified = times
    lines = [
        {"id": number, "product_id": goods.product_id, "quantity": 1, "total": str(goods.price)}
        for number, goods in enumerate(basket, 1)
    ]
    order = {
        "id": order_id,
        "status": status,
        "currency": "USD",
        "date_created_gmt": _text(created),
        "date_modified_gmt": _text(modified),
        "total": str(sum((goods.price for goods in basket), Decimal(0)).quantize(_CENT)),
        "customer_id": 0,
        "billing": {"first_name": guest.given_name, "last_name": guest.family_name, "email": guest.email},
        "line_items": lines,
    }
    return json.dumps(order)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
