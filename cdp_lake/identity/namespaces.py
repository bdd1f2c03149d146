"""The identity rules as columns: what the settings say about the namespace of a row."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.config.identity import IdentityRules
from cdp_lake.config.namespace import MASKED, Follows, Namespace, Strength

NAMESPACE, VALUE = "namespace", "value"
OF_VALUE = (NAMESPACE, VALUE)


def has_strength(rules: IdentityRules, strength: Strength) -> Column:
    """True when the row's namespace links in that way."""
    return F.col(NAMESPACE).isin(*[n.name for n in rules.namespaces if n.strength == strength])


def is_device_that_follows(rules: IdentityRules, *choices: Follows) -> Column:
    """True when the row's namespace is a device that, once shared, follows one of these."""
    found = [n.name for n in rules.namespaces if n.strength == "device" and n.follows in choices]
    return F.col(NAMESPACE).isin(*found)


def names_a_person(rules: IdentityRules) -> Column:
    """True when one value of the row's namespace is one person on its own word."""
    return F.col(NAMESPACE).isin(*[n.name for n in rules.namespaces if n.names_a_person and n.strength == "strong"])


def is_unique(rules: IdentityRules) -> Column:
    """True when the row's namespace names a person, and no person has two of its values."""
    found = [n.name for n in rules.namespaces if n.names_a_person and n.strength == "strong" and n.limit == 1]
    return F.col(NAMESPACE).isin(*found)


def is_reassignable(rules: IdentityRules) -> Column:
    """True when a value of the row's namespace may pass from one person to another."""
    return ~F.col(NAMESPACE).isin(*[n.name for n in rules.namespaces if not n.reassignable])


def setting(rules: IdentityRules, name: str) -> Column:
    """That setting of the row's namespace; null where it is not set."""
    found = {n.name: getattr(n, name) for n in rules.namespaces}
    return looked_up({key: value for key, value in found.items() if value is not None}, F.col(NAMESPACE))


def looked_up(table: dict[str, int], key: Column) -> Column:
    """The number a small table has for the key; null for an unknown key."""
    if not table:
        return F.lit(None).cast("int")
    return F.create_map(*[F.lit(part) for pair in table.items() for part in pair])[key]


def is_declared(rules: IdentityRules) -> Column:
    """True when the settings know the row's namespace."""
    return F.col(NAMESPACE).isin(*[n.name for n in rules.namespaces])


def is_masked() -> Column:
    """True when characters of the row's value are hidden: many people share what is left."""
    return F.col(VALUE).rlike(MASKED)


def has_expired(rules: IdentityRules, as_of: datetime) -> Column:
    """True when the row's value was last seen with its record longer ago than its namespace allows; never unknown."""
    if not rules.depends_on_time:
        return F.lit(False)
    oldest = F.lit(as_of) - F.make_dt_interval(setting(rules, "expires_after_days"))
    return F.coalesce(F.col("_last_seen") < oldest, F.lit(False))


def is_allowed(rules: IdentityRules) -> Column:
    """True when a person has looked at the row's value and lets it be as common as it is.

    Compared by hash: unlike the placeholders that are blocked it may be somebody's, and a plan is read by many.
    """
    found = [_allowed_in(namespace) for namespace in rules.namespaces if namespace.allowed]
    return reduce(Column.__or__, found, F.lit(False))


def is_blocked(rules: IdentityRules) -> Column:
    """True when the settings name the row's value, or a pattern it matches, as no evidence."""
    return reduce(Column.__or__, [_blocked_in(namespace) for namespace in rules.namespaces], F.lit(False))


def _blocked_in(namespace: Namespace) -> Column:
    value = F.col(VALUE)
    listed = [value.isin(*namespace.blocked)] if namespace.blocked else []
    listed += [value.rlike(pattern) for pattern in namespace.blocked_patterns]
    return (F.col(NAMESPACE) == namespace.name) & reduce(Column.__or__, listed, F.lit(False))


def _allowed_in(namespace: Namespace) -> Column:
    hashed = [hashlib.sha256(value.encode()).hexdigest() for value in namespace.allowed]
    return (F.col(NAMESPACE) == namespace.name) & F.sha2(VALUE, 256).isin(*hashed)
