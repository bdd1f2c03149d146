"""What a person asks about identity: how much evidence there is, what of it was refused, who belongs to whom."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.identity.assignments import standing


def identifier_counts(identifiers: DataFrame) -> DataFrame:
    """One row per namespace: different values, records that carry one, and how many of those are no evidence."""
    return (
        identifiers.groupBy("namespace")
        .agg(
            F.count_distinct("identifier_sk").alias("values"),
            F.count(F.lit(1)).alias("holders"),
            F.count_if(~F.col("is_live")).alias("refused"),
        )
        .orderBy("namespace")
    )


def edge_counts(edges: DataFrame) -> DataFrame:
    """One row per (rule, refused_by): how many edges; refused_by is null for the live ones."""
    counted = edges.groupBy("rule", "refused_by").agg(F.count(F.lit(1)).alias("edges"))
    return counted.orderBy("rule", F.col("refused_by").asc_nulls_first())


def current_profiles(records: DataFrame, assignments: DataFrame) -> DataFrame:
    """One row per source record: source, record_id and the profile it belongs to now, as an evaluation reads it."""
    nodes = records.select("record_sk", "source", F.col("source_pk").alias("record_id")).distinct()
    # Both: one row per record.
    return nodes.join(standing(assignments), "record_sk").select("source", "record_id", "profile_id")


def decision_list(decisions: DataFrame) -> DataFrame:
    """One row per decision with how many records it names, the newest first."""
    of_decision = ("decision_no", "kind", "decided_at", "actor", "reason", "withdrawn_at", "withdrawn_by")
    return decisions.groupBy(*of_decision).agg(F.count(F.lit(1)).alias("records")).orderBy(F.col("decision_no").desc())
