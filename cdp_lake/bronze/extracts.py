"""Extracts: how far a table of a database has been read, what is read next, and which of its rows are new.

A watermark is kept as text: ISO 8601 with microseconds, or the digits of a number.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# A moment says its offset; a local time is one of the source's zone.
WatermarkKind = Literal["moment", "local", "date", "number"]
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Position:
    """How far a table has been read: the highest watermark (None: no row had one yet) of a column.

    ahead: rows came along whose watermark lay in the future.
    """

    column: str
    watermark: str | None
    ahead: bool = False

    def text(self) -> str:
        """As ops.positions and ops.files keep it."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of(cls, text: str | None) -> Position | None:
        """Back from its text."""
        return cls(**json.loads(text)) if text else None


@dataclass(frozen=True)
class Window:
    """Which rows are read: from `low` up to `high`, both included; None where there is no such bound.

    Rows without a watermark, and those above `ceiling` (they are ahead of the clock), are read in every run.
    """

    low: str | None = None
    high: str | None = None
    ceiling: str | None = None
    undated: bool = False


@dataclass(frozen=True)
class Bounds:
    """How far a table goes now: the highest watermark (None: no row has one), rows without one, and rows ahead."""

    high: str | None
    undated: int
    ahead: int


def ceiling(kind: WatermarkKind, now: datetime, time_zone: str) -> str | None:
    """The highest watermark that is believed: now, in the zone the source writes in. Numbers have none.

    A row dated 2062 would move the position to 2062, and no row would be read until then.
    """
    if kind == "number":
        return None
    local = now.astimezone(timezone.utc if kind == "moment" else ZoneInfo(time_zone))
    if kind == "date":
        return local.date().isoformat()
    return (local if kind == "moment" else local.replace(tzinfo=None)).isoformat(timespec="microseconds")


def reached_back(watermark: str, kind: WatermarkKind, overlap: int | timedelta) -> str:
    """The watermark less the overlap, of dates in whole days. Raises ValueError where the two do not go together."""
    if (kind == "number") != isinstance(overlap, int) and overlap != 0:
        wanted = "a number such as 1000" if kind == "number" else "a duration such as PT10M"
        raise ValueError(f"its values are a {kind}, so `overlap` must be {wanted}")
    if kind == "number":
        return str(Decimal(watermark) - int(overlap or 0))  # type: ignore[arg-type]
    duration = overlap if isinstance(overlap, timedelta) else timedelta(0)
    if kind == "date":
        return (date.fromisoformat(watermark) - timedelta(days=math.ceil(duration / _DAY))).isoformat()
    return (datetime.fromisoformat(watermark) - duration).isoformat(timespec="microseconds")


def window_after(
    before: Position | None, bounds: Bounds, kind: WatermarkKind, overlap: int | timedelta, ceiling: str | None
) -> Window:
    """What to read now: above the position, less the overlap. All of a table that has gone back behind it.

    A table goes back when it is restored or filled anew. Raises ValueError where the overlap is of another kind.
    """
    low = None
    if bounds.high is not None:
        # Asked before there is a position too: an overlap that cannot be must be told in the first run.
        reached = reached_back(before.watermark if before and before.watermark else bounds.high, kind, overlap)
        went_back = _ordered(bounds.high, kind) < _ordered(reached, kind)
        low = reached if before and before.watermark and not went_back else None
    return Window(low, bounds.high, ceiling if bounds.ahead else None, bounds.undated > 0)


def batches_to_compare(
    files: Iterable[Mapping[str, Any]], window: Window, column: str, kind: WatermarkKind
) -> list[int] | None:
    """Landing batches that can hold a row of the window; None for all of them.

    files: the landed extracts of the source. What lies above `low` was landed by an extract that had reached `low`,
    for its watermark is part of the row.
    """
    if window.low is None or window.undated or window.ceiling is not None:
        return None
    low = _ordered(window.low, kind)

    def may_hold(at: Position | None) -> bool:
        if at is None or at.column != column or at.watermark is None or at.ahead:
            return True
        return bool(_ordered(at.watermark, kind) >= low)

    return sorted({file["batch_id"] for file in files if may_hold(Position.of(file["position"]))})


def unseen(extract: DataFrame, bronze: DataFrame) -> DataFrame:
    """The rows of an extract that bronze does not hold yet, or holds fewer copies of from any one extract.

    Both have `_record_hash`. All copies of such a row are given: the n-th of one file is known as that of another.
    """
    # known: one row per content; here: one row per content.
    per_file = bronze.groupBy("_record_hash", "_file_id").agg(F.count(F.lit(1)).alias("_copies"))
    known = per_file.groupBy("_record_hash").agg(F.max("_copies").alias("_known"))
    here = extract.groupBy("_record_hash").agg(F.count(F.lit(1)).alias("_copies"))
    more = here.join(known, "_record_hash", "left").where(F.col("_copies") > F.coalesce("_known", F.lit(0)))
    return extract.join(more.select("_record_hash"), "_record_hash", "left_semi")


def content(rows: DataFrame) -> DataFrame:
    """One row that tells the content whatever its order: records, bytes, and two sums over their hashes."""
    halves = [F.conv(F.substring("_record_hash", at, 15), 16, 10).cast("decimal(38,0)") for at in (1, 17)]
    return rows.agg(
        F.count(F.lit(1)).alias("records"),
        F.coalesce(F.sum(F.octet_length("payload")), F.lit(0)).alias("bytes"),
        *[F.sum(half).alias(f"sum_{n}") for n, half in enumerate(halves)],
    )


def content_id(source: str, *parts: object) -> str:
    """The id of what a source gave: the same for the same content."""
    return hashlib.sha256("\0".join([source, *map(str, parts)]).encode()).hexdigest()[:16]


def framed(placed: DataFrame, source: str, file_id: str) -> DataFrame:
    """One row per record, as framed files have them; `_place` counts from 0."""
    number = F.col("_place") + 1
    return placed.select(
        F.lit(source).alias("source"),
        F.lit(file_id).alias("file_id"),
        number.alias("record_no"),
        number.alias("line"),
        "payload",
        F.lit(None).cast("string").alias("frame_error"),
    )


def _ordered(watermark: str, kind: WatermarkKind) -> Any:
    # Times of one kind are written alike, so their texts are in order.
    return Decimal(watermark) if kind == "number" else watermark
