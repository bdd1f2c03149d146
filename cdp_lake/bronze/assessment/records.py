"""Records to columns: a CSV line by its header, a JSON object by the dotted paths of its scalars."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

# A key that looks like a value: the object is a map from somebody or something, not a record with fields.
_VALUE_AS_KEY = re.compile(r"@|\d{5,}|^\d+$|^.{65,}$|[\r\n\ud800-\udfff]", re.DOTALL)
_MOST_KEYS = 200
MAPS = "keys look like values"
OBJECTS = "objects"
# As a list in JSON would look; what is in it is counted elsewhere, or not at all.
_SOMETHING = "[...]"

Flat = dict[str, str | None]


def csv_fields(text: str, delimiter: str) -> list[str]:
    """The fields of one CSV record; none when it cannot be taken apart."""
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []


def json_record(text: str) -> dict[str, Any] | None:
    """The object of one framed record; None when it is none."""
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def flattened(record: Mapping[str, Any]) -> tuple[Flat, dict[str, str], dict[str, list[Any]]]:
    """(scalars by dotted path, paths that hold something else and what, lists of objects by path).

    Numbers are the text they were written as; of a list or map only that it is there.
    """
    scalars: Flat = {}
    others: dict[str, str] = {}
    lists: dict[str, list[Any]] = {}
    for path, value in _leaves(record, ""):
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            lists[path], others[path] = value, OBJECTS
            scalars[path] = _SOMETHING
        elif isinstance(value, list | dict):
            scalars[path], others[path] = (_SOMETHING if value else None), MAPS
        else:
            scalars[path] = _text(value)
    return scalars, others, lists


def looks_like_records(cells: list[str]) -> str | None:
    """Why a first line seems to be data rather than a header; None when it may be a header."""
    filled = [cell for cell in cells if cell]
    mails = [number for number, cell in enumerate(cells, start=1) if re.fullmatch(r"\S+@\S+\.\S+", cell)]
    if mails:
        return f"its field {mails[0]} looks like an e-mail address"
    numbers = [cell for cell in filled if re.fullmatch(r"[\d\s/.,:+()-]+", cell)]
    if filled and 2 * len(numbers) >= len(filled):
        return f"{len(numbers)} of its {len(filled)} fields look like numbers or dates"
    return None


def _leaves(record: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        path = f"{above}{key}"
        if isinstance(value, dict) and value and is_record(value):
            yield from _leaves(value, f"{path}.")
        elif value != {}:
            yield path, value


def is_record(found: Mapping[str, Any]) -> bool:
    """True when the keys of an object are names of fields and can be addressed by a path."""
    return len(found) <= _MOST_KEYS and all(map(is_field_name, found))


@lru_cache(maxsize=10_000)
def is_field_name(key: str) -> bool:
    """True when a key of an object names a field that a path can reach, and does not look like a value."""
    return bool(key) and "." not in key and not _VALUE_AS_KEY.search(key)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
