"""Phones and cards: they link records whose given names agree, and say nothing where names disagree.

A record without a name takes the one its values tell, and is held to it at all of them. Where a card tells one
name and a phone another, as when a card is lent to a neighbour who gives his own phone, the record stays apart,
and so does one whose values tell no name for certain.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.config.identity import IdentityRules
from cdp_lake.identity.evidence import as_edges, seniority
from cdp_lake.identity.guardrails import some_disagree
from cdp_lake.identity.name_agreement import names_agree
from cdp_lake.identity.namespaces import has_strength, setting

DISAGREE, AMBIGUOUS_NAME = "given_names_disagree", "ambiguous_name"
AMBIGUOUS_VALUE, AMBIGUOUS_RECORD = "ambiguous_value", "ambiguous_record"
HOPS = 2  # how far a name travels over records without one; whoever is further from any name stays apart
_WEAK = 1_000_000  # after every priority: a value that asks for a name tells one only where no other does
_RECORD, _VALUE = "record_sk", "identifier_sk"


def links_by_name(identifiers: DataFrame, rules: IdentityRules) -> DataFrame:
    """Edges between holders of the values that need a name, live or refused.

    identifiers: live, one row per (record, namespace, value), of every namespace: names travel over all of them.
    """
    rows = identifiers.withColumn("_name", F.col("given_key")).transform(_where_names_matter, rules)
    for _ in range(HOPS):
        rows = rows.transform(_with_told_names, rules)
    return rows.where(has_strength(rules, "needs_name")).transform(_with_stars).transform(_edges)


def _where_names_matter(rows: DataFrame, rules: IdentityRules) -> DataFrame:
    """Values that need a name, and the other values of nameless records that hold one of those."""
    needs_name = has_strength(rules, "needs_name")
    nameless = rows.where(F.col("given_key").isNull()).select(_RECORD, _VALUE, needs_name.alias("_needs"))
    seeking = nameless.withColumn("_seeks", F.max("_needs").over(Window.partitionBy(_RECORD))).where("_seeks")
    # sought: one row per value.
    sought = seeking.select(_VALUE).distinct().withColumn("_sought", F.lit(True))
    return rows.join(sought, _VALUE, "left").where(needs_name | F.col("_sought")).drop("_sought")


def _with_told_names(rows: DataFrame, rules: IdentityRules) -> DataFrame:
    """`_name` filled where the record's most trusted value that tells a name tells only one."""
    of_record, of_value = Window.partitionBy(_RECORD), Window.partitionBy(_VALUE)
    needs_name = has_strength(rules, "needs_name")
    heard = rows.withColumns(
        {"_own": F.collect_set("given_key").over(of_value), "_any": F.collect_set("_name").over(of_value)}
    ).withColumn("_heard", F.when(F.size("_own") > 0, F.col("_own")).otherwise(F.col("_any")))
    told = heard.withColumn("_told", F.when(~needs_name | ~some_disagree(F.col("_heard")), F.array_min("_heard")))
    # Links over a value that asks for no name hold in any case, so they are heard first. Those that ask for one are
    # heard together: a card that says one name and a phone that says another are a lent card, or a borrowed phone.
    trust = F.when(needs_name, F.lit(_WEAK)).otherwise(setting(rules, "priority"))
    ranked = told.withColumn("_trust", F.when(F.col("_told").isNotNull(), trust))
    best = ranked.withColumn("_best", F.min("_trust").over(of_record))
    is_told_best = F.col("_trust") == F.col("_best")
    answers = best.withColumns(
        {
            "_answers": F.collect_set(F.when(is_told_best, F.col("_told"))).over(of_record),
            "_crowds": F.collect_set(F.when(needs_name & (F.size("_heard") > 0), F.col("_heard"))).over(of_record),
        }
    )
    found = F.when(~some_disagree(F.col("_answers")), F.array_min("_answers"))
    is_denied = (F.col("_best") == _WEAK) & _is_denied(found, F.col("_crowds"))
    name = F.coalesce("_name", F.when(~F.coalesce(is_denied, F.lit(False)), found))
    return answers.withColumn("_name", name).select(*rows.columns)


def _is_denied(name: Column, crowds: Column) -> Column:
    """True when among the names heard at some value none can be this one, however little they agree themselves."""
    return F.exists(crowds, lambda names: ~F.exists(names, lambda other: names_agree(name, other)))


def _with_stars(rows: DataFrame) -> DataFrame:
    """Each holder with the names at the value, the centre of its own name, and the centres of all names."""
    of_value = Window.partitionBy(_VALUE)
    named = F.when(F.col("_name").isNotNull(), seniority())
    first = F.coalesce(F.min(named).over(of_value), F.min(seniority()).over(of_value))
    starred = rows.withColumns(
        {
            "_names": F.collect_set("_name").over(of_value),
            "_star": F.min(seniority()).over(Window.partitionBy(_VALUE, "_name"))[_RECORD],
            "_centre": first[_RECORD],
        }
    )
    is_centre = F.col("_name").isNotNull() & (F.col(_RECORD) == F.col("_star"))
    return starred.withColumn("_centres", F.collect_set(F.when(is_centre, F.struct("_name", "_star"))).over(of_value))


def _edges(rows: DataFrame) -> DataFrame:
    """All edges of a row at once: to the centre of its name, from there to other names, or to nobody's."""
    name, names = F.col("_name"), F.col("_names")
    nameless = F.when(some_disagree(names), F.lit(AMBIGUOUS_VALUE)).when(F.size(names) > 0, F.lit(AMBIGUOUS_RECORD))
    to_centre = F.struct(F.col("_centre").alias("to"), nameless.alias("why"))
    to_star = F.struct(F.col("_star").alias("to"), F.lit(None).cast("string").alias("why"))
    later = F.filter("_centres", lambda other: (F.col(_RECORD) == F.col("_star")) & (other["_name"] > name))
    between = F.transform(
        later, lambda other: F.struct(other["_star"].alias("to"), _refusal(name, other["_name"], names).alias("why"))
    )
    links = F.when(name.isNull(), F.array(to_centre)).otherwise(F.concat(F.array(to_star), between))
    spread = rows.withColumn("_link", F.explode(links))
    return as_edges(spread, F.col("_link.to"), F.col("_link.why"))


def _refusal(one: Column, other: Column, names: Column) -> Column:
    """Why two names at a value are not linked: they disagree, or one also agrees with a third that the other denies.

    `J` agrees with James and with John; linking it to both would join them.
    """
    undecided = F.exists(names, lambda third: names_agree(one, third) != names_agree(other, third))
    return F.when(~names_agree(one, other), F.lit(DISAGREE)).when(undecided, F.lit(AMBIGUOUS_NAME))
