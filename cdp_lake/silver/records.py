"""Observations to source records: every version of a person a system keeps, one carrier for the rest."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.contracts.silver import SOURCE_RECORDS

NODE = ("source", "source_pk")
_IDENTIFIER = ("namespace", "value", "first_seen_at", "last_seen_at")
_PER_NODE = ("record_sk", "version_no", "first_seen_at", "last_seen_at", "identifiers", "_row_hash", *NODE)
_ATTRIBUTES = tuple(n for n in SOURCE_RECORDS.column_names if n not in _PER_NODE)


def as_versions(observations: DataFrame) -> DataFrame:
    """Standardised observations in the shape of source records; those without a node are left out."""
    return observations.where(F.col("source_pk").isNotNull()).select(
        *NODE,
        F.col("_first_seen").alias("first_seen_at"),
        F.col("_last_seen").alias("last_seen_at"),
        F.col("_last_seen").alias("valid_from"),
        "identifiers",
        *[n for n in _ATTRIBUTES if n != "valid_from"],
    )


def combined(fresh: DataFrame, known: DataFrame) -> DataFrame:
    """One row per (source, source_pk) and version, for every node that `fresh` touches.

    known: published source records, one row per node and version; the result does not depend on which
    observation came first.
    """
    # touched: one row per node seen in this batch.
    touched = fresh.select(*NODE).distinct()
    before = known.join(touched, list(NODE), "left_semi")
    everything = fresh.unionByName(before.select(*fresh.columns))
    people = everything.where(~F.col("is_carrier")).transform(_numbered_versions)
    return people.unionByName(everything.where("is_carrier").transform(_one_carrier_each))


def _numbered_versions(rows: DataFrame) -> DataFrame:
    """Versions of one key in the order of the source's clock; content breaks ties, never arrival."""
    in_time = Window.partitionBy(*NODE).orderBy(F.col("valid_from").asc_nulls_first(), _content(), "_record_id")
    return rows.withColumn("version_no", F.row_number().over(in_time)).select(*NODE, "version_no", *_rest())


def _one_carrier_each(rows: DataFrame) -> DataFrame:
    """Identifiers of all observations; names of the latest one that has any."""
    spans = (
        rows.select(*NODE, F.explode_outer("identifiers").alias("i"))
        .groupBy(*NODE, "i.namespace", "i.value")
        .agg(F.min("i.first_seen_at").alias("first_seen_at"), F.max("i.last_seen_at").alias("last_seen_at"))
        .groupBy(*NODE)
        .agg(F.array_sort(F.collect_list(F.struct(*_IDENTIFIER))).alias("identifiers"))
    )
    named = F.coalesce("name_key", "email", "phone").isNotNull()
    newest = F.struct(named, F.col("valid_from"), _content(), F.col("_record_id"))
    latest = rows.groupBy(*NODE).agg(
        F.max_by(F.struct(*_ATTRIBUTES), newest).alias("a"),
        F.min("first_seen_at").alias("first_seen_at"),
        F.max("last_seen_at").alias("last_seen_at"),
    )
    flat = latest.select(*NODE, "first_seen_at", "last_seen_at", "a.*").withColumn("version_no", F.lit(1))
    # spans: one row per node.
    return flat.join(spans, list(NODE), "inner").select(*NODE, "version_no", *_rest())


def _content() -> Column:
    return F.xxhash64(*[F.col(n) for n in _ATTRIBUTES if not n.startswith("_")])


def _rest() -> list[str]:
    return ["first_seen_at", "last_seen_at", "identifiers", *_ATTRIBUTES]
