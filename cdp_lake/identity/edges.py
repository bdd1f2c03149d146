"""Shared values to edges: n - 1 edges from one centre per value, never every pair.

Every edge that a rule refuses is kept as a row that names the rule and both ends.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.config.identity import CompositeRule, IdentityRules
from cdp_lake.identity.evidence import as_edges, by_a_fixed_rule, seniority
from cdp_lake.identity.names_at_values import links_by_name
from cdp_lake.identity.namespaces import has_strength


def linked(identifiers: DataFrame, people: DataFrame, rules: IdentityRules) -> DataFrame:
    """One row per edge: ends, rule, the shared identifier, live or refused and why.

    identifiers: one row per (record, namespace, value), guarded. people: one row per record.
    """
    parts = [composite_links(people, rule) for rule in rules.composite_rules]
    return reduce(DataFrame.unionByName, parts, value_links(identifiers, rules))


def value_links(identifiers: DataFrame, rules: IdentityRules) -> DataFrame:
    """The edges over shared values."""
    found = _stars(identifiers, rules).unionByName(links_by_name(identifiers.where("refused_by is null"), rules))
    return found.withColumns(by_a_fixed_rule())


def composite_links(people: DataFrame, rule: CompositeRule) -> DataFrame:
    """Edges between records that agree in several attributes at once."""
    complete = reduce(Column.__and__, [F.col(name).isNotNull() for name in rule.equal])
    never = F.lit(None).cast("timestamp")
    alike = people.where(complete).withColumns(
        {
            "_centre": F.min("record_sk").over(Window.partitionBy(*rule.equal)),
            "namespace": F.lit(rule.name),
            "identifier_sk": F.lit(0).cast("bigint"),
            **dict.fromkeys(("valid_from", "valid_to", "_last_seen"), never),
        }
    )
    found = as_edges(alike, F.col("_centre"), F.lit(None))
    return found.withColumns(by_a_fixed_rule())


def _stars(identifiers: DataFrame, rules: IdentityRules) -> DataFrame:
    """Edges that ask for no name, and the refused ones: from the first live holder of a value to the others."""
    of_value = Window.partitionBy("identifier_sk")
    is_live = F.col("refused_by").isNull()
    first_live = F.min(F.when(is_live, seniority())).over(of_value)
    centred = identifiers.withColumn("_first", F.coalesce(first_live, F.min(seniority()).over(of_value)))
    asks_no_name = centred.where(~is_live | ~has_strength(rules, "needs_name"))
    return as_edges(asks_no_name, F.col("_first.record_sk"), F.col("refused_by"))
