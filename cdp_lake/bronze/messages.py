"""A message as a record: its value as it came, and a few words of JSON where there is no value to keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cdp_lake.bronze.framing import MAX_OBJECT_CHARS

Text = Callable[[bytes], str]
# As silver calls it; of a wrapped message silver would take the text for a value.
NO_JSON = "invalid_json"
_scan = json.JSONDecoder().raw_decode


class Message(NamedTuple):
    """One message: key and value as bytes, its time in milliseconds since 1970, headers in order."""

    key: bytes | None
    value: bytes | None
    timestamp_ms: int
    headers: Sequence[tuple[str, bytes | None]] = ()


def message_record(message: Message, decoded: Text, wrapped: bool = False) -> tuple[str, str | None]:
    """Payload and why it is no sound record (None when it is).

    The payload is the value's text. A message without a value says that what its key names is gone: `{"_key": ...,
    "_timestamp_ms": ..., "_tombstone": true}`. Where messages are `wrapped` each is so, with its value in `_value`.
    """
    value = None if message.value is None else decoded(message.value).removeprefix("\ufeff")
    error, is_json = (None, True) if value is None else _judged(value)
    if value is not None and not wrapped:
        return value, error
    words: dict[str, Any] = {"_key": _key(message.key, decoded), "_timestamp_ms": message.timestamp_ms}
    if wrapped:
        words["_headers"] = {name: None if raw is None else decoded(raw) for name, raw in message.headers}
    if value is None:
        return json.dumps({**words, "_tombstone": True}, ensure_ascii=False), None
    # The value's own text goes in as it is: numbers keep their digits.
    inner = value if is_json else json.dumps(value, ensure_ascii=False)
    return f'{json.dumps(words, ensure_ascii=False)[:-1]}, "_value": {inner}}}', error or (None if is_json else NO_JSON)


def _judged(text: str) -> tuple[str | None, bool]:
    """What a JSON reader would not tell, as it stops after the first of several objects; and whether it is JSON."""
    if len(text) > MAX_OBJECT_CHARS:
        return "too_large", False
    stripped = text.strip()
    if not stripped:
        return "empty_message", False
    try:
        _, end = _scan(stripped)
    except (ValueError, RecursionError):
        # No JSON, or too deep: the parser of silver names it.
        return None, False
    return (None, True) if end == len(stripped) else ("several_objects", False)


def _key(key: bytes | None, decoded: Text) -> Any:
    """An object or a JSON string as what it says, everything else as its text: `007` stays `007`."""
    if key is None:
        return None
    text = decoded(key)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, dict | str) else text
