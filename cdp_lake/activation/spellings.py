"""Spellings: each destination's own idea of a clean e-mail, phone or place, before it is hashed.

Destinations disagree (Google drops the dots of a Gmail address, Meta keeps them), and a hash forgives nothing.
"""

from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.config.destinations import OutputColumn

_GOOGLE_DOMAINS = ("gmail.com", "googlemail.com")


def spelled(value: Column, column: OutputColumn) -> Column:
    """The value as the destination wants it; null, not a hash of nothing, when nothing is left of it."""
    clean = F.nullif(_SPELLINGS[column.normalise](value.cast("string")), F.lit(""))
    # Unkeyed because the destination hashes its own members the same way and compares.
    return F.sha2(clean, 256) if column.hash == "sha256" else clean


def _lower(value: Column) -> Column:
    return F.lower(F.trim(value))


def _google_email(value: Column) -> Column:
    email = F.lower(F.regexp_replace(value, r"\s", ""))
    local, domain = F.substring_index(email, "@", 1), F.substring_index(email, "@", -1)
    mailbox = F.concat(F.replace(F.substring_index(local, "+", 1), F.lit("."), F.lit("")), F.lit("@"), domain)
    return F.when(domain.isin(*_GOOGLE_DOMAINS), mailbox).otherwise(email)


def _digits(value: Column) -> Column:
    return F.regexp_replace(F.regexp_replace(value, r"\D", ""), r"^0+", "")


def _e164(value: Column) -> Column:
    digits = F.regexp_replace(value, r"\D", "")
    return F.when(digits != "", F.concat(F.lit("+"), digits))


def _name(value: Column) -> Column:
    return F.trim(F.regexp_replace(F.lower(value), r"[\p{P}\p{S}\d]", ""))


def _city(value: Column) -> Column:
    return F.regexp_replace(F.lower(value), r"[\p{P}\p{S}\d\s]", "")


def _postcode(value: Column) -> Column:
    return F.regexp_replace(F.lower(F.substring_index(value, "-", 1)), r"\s", "")


_SPELLINGS: dict[str, Callable[[Column], Column]] = {
    "text": F.trim,
    "lower": _lower,
    "meta_email": _lower,
    "google_email": _google_email,
    "digits": _digits,
    "e164": _e164,
    "name": _name,
    "city": _city,
    "postcode": _postcode,
}
