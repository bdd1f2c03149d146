"""Which people a change concerns: everybody whom evidence joins, or would join if no cluster had refused it."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.identity.untangling import OF_THE_CLUSTER


def between_profiles(edges: DataFrame, homes: DataFrame) -> DataFrame:
    """One row per pair of profiles, either way round, between which only the state of their cluster refused evidence.

    edges: identity.edges. homes: one row per record (record_sk, profile_id).
    """
    refused = edges.where(F.col("refused_by").isin(*OF_THE_CLUSTER)).select("src_record_sk", "dst_record_sk")
    # homes: one row per record, for either end.
    one = homes.select(F.col("record_sk").alias("src_record_sk"), F.col("profile_id").alias("one"))
    other = homes.select(F.col("record_sk").alias("dst_record_sk"), F.col("profile_id").alias("other"))
    pairs = refused.join(one, "src_record_sk").join(other, "dst_record_sk").where(F.col("one") != F.col("other"))
    swapped = pairs.select(F.col("other").alias("one"), F.col("one").alias("other"))
    return pairs.select("one", "other").unionByName(swapped).distinct()


def reachable(profiles: DataFrame, pairs: DataFrame) -> DataFrame:
    """The profiles and those one pair further."""
    further = pairs.join(profiles.withColumnRenamed("profile_id", "one"), "one", "left_semi")
    return profiles.union(further.select("other")).distinct()


def edges_within(edges: DataFrame, records: DataFrame) -> DataFrame:
    """The edges with both ends among the records."""
    # records: one row per record.
    for end in ("src_record_sk", "dst_record_sk"):
        edges = edges.join(records.withColumnRenamed("record_sk", end), end, "left_semi")
    return edges


def edges_touching(edges: DataFrame, records: DataFrame, rule: str) -> DataFrame:
    """The edges of a rule with an end among the records."""
    # records: one row per record; the second half leaves out what the first has.
    of_rule = edges.where(F.col("rule") == rule)
    one, other = (records.withColumnRenamed("record_sk", end) for end in ("src_record_sk", "dst_record_sk"))
    from_one = of_rule.join(one, "src_record_sk", "left_semi")
    to_other = of_rule.join(other, "dst_record_sk", "left_semi").join(one, "src_record_sk", "left_anti")
    return from_one.select(*edges.columns).unionByName(to_other.select(*edges.columns))


def edges_over(edges: DataFrame, numbers: DataFrame, namespaces: list[str]) -> DataFrame:
    """The edges over shared values of those numbers; a must-link has a number of another kind."""
    # numbers: one row per identifier_sk.
    found = edges.where(F.col("rule").isin(namespaces)).join(numbers, "identifier_sk", "left_semi")
    return found.select(*edges.columns)


def ends(edges: DataFrame) -> DataFrame:
    """One row per end of an edge."""
    return edges.select(F.explode(F.array("src_record_sk", "dst_record_sk")).alias("record_sk"))
