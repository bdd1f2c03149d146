"""Web and app events in the Segment form, one JSON object per line, filed by month or quarter of arrival."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cdp_lake.synthetic import events as ev
from cdp_lake.synthetic.chance import Ints
from cdp_lake.synthetic.damage import event_damage
from cdp_lake.synthetic.events import message_ids
from cdp_lake.synthetic.landing import Output
from cdp_lake.synthetic.sources.logins import Clickstream, identify_traits, note_visits
from cdp_lake.synthetic.words import SEARCHES

PAGES = ("Home", "Deals", "Weekly Ad", "Recipes", "Stores", "My List")
TYPES = {ev.PAGE: "page", ev.LOGIN: "identify", ev.GROUP: "group", ev.ALIAS: "alias"}
YEAR_MONTH = 47 * 12  # months from 1970 to January 2017
EXPLICIT_TIMESTAMP = 24  # one event in so many carries `timestamp` as well


def write_clickstream(clicks: Clickstream, output: Output) -> None:
    """Twelve web files and four app files, each in order of arrival."""
    rng = clicks.world.chance("clickstream")
    note_visits(clicks, output.ledger)
    traits = identify_traits(clicks, output.ledger)
    month = clicks.events.received.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64) - YEAR_MONTH
    month = np.clip(month, 0, 11)
    parts = [("web", m, ~clicks.app & (month == m), f"web/events_2017-{m + 1:02d}.ndjson") for m in range(12)]
    parts += [("app", q, clicks.app & (month // 3 == q), f"app/events_2017Q{q + 1}.ndjson") for q in range(4)]
    for source, number, chosen, file in parts:
        at = np.flatnonzero(chosen)
        at = at[np.argsort(clicks.events.received[at], kind="stable")]
        rows = list(_rows(clicks, at, traits))
        last = number == (11 if source == "web" else 3)
        bad = event_damage(rng, rows, (source, number + 1, last)) if rows else []
        output.landing.write_damaged(file, rows, (bad, rng))
    output.landing.write_odd("web/events_empty.ndjson", [], "empty_file", "zero bytes")


def _rows(clicks: Clickstream, at: Ints, traits: dict[int, str]) -> Iterator[str]:
    events, sessions, devices, people = clicks.events, clicks.sessions, clicks.devices, clicks.world.people
    session = events.session[at]
    users = [
        f'"userId":"{people[p].user_id}",' if known else ""
        for p, known in zip(sessions.person[session].tolist(), events.known[at].tolist(), strict=True)
    ]
    clocks = (
        np.datetime_as_string(column[at].astype("datetime64[ms]")).tolist()
        for column in (events.original, events.sent, events.received)
    )
    bodies, contexts = _bodies(clicks, at, traits)
    columns = (
        message_ids(clicks.world.seed, events.message[at]),
        sessions.device[session].tolist(),
        users,
        bodies,
        contexts,
        *clocks,
        events.draw[at].tolist(),
    )
    channel = "mobile" if len(at) and clicks.app[at[0]] else "web"
    for message, device, user, (kind, body), context, original, sent, received, draw in zip(*columns, strict=True):
        stated = "" if draw % EXPLICIT_TIMESTAMP else f'"timestamp":"{_plus(original, sent, received)}Z",'
        yield (
            f'{{"type":"{kind}","messageId":"{message}","anonymousId":"{devices.names[device]}",{user}{body},'
            f'"context":{{{context}{devices.contexts[device]}}},{stated}"originalTimestamp":"{original}Z",'
            f'"sentAt":"{sent}Z","receivedAt":"{received}Z","channel":"{channel}"}}'
        )


def _plus(original: str, sent: str, received: str) -> str:
    """The time a Segment server works out: arrival less the wait that the device measured."""
    wait = np.datetime64(sent) - np.datetime64(original)
    return str(np.datetime64(received) - wait)


def _bodies(clicks: Clickstream, at: Ints, traits: dict[int, str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Per event its type with the members that depend on it, and the page of its context."""
    events, sessions = clicks.events, clicks.sessions
    products = clicks.world.shop.lines.product[events.line[at]].tolist()
    orders = sessions.order[events.session[at]].tolist()
    devices = sessions.device[events.session[at]].tolist()
    columns = (
        events.action[at].tolist(),
        products,
        orders,
        devices,
        events.draw[at].tolist(),
        events.message[at].tolist(),
        clicks.app[at].tolist(),
    )
    bodies, contexts = [], []
    for action, product, order, device, draw, message, app in zip(*columns, strict=True):
        body, path = _body(clicks, (action, draw), (product, order))
        if action == ev.LOGIN:
            body = f'"traits":{{{traits[message]}}}'
        elif action == ev.ALIAS:
            body = f'"previousId":"{clicks.devices.names[device]}"'
        kind = TYPES.get(action, "track")
        bodies.append(("screen" if app and kind == "page" else kind, body))
        contexts.append("" if app else f'"page":{{"path":"{path}"}},')
    return bodies, contexts


def _body(clicks: Clickstream, event: tuple[int, int], about: tuple[int, int]) -> tuple[str, str]:
    """The members of an event about a product, an order or the shop, and the page it happened on."""
    (action, draw), (product, order) = event, about
    if action == ev.VIEW:
        viewed = f'"event":"Product Viewed","properties":{{{clicks.products[product]}}}'
        return viewed, f"/p/{clicks.world.catalogue.skus[product]}"
    if action == ev.ADD:
        return (
            f'"event":"Product Added","properties":{{{clicks.products[product]},"quantity":{draw % 3 + 1}}}',
            "/cart",
        )
    if action == ev.CHECKOUT:
        return f'"event":"Checkout Started","properties":{{"step":{draw % 2 + 1}}}', "/cart"
    if action == ev.ORDER:
        bought = f'"order_id":"{clicks.orders.names[order]}","revenue":{clicks.revenues[order]},"currency":"USD"'
        return f'"event":"Order Completed","properties":{{{bought}}}', "/cart"
    return _simple_body(clicks, action, draw), "/"


def _simple_body(clicks: Clickstream, action: int, draw: int) -> str:
    """The members of an event that depend on chance alone."""
    if action == ev.PAGE:
        return f'"name":"{PAGES[draw % len(PAGES)]}","properties":{{}}'
    if action == ev.SEARCH:
        return f'"event":"Products Searched","properties":{{"query":"{SEARCHES[draw % len(SEARCHES)]}"}}'
    if action == ev.COUPON:
        coupon = clicks.coupons[draw % len(clicks.coupons)]
        return f'"event":"Coupon Viewed","properties":{{"coupon_id":"{coupon}"}}'
    return f'"groupId":"club-{("gold", "silver", "green")[draw % 3]}","traits":{{}}'
