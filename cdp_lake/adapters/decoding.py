"""Bytes that are no text in the encoding of their file: kept in their record instead of ending the file there."""

from __future__ import annotations

import codecs


def _kept_bytes(problem: UnicodeError) -> tuple[str, int]:
    """Undecodable bytes as lone surrogates: they stay in their record instead of ending the file there."""
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    # `surrogateescape` does this for bytes above 127 only, which is not all that can be wrong with UTF-16.
    return "".join(chr(0xDC00 + byte) for byte in problem.object[problem.start : problem.end]), problem.end


KEPT_BYTES = "cdp_lake.kept_bytes"
codecs.register_error(KEPT_BYTES, _kept_bytes)
