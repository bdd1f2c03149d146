"""Identifiers of records, and the people behind them as far as one record tells."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

KEY = ("record_sk", "namespace", "value")


def identifiers_of(records: DataFrame) -> DataFrame:
    """One row per (record, namespace, value) over all versions of the record; `valid_to` is null while current."""
    newest = records.groupBy("record_sk").agg(F.max("version_no").alias("_newest"))
    spread = records.select("record_sk", "version_no", F.explode("identifiers").alias("i"))
    # newest: one row per record.
    dated = spread.join(newest, "record_sk").select(
        "record_sk", "i.*", (F.col("version_no") == F.col("_newest")).alias("_is_current")
    )
    merged = dated.groupBy(*KEY).agg(
        F.min("first_seen_at").alias("valid_from"),
        F.max("last_seen_at").alias("_last_seen"),
        F.max("_is_current").alias("_is_current"),
    )
    valid_to = F.when(~F.col("_is_current"), F.col("_last_seen"))
    return merged.withColumn("valid_to", valid_to).drop("_is_current")


def people_of(records: DataFrame) -> DataFrame:
    """One row per record: the newest version's comparison keys, and the `namespace:value` a carrier stands for."""
    keys = F.struct(
        F.nullif("given_key", F.lit("")).alias("given_key"),
        "name_key",
        "birth_date",
        "postcode",
        F.when(F.col("is_carrier"), F.col("source_pk")).alias("carrier_key"),
    )
    return records.groupBy("record_sk").agg(F.max_by(keys, "version_no").alias("k")).select("record_sk", "k.*")


def own_values(people: DataFrame) -> DataFrame:
    """One row per carrier: the (namespace, value) it stands for. people: one row per record, with `carrier_key`."""
    parts = F.split("carrier_key", ":", 2)
    own = people.where(F.col("carrier_key").isNotNull())
    return own.select("record_sk", F.get(parts, F.lit(0)).alias("namespace"), F.get(parts, F.lit(1)).alias("value"))
