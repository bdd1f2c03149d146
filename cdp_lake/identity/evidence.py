"""The shape of evidence: two ends, the rule, the value they share, when it was seen, live or refused and why."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def seniority() -> Column:
    """Order of a value's holders: whoever was seen with it first, by the sources' clocks and not by arrival."""
    return F.struct("valid_from", "record_sk")


def as_edges(rows: DataFrame, other: Column, refused_by: Column) -> DataFrame:
    """One edge per row, from its record to the other one; the smaller surrogate is the source, no loops."""
    one = F.col("record_sk")
    return rows.where(one != other).select(
        F.least(one, other).alias("src_record_sk"),
        F.greatest(one, other).alias("dst_record_sk"),
        F.col("namespace").alias("rule"),
        "identifier_sk",
        F.col("valid_from").alias("first_seen_at"),
        F.coalesce("valid_to", "_last_seen").alias("last_seen_at"),
        refused_by.cast("string").alias("refused_by"),
    )


def by_a_fixed_rule() -> dict[str, Column]:
    """What an edge has that no model weighed and that stands in for no other."""
    return {
        "via_record_sk": F.lit(None).cast("bigint"),
        "weight": F.lit(1.0),
        "model_version": F.lit(None).cast("string"),
    }
