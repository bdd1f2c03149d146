"""What is measured of a batch in one pass: how many rows, how empty, how varied, how fresh. Aggregates only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.history import DISTINCT_SHARE, HOURS_BEHIND, NULL_SHARE, ROWS, VALUE_SHARE, Watched
from cdp_lake.config.sources import SourceContract

# So many values of a column keep a share of their own. Up to the second number they are counted exactly.
TOP_VALUES, TRACKED_VALUES = 20, 10_000
NO_VALUE = "(null)"
_SECONDS = 3600.0


class Measure(NamedTuple):
    """One number about a table or source; subject is a column, or `column=value`, or empty for the whole."""

    name: str
    measure: str
    subject: str
    value: float


@dataclass(frozen=True)
class Question:
    """What is asked of the rows of one table or source.

    counted_as: `rows` or `records`. latest: when a row happened, as a column or an expression.
    """

    name: str
    nulls: tuple[str, ...] = ()
    distincts: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    latest: Column | None = None
    counted_as: str = ROWS


def of_table(watched: Watched) -> Question:
    """What is asked of a table."""
    latest = F.col(watched.time) if watched.time else None
    return Question(watched.name, watched.columns, watched.columns, watched.values, latest)


def of_source(contract: SourceContract, watched: Watched, latest: Column | None) -> Question:
    """What is asked of the parsed records of a source: nulls of every column, shares of those with few, named values.

    How fresh it is, only sound records tell: those set aside may say that they are of the year 3000.
    """
    sound = None if latest is None else F.when(F.size("rules") == 0, latest)
    flat = [column for column in contract.columns if column.type != "list"]
    named = {column.name for column in flat if column.one_of and not column.pii} | set(watched.values)
    values = tuple(column.name for column in flat if column.name in named)
    nulls = tuple(column.name for column in contract.columns)
    return Question(contract.name, nulls, watched.columns, values, sound, "records")


def measured(rows: DataFrame, asked: Question, as_of: datetime) -> DataFrame:
    """One row per measure (name, measure, subject, value); one aggregate over the rows, whatever is asked.

    Distinct values are estimated (HyperLogLog++, some 5 % off), all else is exact.
    """
    one = rows.agg(F.count(F.lit(1)).alias("_rows"), *_aggregates(asked))
    fixed = F.array(*[_told(asked, *parts) for parts in _fixed(asked, as_of)])
    shares = [_value_shares(asked, number) for number in range(len(asked.values))]
    told = F.concat(fixed, *shares) if shares else fixed
    # A share of no rows is none.
    return one.select(F.inline(told)).where(F.col("value").isNotNull())


def _aggregates(asked: Question) -> list[Column]:
    found = [F.count_if(F.col(name).isNull()).alias(f"_null_{n}") for n, name in enumerate(asked.nulls)]
    found += [F.approx_count_distinct(name).alias(f"_distinct_{n}") for n, name in enumerate(asked.distincts)]
    found += [F.count(name).alias(f"_filled_{n}") for n, name in enumerate(asked.distincts)]
    found += [_top(name).alias(f"_top_{n}") for n, name in enumerate(asked.values)]
    if asked.latest is not None:
        found.append(F.max(asked.latest.cast("timestamp")).alias("_latest"))
    return found


def _top(name: str) -> Column:
    text = F.coalesce(F.col(name).cast("string"), F.lit(NO_VALUE))
    return F.call_function("approx_top_k", text, F.lit(TOP_VALUES), F.lit(TRACKED_VALUES))


def _fixed(asked: Question, as_of: datetime) -> list[tuple[str, str, Column]]:
    """(measure, subject, value) of all that is not per value."""
    found = [(asked.counted_as, "", F.col("_rows"))]
    found += [(NULL_SHARE, name, _share(f"_null_{n}", "_rows")) for n, name in enumerate(asked.nulls)]
    found += [(DISTINCT_SHARE, name, _distinct_share(n)) for n, name in enumerate(asked.distincts)]
    if asked.latest is not None:
        seconds = F.unix_seconds(F.lit(as_of).cast("timestamp")) - F.unix_seconds("_latest")
        found.append((HOURS_BEHIND, "", seconds / _SECONDS))
    return found


def _distinct_share(number: int) -> Column:
    # An estimate may come out above what there is.
    share = _share(f"_distinct_{number}", f"_filled_{number}")
    return F.when(share > 1.0, 1.0).otherwise(share)


def _value_shares(asked: Question, number: int) -> Column:
    name = asked.values[number]

    def told(one: Column) -> Column:
        return _told(asked, VALUE_SHARE, F.concat(F.lit(f"{name}="), one["item"]), one["count"] / F.col("_rows"))

    return F.transform(f"_top_{number}", told)


def _told(asked: Question, measure: str, subject: str | Column, value: Column) -> Column:
    return F.struct(
        F.lit(asked.name).alias("name"),
        F.lit(measure).alias("measure"),
        (F.lit(subject) if isinstance(subject, str) else subject).alias("subject"),
        value.cast("double").alias("value"),
    )


def _share(part: str, whole: str) -> Column:
    return F.col(part) / F.nullif(F.col(whole), F.lit(0))
