"""SQL of a text's value by the type its contract declares; null where the text is none."""

from __future__ import annotations

import re

from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.sources import SourceContract
from reference.engine import text

# Java's letters, those of strptime, and what the text must look like: strptime takes `7` for `07`.
_LETTERS = {
    "yyyy": ("%Y", r"\d{4}"),
    "MM": ("%m", r"\d{2}"),
    "dd": ("%d", r"\d{2}"),
    "HH": ("%H", r"\d{2}"),
    "mm": ("%M", r"\d{2}"),
    "ss": ("%S", r"\d{2}"),
    "Z": ("%z", r"[+-]\d{4}"),
}
_LETTER = re.compile("|".join(_LETTERS) + "|[A-Za-z]+")
_HAS_OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})$"


def value(raw: str, column: SourceColumn, contract: SourceContract) -> str:  # noqa: PLR0911 - one per type
    """SQL of the value of one column; `raw` is SQL of its text."""
    match column.type:
        case "timestamp" if column.formats:
            return _first([_instant(raw, pattern, contract.time_zone) for pattern in column.formats])
        case "timestamp":
            return _iso(raw, contract.time_zone)
        case "date" if column.formats:
            return _first([f"CAST({_written(raw, pattern)} AS DATE)" for pattern in column.formats])
        case "date":
            return f"TRY_CAST({raw} AS DATE)"
        case "integer":
            # DuckDB rounds 12.5 to an integer.
            return rf"CASE WHEN regexp_full_match({raw}, '\s*[+-]?\d+\s*') THEN TRY_CAST({raw} AS BIGINT) END"
        case "decimal":
            return f"money({raw})"
        case "boolean":
            return f"TRY_CAST({raw} AS BOOLEAN)"
        case _:
            return raw


def _first(candidates: list[str]) -> str:
    return candidates[0] if len(candidates) == 1 else f"coalesce({', '.join(candidates)})"


def _iso(raw: str, zone: str) -> str:
    moment = f"TRY_CAST({raw} AS TIMESTAMPTZ)"
    if zone == "UTC":
        return moment
    local = f"instant_of(TRY_CAST({raw} AS TIMESTAMP), {text(zone)})"
    return f"CASE WHEN regexp_matches({raw}, '{_HAS_OFFSET}') THEN {moment} ELSE {local} END"


def _instant(raw: str, pattern: str, zone: str) -> str:
    written = _written(raw, pattern)
    return written if "Z" in pattern else f"instant_of({written}, {text(zone)})"


def _written(raw: str, pattern: str) -> str:
    """SQL of the local or absolute time that the text writes in one of Java's patterns."""
    unknown = [letters for letters in _LETTER.findall(pattern) if letters not in _LETTERS]
    if unknown:
        raise NotImplementedError(f"the reference engine reads no {unknown} of the format '{pattern}'")
    found = _LETTER.sub(lambda m: _LETTERS[m.group()][0], pattern)
    shape = "".join(_shape(part) for part in re.split(f"({_LETTER.pattern})", pattern))
    # What looks right as it stands needs no folding: nearly everything.
    folded = f"CASE WHEN regexp_full_match(folded({raw}), {text(shape)}) THEN folded({raw}) END"
    ready = f"CASE WHEN regexp_full_match({raw}, {text(shape)}) THEN {raw} ELSE {folded} END"
    return f"try_strptime({ready}, {text(found)})"


def _shape(part: str) -> str:
    return _LETTERS[part][1] if part in _LETTERS else re.escape(part)
