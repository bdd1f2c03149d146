"""Facts with their profile and their place in time, as tables of the reference engine."""

# ruff: noqa: S608 - SQL is made from settings, never from data
from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from cdp_lake.config.facts import FACTS, PRODUCT_COLUMNS
from reference.engine import quoted, text

SESSION_GAP_SECONDS = 30 * 60


class Moment(NamedTuple):
    """The time traits are counted up to, on the clock of the business."""

    as_of: datetime
    zone: str

    @property
    def local(self) -> datetime:
        """The moment on the business clock."""
        return self.as_of.astimezone(ZoneInfo(self.zone))

    @property
    def today(self) -> str:
        """SQL of the business date."""
        return f"DATE '{self.local.date()}'"

    @property
    def instant(self) -> str:
        """SQL of the moment."""
        return instant(self.as_of)

    def days_before(self, days: int) -> str:
        """SQL of the same time of day so many calendar days earlier."""
        return instant(self.local - timedelta(days=days))

    def days_since(self, day: str) -> str:
        """SQL of the days from a date to today."""
        return f"date_diff('day', {day}, {self.today})"

    def day_of(self, at: str) -> str:
        """SQL of the business date of an instant."""
        return f"CAST(timezone({text(self.zone)}, {at}) AS DATE)"


def instant(at: datetime) -> str:
    """SQL of a point in time; one without a zone is UTC."""
    aware = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return f"TIMESTAMPTZ '{aware.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S.%f}+00'"


def literal(value: object) -> str:
    """SQL of a value of the settings."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case float():
            # A bare 0.7 would be a decimal; Spark compares doubles.
            return f"CAST({value!r} AS DOUBLE)"
        case datetime():
            return instant(value)
        case date():
            return f"DATE '{value}'"
        case _:
            return text(str(value))


def place_facts(db: duckdb.DuckDBPyConnection, scans: Mapping[str, str], moment: Moment) -> None:
    """Makes `fact_<name>`: what had happened at the moment, with profile, instant and business calendar.

    `scans` is SQL of each silver table, and of the assignments.
    """
    db.execute(
        f"CREATE TABLE people AS SELECT record_sk, profile_id FROM {scans['assignments']} "
        "WHERE entity_type = 'person' AND known_to IS NULL"
    )
    for name in ("orders", "events", "campaign_contacts", "coupons"):
        db.execute(
            f"CREATE VIEW of_people_{name} AS SELECT f.*, p.profile_id FROM {scans[name]} f "
            "JOIN people p USING (record_sk)"
        )
    products = ", ".join(f"p.{name}" for name in PRODUCT_COLUMNS)
    db.execute(
        "CREATE VIEW of_people_order_lines AS "
        f"SELECT l.*, o.profile_id, o.channel, o.store_id, o.ordered_at, {products} "
        f"FROM {scans['order_lines']} l JOIN of_people_orders o USING (source, order_id) "
        f"LEFT JOIN {scans['products']} p USING (product_id)"
    )
    for name in FACTS:
        db.execute(f"CREATE TABLE fact_{name} AS {_placed(name, moment)}")


def _placed(name: str, moment: Moment) -> str:
    fact, zone = FACTS[name], text(moment.zone)
    time = f"CAST({quoted(fact.time)} AS TIMESTAMPTZ)"
    if fact.is_dated:
        # What has only a date is known when that day is over.
        at, day, clock = f"timezone({zone}, CAST({fact.time} + 1 AS TIMESTAMP))", fact.time, ""
    else:
        at, day = time, moment.day_of("_at")
        clock = f"CAST(hour(timezone({zone}, _at)) AS BIGINT) AS hour, "
    source = f"SELECT *, {at} AS _at{_session_start(time) if name == 'events' else ''} FROM of_people_{name}"
    calendar = f"{day} AS day, {clock}CAST(isodow({day}) AS BIGINT) AS weekday"
    return f"SELECT * REPLACE ({_utc(fact)}), {calendar} FROM ({source}) WHERE _at <= {moment.instant}"


def _utc(fact: object) -> str:
    """SQL that reads the fact's times as UTC, which Spark's Parquet leaves open."""
    times = [name for name, kind in getattr(fact, "columns", {}).items() if kind == "TIMESTAMP"]
    return ", ".join(f"CAST({quoted(n)} AS TIMESTAMPTZ) AS {quoted(n)}" for n in times) or "profile_id AS profile_id"


def _session_start(time: str) -> str:
    before = f"lag({time}) OVER (PARTITION BY profile_id ORDER BY {time}, source, event_id)"
    gap = f"epoch_us({time}) // 1000000 - epoch_us({before}) // 1000000"
    return f", coalesce({gap} > {SESSION_GAP_SECONDS}, true) AS starts_session"
