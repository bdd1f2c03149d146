"""Dates and times in the formats a contract declares, tried in its order; what fits none is null."""

import re
from collections.abc import Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.silver.normalise.text import folded_text

# Counts since 1970 began, by how many of them make a second.
EPOCHS = {"epoch_seconds": 1, "epoch_millis": 1_000, "epoch_micros": 1_000_000}
EPOCH_DAYS = "epoch_days"
_LAST_MICRO = 253_402_300_799_999_999  # the end of year 9999
_LAST_DAY = 2_932_896
_QUOTED = re.compile(r"'[^']*'")
_OPTIONAL = re.compile(r"\[[^\]]*\]")
_ZONE_LETTER = re.compile(r"[XxZzOV]")
_OFFSET_WRITTEN = r"(?i)(?:z|[+-]\d{2}(?::?\d{2}){0,2})$"
_TIME_WRITTEN = r"\d:\d"


def parsed_date(raw: Column, formats: Sequence[str]) -> Column:
    """The DATE of the first format that fits, as written: no zone moves it; null when none fits.

    Formats are Spark's patterns, or `epoch_days`.
    """
    text = folded_text(raw)
    return F.coalesce(F.lit(None).cast("date"), *(_day(text, f) for f in formats))


def parsed_timestamp(raw: Column, formats: Sequence[str], zone: Column | str) -> Column:
    """The UTC instant of the first format that fits; a text without an offset is in the contract's zone.

    Needs a session in UTC. Formats are Spark's patterns, `epoch_seconds`, `epoch_millis` or `epoch_micros`.
    """
    text = folded_text(raw)
    return F.coalesce(F.lit(None).cast("timestamp"), *(_instant(text, f, zone) for f in formats))


def _instant(text: Column, pattern: str, zone: Column | str) -> Column:
    if pattern in EPOCHS:
        return _epoch(text, EPOCHS[pattern])
    written = F.try_to_timestamp(text, F.lit(pattern))
    bare = _QUOTED.sub("", pattern)
    if _ZONE_LETTER.search(_OPTIONAL.sub("", bare)):
        return written
    local = F.to_utc_timestamp(written, zone)
    if not _ZONE_LETTER.search(bare):
        return local
    # The offset is optional in the format: the text itself says whether it is there.
    has_offset = text.rlike(_OFFSET_WRITTEN) & text.rlike(_TIME_WRITTEN)
    return F.when(has_offset, written).otherwise(local)


def _day(text: Column, pattern: str) -> Column:
    if pattern != EPOCH_DAYS:
        return F.try_to_timestamp(text, F.lit(pattern)).cast("date")
    days = text.try_cast("int")
    return F.when(days.between(-_LAST_DAY, _LAST_DAY), F.date_add(F.lit("1970-01-01").cast("date"), days))


def _epoch(text: Column, per_second: int) -> Column:
    # DECIMAL holds any product here, so ANSI mode has no overflow to raise.
    micros = F.floor(text.try_cast("decimal(24,6)") * (1_000_000 // per_second))
    return F.when(micros.between(0, _LAST_MICRO), F.timestamp_micros(micros.try_cast("bigint")))
