"""Working frames of identity in the shape of its tables."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.identity.identifiers import people_of


def record_keys(people: DataFrame) -> DataFrame:
    """One row per record."""
    return people.select("record_sk")


def value_keys(identifiers: DataFrame) -> DataFrame:
    """One row per (namespace, value) with its surrogate."""
    return identifiers.select("namespace", "value", "identifier_sk").distinct()


def live_identifiers(identifiers: DataFrame) -> DataFrame:
    """One row per (record, namespace, value) that is evidence, with when it was first seen (`valid_from`)."""
    return identifiers.where(F.col("refused_by").isNull()).select("record_sk", "namespace", "value", "valid_from")


def first_seen(records: DataFrame) -> DataFrame:
    """One row per record: the first time it is evidence of anything."""
    return records.groupBy("record_sk").agg(F.min("first_seen_at").alias("valid_from"))


def identifier_rows(identifiers: DataFrame) -> DataFrame:
    """One row per (record, namespace, value), as identity.identifiers holds it."""
    return identifiers.withColumns(
        {"is_live": F.col("refused_by").isNull(), "is_named": F.col("given_key").isNotNull()}
    )


def edge_rows(edges: DataFrame) -> DataFrame:
    """One row per piece of evidence, as identity.edges holds it; what no model weighed weighs 1."""
    return edges.withColumns({"is_live": F.col("refused_by").isNull(), "weight": F.coalesce("weight", F.lit(1.0))})


def of_records(rows: DataFrame, records: DataFrame) -> DataFrame:
    """The rows of those records."""
    # records: one row per record.
    return rows.join(records, "record_sk", "left_semi")


def without(rows: DataFrame, others: DataFrame, key: tuple[str, ...] = ("record_sk",)) -> DataFrame:
    """The rows whose key is not among the others'."""
    return rows.join(others.select(*key), list(key), "left_anti")


def rewritten(before: DataFrame, changed: DataFrame, key: tuple[str, ...]) -> DataFrame:
    """A table as it is once the changed rows are in it."""
    # changed: one row per key.
    return without(before, changed, key).unionByName(changed)


def given_names(records: DataFrame) -> DataFrame:
    """One row per record: the given name its newest version is compared by, null without one."""
    return people_of(records).select("record_sk", "given_key")


def with_source_keys(rows: DataFrame, records: DataFrame) -> DataFrame:
    """The rows of records with their source and the source's key."""
    keys = records.select("record_sk", "source", "source_pk").distinct()
    # keys: one row per record.
    return rows.join(keys, "record_sk")
