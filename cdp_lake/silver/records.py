"""Observations to source records: every version of a person a system keeps, one carrier for the rest."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.contracts.silver import SOURCE_RECORDS

NODE = ("source", "source_pk")
_IDENTIFIER = ("namespace", "value", "first_seen_at", "last_seen_at")
_PER_NODE = (
    *("record_sk", "version_no", "first_seen_at", "last_seen_at", "identifiers", "deleted_at", "_row_hash"),
    *NODE,
)
_ATTRIBUTES = tuple(n for n in SOURCE_RECORDS.column_names if n not in _PER_NODE)
# What stays of a version that only says its record was deleted.
_OF_EVERY_VERSION = ("is_carrier", "brand", "region", "valid_from", "version_seq", "is_deletion")


def as_versions(observations: DataFrame) -> DataFrame:
    """Standardised observations in the shape of source records; those without a node are left out.

    A deletion tells nothing of the person, whatever its record repeats.
    """
    told = [n for n in _ATTRIBUTES if n not in _OF_EVERY_VERSION and not n.startswith("_")]
    return observations.where(F.col("source_pk").isNotNull()).select(
        *NODE,
        F.col("_first_seen").alias("first_seen_at"),
        F.col("_last_seen").alias("last_seen_at"),
        F.col("_last_seen").alias("valid_from"),
        F.when(_deletes(), F.slice("identifiers", 1, 0)).otherwise(F.col("identifiers")).alias("identifiers"),
        *[F.when(~_deletes(), F.col(n)).alias(n) for n in told],
        *[n for n in _ATTRIBUTES if n not in told and n != "valid_from"],
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
    """Versions of one key in the order of the source's clock, and of its own count within one moment of it.

    Where there is no count, of a deletion and a version of one moment the deletion is the later one; content breaks
    what ties are left, never arrival. What came twice is one version: a copy may have become the record that passed.
    """
    one = Window.partitionBy(*NODE)
    clock = (F.col("valid_from").asc_nulls_first(), F.col("version_seq").asc_nulls_first())
    in_time = one.orderBy(*clock, _deletes(), "_content", "_record_id")
    named = rows.withColumn("_content", _content())
    is_copy = F.col("_content").eqNullSafe(F.lag("_content").over(in_time))
    once = named.withColumn("_is_copy", is_copy).where(~F.col("_is_copy"))
    ordered = once.withColumn("version_no", F.row_number().over(in_time))
    # Null where the newest version is none: a record may come back.
    gone = F.max_by(F.when(_deletes(), F.col("valid_from")), "version_no").over(one)
    return ordered.withColumn("deleted_at", gone).select(*NODE, "version_no", *_rest())


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
    flat = latest.select(*NODE, "first_seen_at", "last_seen_at", "a.*").withColumns(
        {"version_no": F.lit(1), "deleted_at": F.lit(None).cast("timestamp")}
    )
    # spans: one row per node.
    return flat.join(spans, list(NODE), "inner").select(*NODE, "version_no", *_rest())


def _deletes() -> Column:
    # Rows written before there was such a column tell no deletion.
    return F.coalesce("is_deletion", F.lit(False))


def _content() -> Column:
    return F.xxhash64(*[F.col(n) for n in _ATTRIBUTES if not n.startswith("_")])


def _rest() -> list[str]:
    return ["first_seen_at", "last_seen_at", "identifiers", "deleted_at", *_ATTRIBUTES]
