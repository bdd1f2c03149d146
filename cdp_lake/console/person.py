"""A person on one screen: golden record, identifiers, traits, scores, segments, what they did last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid, pairs

if TYPE_CHECKING:
    from cdp_lake.stages.show_profile import Person

MOST_VALUES = 5
_SHOWN_APART = ("profile_id", "identifiers", "_row_hash")


def person(found: Person) -> Iterator[RenderableType]:
    """All tables about one person."""
    golden = found.golden
    if found.asked:
        yield Text(f"{found.asked} was merged into {golden['profile_id']}", style="yellow")
    kept = [(name, plain(value)) for name, value in golden.items() if name not in _SHOWN_APART and value is not None]
    yield pairs(f"Profile {golden['profile_id']}", kept)
    rows = [row for shown in _by_namespace(found.identifiers).values() for row in shown]
    yield grid("Identifiers", ("namespace", "value", "told by", "evidence"), rows)
    for family, traits in found.traits.items():
        yield pairs(f"Traits: {family}", [(name, plain(value)) for name, value in traits])
    if found.scores:
        scores = [
            (s["model"], f"{s['score']:.3f}", s["decile"], s["model_version"], plain(s["scored_at"]))
            for s in found.scores
        ]
        yield grid("Scores", ("model", "score#", "decile#", "version", "at (UTC)"), scores)
    segments = [(s["segment"], plain(s["entered_at"])) for s in found.segments]
    yield grid("Segments", ("segment", "since (UTC)"), segments or [("none", None)])
    yield from deeds(found)


def _by_namespace(identifiers: list[dict[str, Any]]) -> dict[str, list[tuple[Any, ...]]]:
    """Rows by namespace, the first few of each: a good customer has hundreds of orders."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for i in identifiers:
        rows.setdefault(i["namespace"], []).append(
            (i["namespace"], i["value"], i["sources"], _verdict(i["refused_by"]))
        )
    few = {name: shown[:MOST_VALUES] for name, shown in rows.items()}
    for name, shown in rows.items():
        if len(shown) > MOST_VALUES:
            few[name].append((name, f"and {len(shown) - MOST_VALUES:,} more", "", ""))
    return few


def deeds(found: Person, most: int | None = None) -> Iterator[RenderableType]:
    """Their last orders and events, the newest first; at most so many of each."""
    if found.orders:
        rows = [
            (
                plain(o["ordered_at"]),
                o["channel"],
                o["order_id"],
                f"{plain(o['amount'])} {o['currency'] or ''}",
                o["source"],
            )
            for o in found.orders[:most]
        ]
        yield grid("Last orders", ("at (UTC)", "channel", "order", "amount#", "source"), rows)
    if found.events:
        rows = [
            (
                plain(e["occurred_at"]),
                e["event_name"] or e["event_type"],
                e["product_id"] or e["page_path"],
                e["device_type"],
                e["source"],
            )
            for e in found.events[:most]
        ]
        yield grid("Last events", ("at (UTC)", "event", "about", "device", "source"), rows)


def _verdict(refused_by: str | None) -> str:
    return "yes" if refused_by is None else f"no: {refused_by.replace('_', ' ')}"


def plain(value: Any) -> Any:
    """A value as a table shows it: times to the minute in UTC, amounts with two places."""
    if isinstance(value, datetime):
        return f"{value.astimezone(timezone.utc):%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return value
