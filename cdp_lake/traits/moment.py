"""The moment traits are computed for: what is known then, and where its calendar windows begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.facts import FACTS

AT = "_at"


@dataclass(frozen=True)
class Moment:
    """An instant and the business time zone in which days are counted; a naive time is UTC."""

    as_of: datetime
    zone: str

    @property
    def local(self) -> datetime:
        """The instant on the business clock."""
        aware = self.as_of if self.as_of.tzinfo else self.as_of.replace(tzinfo=timezone.utc)
        return aware.astimezone(ZoneInfo(self.zone))

    @property
    def today(self) -> date:
        """The business date of the instant."""
        return self.local.date()

    @property
    def instant(self) -> Column:
        """The instant itself as a literal."""
        return F.lit(self.local.astimezone(timezone.utc))

    def days_before(self, days: int) -> Column:
        """The same time on the business clock so many calendar days earlier, whatever daylight saving did."""
        # Arithmetic within one zone moves the wall clock; only the way back to UTC looks at the offset.
        return F.lit((self.local - timedelta(days=days)).astimezone(timezone.utc))

    def days_since(self, day: Column) -> Column:
        """Business days between a date and today."""
        return F.datediff(F.lit(self.today), day).cast("bigint")

    def day_of(self, instant: Column) -> Column:
        """Business date of an instant."""
        return F.to_date(F.from_utc_timestamp(instant, self.zone))


def known_at(facts: DataFrame, name: str, moment: Moment) -> DataFrame:
    """The facts that had happened at the moment, with their instant `_at` and their business calendar."""
    fact = FACTS[name]
    if fact.is_dated:
        # A fact with only a date is known when its day is over: half a day must not leak into a midnight cut-off.
        over = F.to_utc_timestamp(F.date_add(fact.time, 1).cast("timestamp"), moment.zone)
        timed = facts.withColumn(AT, over).withColumn("day", F.col(fact.time))
    else:
        clock = F.from_utc_timestamp(F.col(fact.time), moment.zone)
        timed = facts.withColumn(AT, F.col(fact.time)).withColumn("day", F.to_date(clock))
        timed = timed.withColumn("hour", F.hour(clock).cast("bigint"))
    # weekday() counts from Monday as 0.
    known = timed.where(F.col(AT) <= moment.instant)
    return known.withColumn("weekday", F.weekday("day").cast("bigint") + 1)
