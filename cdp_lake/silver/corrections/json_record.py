"""One value of one JSON record: what it says, and the record with another value in its place."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from cdp_lake.silver.corrections.refusal import NO_OBJECT, UNREADABLE, CannotEdit

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class Member(NamedTuple):
    """One member of an object: its name, and from where to where its value stands."""

    name: str
    start: int
    end: int


def value_text(record: str, path: list[str]) -> str | None:
    """What stands at a path: a text as it is, anything else as JSON; None where there is nothing, or null.

    Raises CannotEdit where the record is no JSON object.
    """
    start, end = _object(record)
    for name in path:
        member = _member(record, start, name) if record.startswith("{", start) else None
        if member is None:
            return None
        start, end = member.start, member.end
    value = json.loads(record[start:end])
    return value if value is None or isinstance(value, str) else record[start:end]


def with_value(record: str, path: list[str], literal: str) -> str:
    """The record with another value, given as JSON, at a path; every other character stays as it is.

    Objects on the way that are missing or null are made. Raises CannotEdit where the record is no JSON object, or a
    part of the path leads into a value that is none.
    """
    start, end = _object(record)
    for depth, name in enumerate(path):
        if record[start:end] == "null":
            return record[:start] + _nested(path[depth:], literal) + record[end:]
        if not record.startswith("{", start):
            raise CannotEdit(NO_OBJECT)
        member = _member(record, start, name)
        if member is None:
            return _with_member(record, end, path[depth:], literal)
        start, end = member.start, member.end
    return record[:start] + literal + record[end:]


def _with_member(record: str, end: int, path: list[str], literal: str) -> str:
    """The record with a member more in the object that ends there."""
    body = record[: end - 1].rstrip()
    comma = "" if body.endswith("{") else ","
    return body + comma + _nested(path, literal)[1:-1] + record[len(body) :]


def _nested(path: list[str], literal: str) -> str:
    for name in reversed(path):
        literal = f"{{{json.dumps(name, ensure_ascii=False)}:{literal}}}"
    return literal


def _object(record: str) -> tuple[int, int]:
    """From where to where the object of the record stands."""
    try:
        start = _skip(record, 0)
        end = _DECODER.raw_decode(record, start)[1]
    except (ValueError, RecursionError) as problem:
        raise CannotEdit(UNREADABLE) from problem
    if not record.startswith("{", start) or _skip(record, end) != len(record):
        raise CannotEdit(UNREADABLE)
    return start, end


def _member(record: str, start: int, name: str) -> Member | None:
    """The member of the object that begins there; of several with one name the last, which is the one that is read."""
    found, at = None, _skip(record, start + 1)
    while record[at] != "}":
        key, at = _DECODER.raw_decode(record, at)
        # Behind the colon.
        value = _skip(record, _skip(record, at) + 1)
        end = _DECODER.raw_decode(record, value)[1]
        found = Member(key, value, end) if key == name else found
        at = _skip(record, end)
        at = _skip(record, at + 1) if record[at] == "," else at
    return found


def _skip(record: str, at: int) -> int:
    return _SPACE.match(record, at).end()  # type: ignore[union-attr]  # it matches nothing at all, too
