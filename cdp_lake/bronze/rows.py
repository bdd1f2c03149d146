"""Rows of typed files as text: what Parquet and Excel hold, in the JSON that bronze keeps."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from cdp_lake.bronze.framing import Frame

# Above it a double no longer tells whole numbers apart.
_WHOLE = 2**53


def row_frame(number: int, row: Mapping[str, Any]) -> Frame:
    """One row as a record: its number, and a JSON object with its columns in the order of the file."""
    return Frame(number, json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False), None)


def _plain(value: Any) -> Any:
    """The value as JSON has it: times as ISO 8601, whole doubles as whole numbers, bytes in base64."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | timedelta):
        return str(value)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _number(value: float) -> float | int | None:
    """Excel knows doubles only: a phone number or an id must not end in `.0`."""
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < _WHOLE else value
