"""How the text of an unknown file is framed: format by its first characters, delimiter by the width of its lines."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from typing import Literal

from cdp_lake.bronze.assessment.records import csv_fields
from cdp_lake.bronze.framing import csv_header, frames

DELIMITERS = (",", ";", "\t", "|")
# Headers may start with a bracket as well.
_ARRAY, _OBJECT = re.compile(r"\[\s*[{\]]"), re.compile(r"\{\s*[\"}]")
_RECORDS_COMPARED = 200


def likely_format(head: str) -> Literal["csv", "ndjson", "json"]:
    """`json` for an array or for objects over several lines, `ndjson` for one object a line, else `csv`."""
    text = head.lstrip("\ufeff \t\r\n")
    if _ARRAY.match(text):
        return "json"
    if not _OBJECT.match(text):
        return "csv"
    first, end, _ = text.partition("\n")
    # A line longer than what was read of the file holds a whole object at least.
    return "ndjson" if not end or _is_object(first) else "json"


def likely_delimiter(lines: list[str]) -> tuple[str, str]:
    """(the delimiter by which most records are as wide as the header, why). The last line may be cut off."""
    scores = {delimiter: _agreement(lines, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    share, width = scores[best]
    if width <= 1:
        return ",", "no delimiter found: one column"
    return best, f"{share:.0%} of the first records have the header's {width} columns"


def _agreement(lines: list[str], delimiter: str) -> tuple[float, int]:
    """(share of records as wide as the header, that width); one column agrees with anything, so it counts nothing."""
    try:
        width = len(csv_header(lines[0], delimiter)) if lines else 0
    except csv.Error:
        return 0.0, 0
    if width <= 1:
        return 0.0, width
    widths: Counter[int] = Counter()
    for frame, _ in zip(frames(lines, "csv", delimiter), range(_RECORDS_COMPARED), strict=False):
        widths[len(csv_fields(frame.text, delimiter))] += 1
    total = sum(widths.values())
    return (widths[width] / total if total else 1.0), width


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return line.rstrip().endswith("}")
