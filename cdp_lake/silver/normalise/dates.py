"""Dates and times in the formats a contract declares, tried in its order; what fits none is null."""

import re
from collections.abc import Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.silver.normalise.text import folded_text

EPOCH_SECONDS = "epoch_seconds"
EPOCH_MILLIS = "epoch_millis"
_LAST_MILLI = 253_402_300_799_999  # the end of year 9999
_QUOTED = re.compile(r"'[^']*'")
_OPTIONAL = re.compile(r"\[[^\]]*\]")
_ZONE_LETTER = re.compile(r"[XxZzOV]")
_OFFSET_WRITTEN = r"(?i)(?:z|[+-]\d{2}(?::?\d{2}){0,2})$"
_TIME_WRITTEN = r"\d:\d"


def parsed_date(raw: Column, formats: Sequence[str]) -> Column:
    """The DATE of the first format that fits, as written: no zone moves it; null when none fits."""
    text = folded_text(raw)
    return F.coalesce(F.lit(None).cast("date"), *(F.try_to_timestamp(text, F.lit(f)).cast("date") for f in formats))


def parsed_timestamp(raw: Column, formats: Sequence[str], zone: Column | str) -> Column:
    """The UTC instant of the first format that fits; a text without an offset is in the contract's zone.

    Needs a session in UTC. Formats are Spark's patterns, `epoch_seconds` or `epoch_millis`.
    """
    text = folded_text(raw)
    return F.coalesce(F.lit(None).cast("timestamp"), *(_instant(text, f, zone) for f in formats))


def _instant(text: Column, pattern: str, zone: Column | str) -> Column:
    if pattern in (EPOCH_SECONDS, EPOCH_MILLIS):
        return _epoch(text, 1000 if pattern == EPOCH_SECONDS else 1)
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


def _epoch(text: Column, millis: int) -> Column:
    # DECIMAL holds any product here, so ANSI mode has no overflow to raise.
    number = F.floor(text.try_cast("decimal(24,6)") * millis)
    return F.when(number.between(0, _LAST_MILLI), F.timestamp_millis(number.try_cast("bigint")))
