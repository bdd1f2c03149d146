"""From the bytes of a request to JSON values: gzip and base64 with a bound, forms, text in UTF-8."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any
from urllib.parse import parse_qsl

from cdp_lake.bronze.collecting.incoming import Incoming
from cdp_lake.bronze.collecting.refusal import RefusedRequest, malformed, too_large

_GZIP = b"\x1f\x8b"
_PLAIN = ("", "identity")
_PACKED = ("gzip", "x-gzip", "deflate")
# zlib finds out by itself whether gzip or zlib wrote it.
_EITHER = 47
_MOST_FIELDS = 100


def unpacked_body(incoming: Incoming, most: int) -> bytes:
    """The body without its content encoding, of `most` bytes at most. Raises RefusedRequest.

    Bytes that begin as gzip does are gzip whatever the headers say: some SDKs send it as a form, or without a word.
    """
    encoding = incoming.headers.get("content-encoding", "").strip().lower()
    if encoding not in (*_PLAIN, *_PACKED):
        raise RefusedRequest(415, "unknown_encoding", f"send the body plain, or in one of {', '.join(_PACKED)}")
    if encoding == "deflate" or incoming.body.startswith(_GZIP):
        return inflated(incoming.body, most)
    if len(incoming.body) > most:
        raise too_large(f"the body has more than {most:,} bytes; send smaller batches")
    return incoming.body


def inflated(packed: bytes, most: int) -> bytes:
    """What gzip or zlib packed, never more of it in memory than `most` bytes. Raises RefusedRequest."""
    found, size = list[bytes](), 0
    try:
        while packed:
            # gzip files may be put one behind the other.
            stream = zlib.decompressobj(_EITHER)
            found.append(stream.decompress(packed, most - size + 1))
            size += len(found[-1])
            if size > most:
                raise too_large(f"the body has more than {most:,} bytes unpacked; send smaller batches")
            if not stream.eof:
                raise malformed("damaged_gzip", "the gzip body is cut short")
            packed = stream.unused_data
    except zlib.error as problem:
        raise malformed("damaged_gzip", "the body says it is gzip or deflate and cannot be unpacked") from problem
    return b"".join(found)


def json_value(text: bytes | str) -> Any:
    """The JSON value of a text. Raises RefusedRequest naming where it stops being one.

    `NaN` and `Infinity`, which Python clients write and JSON lacks, are read as null, as JavaScript writes them.
    """
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        raise malformed("invalid_json", f"the body is not JSON: {problem.msg} at {where}") from problem
    except UnicodeDecodeError as problem:
        raise malformed("invalid_json", f"the body is not text in UTF-8: byte {problem.start}") from problem
    except RecursionError as problem:
        raise malformed("invalid_json", "the body is JSON nested too deeply") from problem
    except ValueError as problem:
        raise malformed("invalid_json", "the body has a number of too many digits") from problem


def base64_bytes(text: str) -> bytes:
    """The bytes of base64 in either alphabet, padded or not. Raises RefusedRequest."""
    # A form turns the plus sign of base64 into a blank.
    plain = text.strip().replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise malformed("invalid_base64", "what should be base64 is not") from problem


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of a form, the first of each name. Raises RefusedRequest."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as problem:
        raise malformed("invalid_form", "the body is no form (application/x-www-form-urlencoded)") from problem
    return dict(reversed(pairs))


def is_object(text: bytes) -> bool:
    """True for bytes that can only be JSON, not a form."""
    return text.lstrip()[:1] in (b"{", b"[")
