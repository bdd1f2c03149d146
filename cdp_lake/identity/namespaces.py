"""The identity rules as columns: what the settings say about the namespace of a row."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.config.identity import IdentityRules, Namespace, Strength

NAMESPACE, VALUE = "namespace", "value"
OF_VALUE = (NAMESPACE, VALUE)


def has_strength(rules: IdentityRules, strength: Strength) -> Column:
    """True when the row's namespace links in that way."""
    return F.col(NAMESPACE).isin(*[n.name for n in rules.namespaces if n.strength == strength])


def names_a_person(rules: IdentityRules) -> Column:
    """True when one value of the row's namespace is one person on its own word."""
    return F.col(NAMESPACE).isin(*[n.name for n in rules.namespaces if n.names_a_person and n.strength == "strong"])


def setting(rules: IdentityRules, name: str) -> Column:
    """That setting of the row's namespace; null where it is not set."""
    found = {n.name: getattr(n, name) for n in rules.namespaces}
    return looked_up({key: value for key, value in found.items() if value is not None}, F.col(NAMESPACE))


def looked_up(table: dict[str, int], key: Column) -> Column:
    """The number a small table has for the key; null for an unknown key."""
    if not table:
        return F.lit(None).cast("int")
    return F.create_map(*[F.lit(part) for pair in table.items() for part in pair])[key]


def is_blocked(rules: IdentityRules) -> Column:
    """True when the settings name the row's value, or a pattern it matches, as no evidence."""
    return reduce(Column.__or__, [_blocked_in(namespace) for namespace in rules.namespaces], F.lit(False))


def _blocked_in(namespace: Namespace) -> Column:
    value = F.col(VALUE)
    listed = [value.isin(*namespace.blocked)] if namespace.blocked else []
    listed += [value.rlike(pattern) for pattern in namespace.blocked_patterns]
    return (F.col(NAMESPACE) == namespace.name) & reduce(Column.__or__, listed, F.lit(False))
