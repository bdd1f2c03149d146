"""Folding: one width, one kind of space, no invisible characters, and empty means null."""

import unicodedata

from pyspark.sql import Column
from pyspark.sql import functions as F

# Full-width forms sit at a fixed distance from ASCII, so Spark's translate covers the part of NFKC that matters.
FULL_WIDTH = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
HALF_WIDTH = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F))
ODD_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r\n\f\v"
)
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\u00ad\x00"

_FOLD = str.maketrans(FULL_WIDTH + ODD_SPACES, HALF_WIDTH + " " * len(ODD_SPACES), INVISIBLE)


def folded_text(raw: Column) -> Column:
    """The text in ordinary width, trimmed, with single spaces; null when nothing is left."""
    one_width = F.translate(raw, FULL_WIDTH + ODD_SPACES + INVISIBLE, HALF_WIDTH + " " * len(ODD_SPACES))
    return F.nullif(F.trim(F.regexp_replace(one_width, " {2,}", " ")), F.lit(""))


def folded(raw: str | None) -> str | None:
    """The Python twin of `folded_text`, with full NFKC, for the kernels."""
    if raw is None:
        return None
    text = unicodedata.normalize("NFKC", raw.translate(_FOLD)).translate(_FOLD)
    return " ".join(text.split()) or None
