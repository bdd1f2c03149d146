"""Working frames of identity in the shape of its tables."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def record_keys(people: DataFrame) -> DataFrame:
    """One row per record."""
    return people.select("record_sk")


def value_keys(identifiers: DataFrame) -> DataFrame:
    """One row per (namespace, value) with its surrogate."""
    return identifiers.select("namespace", "value", "identifier_sk").distinct()


def live_identifiers(identifiers: DataFrame) -> DataFrame:
    """One row per (record, namespace, value) that is evidence."""
    return identifiers.where(F.col("refused_by").isNull()).select("record_sk", "namespace", "value")


def first_seen(records: DataFrame) -> DataFrame:
    """One row per record: the first time it is evidence of anything."""
    return records.groupBy("record_sk").agg(F.min("first_seen_at").alias("valid_from"))


def identifier_rows(identifiers: DataFrame) -> DataFrame:
    """One row per (record, namespace, value), as identity.identifiers holds it."""
    return identifiers.withColumn("is_live", F.col("refused_by").isNull())


def edge_rows(edges: DataFrame) -> DataFrame:
    """One row per piece of evidence, as identity.edges holds it; deterministic rules weigh 1."""
    return edges.withColumns(
        {
            "is_live": F.col("refused_by").isNull(),
            "weight": F.lit(1.0),
            "model_version": F.lit(None).cast("string"),
        }
    )
