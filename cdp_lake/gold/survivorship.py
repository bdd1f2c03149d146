"""Survivorship: the value that outlives the others, by a total order that ends in the record's number."""

from functools import reduce
from operator import and_, or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.survivorship import Attribute, SurvivorshipRules

STATED_AT = "stated_at"


def surviving_values(records: DataFrame, rules: SurvivorshipRules, *facts: Column) -> DataFrame:
    """One row per profile: `facts` and the surviving value of each attribute.

    `records` has one row per record: profile_id, record_sk, source, stated_at and the attributes. One grouping
    serves all attributes: each keeps the greatest of its candidates, and no window is opened.
    """
    decided = rules.columns
    candidates = {name: _candidate(rules.attributes[name], columns) for name, columns in decided.items()}
    kept = {
        name: F.collect_list(candidate) if rules.attributes[name].rule == "most_frequent" else F.max(candidate)
        for name, candidate in candidates.items()
    }
    best = {
        name: _most_frequent(F.col(f"_{name}")) if attribute.rule == "most_frequent" else F.col(f"_{name}")
        for name, attribute in rules.attributes.items()
    }
    grouped = records.groupBy("profile_id").agg(*facts, *[bid.alias(f"_{name}") for name, bid in kept.items()])
    values = [best[name]["value"][column].alias(column) for name, columns in decided.items() for column in columns]
    return grouped.select("*", *values).drop(*[f"_{name}" for name in decided])


def _candidate(attribute: Attribute, columns: tuple[str, ...]) -> Column:
    """A record's bid: what it is worth, then the value; null when it has none, so that it cannot win."""
    filled = {column: _is_filled(column) for column in columns}
    preferred = [filled[column] for column in attribute.prefer_filled]
    worth = F.struct(
        reduce(and_, preferred, F.lit(True)).alias("is_preferred"),
        *_worth(attribute, columns),
        (-F.col("record_sk")).alias("lowest_record"),
    )
    bid = F.struct(worth.alias("worth"), F.struct(*columns).alias("value"))
    return F.when(reduce(or_, filled.values()), bid)


def _worth(attribute: Attribute, columns: tuple[str, ...]) -> list[Column]:
    newest, trust = F.col(STATED_AT).alias("newest"), _trust(attribute).alias("trust")
    # A record without a time is neither the newest nor the oldest.
    eldest = (-F.unix_micros(STATED_AT)).alias("eldest")
    length = reduce(lambda a, b: a + b, [F.coalesce(F.length(F.col(c).cast("string")), F.lit(0)) for c in columns])
    return {
        "priority": [trust, newest],
        "most_recent": [newest, trust],
        "oldest": [eldest, trust],
        "longest": [length.alias("length"), trust, newest],
        "most_frequent": [trust, newest],
    }[attribute.rule]


def _trust(attribute: Attribute) -> Column:
    """Higher for a source named earlier; lowest for one not named."""
    trust = F.lit(-len(attribute.sources))
    for place, source in enumerate(attribute.sources):
        trust = F.when(F.col("source") == source, F.lit(-place)).otherwise(trust)
    return trust


def _most_frequent(bids: Column) -> Column:
    """The bid whose value most records of the profile share."""
    # Bounded by the largest cluster identity allows, so comparing all with all stays small.
    counted = F.transform(
        bids,
        lambda bid: F.struct(
            F.size(F.filter(bids, lambda other: other["value"].eqNullSafe(bid["value"]))).alias("records"),
            bid["worth"].alias("worth"),
            bid["value"].alias("value"),
        ),
    )
    return F.array_max(counted)


def _is_filled(column: str) -> Column:
    return F.coalesce(F.trim(F.col(column).cast("string")) != "", F.lit(False))
