"""In which encoding bytes without a mark are text: the statistics of Chinese characters settle what they can."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

TELLING_BYTES = 1_000_000
WESTERN = "cp1252"
# The two bytes of a Chinese character, and of a common one: read in the wrong encoding, few characters are common.
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_COMMON = {
    "gb18030": re.compile(rb"[\xb0-\xd7][\xa1-\xfe]"),
    "big5": re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]"),
}


def guessed_encoding(data: bytes) -> str:
    """The likely encoding of bytes that are not UTF-8: `gb18030`, `big5`, or a Western one."""
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())[:TELLING_BYTES]
    best = from_bytes(telling, cp_isolation=["gb18030", "big5", "cp1252", "latin_1"]).best()
    found = best.encoding if best else WESTERN
    if found not in _COMMON:
        return found
    common = {name: _common(telling, name) for name in _COMMON}
    # One accented letter and the one after it can be the bytes of a rare character.
    return max(common, key=lambda name: common[name]) if max(common.values()) > 0 else WESTERN


def common_share(data: bytes, encoding: str) -> float:
    """The share of two-byte characters that are common ones in a Chinese encoding; 0 when there are none."""
    pairs = _PAIR.findall(data)
    return max(0, _common(data, encoding)) / len(pairs) if pairs else 0.0


def _common(data: bytes, encoding: str) -> int:
    """How many characters are common ones in that encoding; -1 when the bytes do not fit it."""
    if "\ufffd" in data.decode(encoding, errors="replace")[:-1]:
        return -1
    return sum(_COMMON[encoding].fullmatch(pair) is not None for pair in _PAIR.findall(data))
