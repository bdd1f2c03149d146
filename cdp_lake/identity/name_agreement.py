"""Do two given names agree? The soft test that lets a shared phone or address join one person and not a family."""

from pyspark.sql import Column
from pyspark.sql import functions as F

_TYPO_LENGTH = 4
_SHORT_FORM_LENGTH = 3


def names_agree(a: Column, b: Column) -> Column:
    """True when two given_keys can be one person's: equal, initial, one typo or short form; null if unknown."""
    left, right = F.nullif(a, F.lit("")), F.nullif(b, F.lit(""))
    shorter = F.least(F.length(left), F.length(right))
    is_prefix = left.startswith(right) | right.startswith(left)
    is_initial = (shorter == 1) & is_prefix
    is_short_form = (shorter >= _SHORT_FORM_LENGTH) & is_prefix
    is_one_typo = (shorter >= _TYPO_LENGTH) & (F.levenshtein(left, right) <= 1)
    return (left == right) | is_initial | is_short_form | is_one_typo
