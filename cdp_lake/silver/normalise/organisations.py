"""Organisations' names in one spelling, without the words that only tell their legal form."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.silver.normalise.text import folded_text

_LEGAL_FORMS = (
    "incorporated|inc|corporation|corp|company|co|limited|ltd|llc|llp|lp|plc|pte|pty|gmbh|ag|kg|sa|sarl|srl|spa|bv|nv|"
    "oy|ab|as|kk|sdn|bhd|the|and"
)
_CN_FORMS = r"(?:集[团團] ?)?(?:股份)?有限(?:责任|責任)?公司$|集[团團]$"


def organisation_key(raw: Column) -> Column:
    """The name in lower case without punctuation and legal form; null when nothing is left."""
    text = F.regexp_replace(F.lower(folded_text(raw)), r"['\u2019.]", "")
    words = F.trim(F.regexp_replace(text, r"[^\p{L}\p{N}\p{M}]+", " "))
    bare = F.regexp_replace(F.regexp_replace(words, rf"\b(?:{_LEGAL_FORMS})\b", " "), _CN_FORMS, "")
    key = F.trim(F.regexp_replace(bare, " {2,}", " "))
    # A name of nothing but such words (The Company) keeps them.
    return F.coalesce(F.nullif(key, F.lit("")), F.nullif(words, F.lit("")))
