"""Resemblance: records of people as matching compares them, and probable pairs as edges of the ledger.

A carrier is not compared: it mixes what is known of everybody who used a value.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.resemblance import ResemblanceRules

RESEMBLES, BELOW_AUTOMATIC = "resembles", "below_automatic"
# What matching takes, and what silver calls it.
_RAW = {
    "given": "raw_given_name",
    "family": "raw_family_name",
    "full": "raw_full_name",
    "native": "raw_native_name",
    "birth_date": "birth_date",
    "email": "email",
    "phone": "phone",
    "gender": "gender",
    "street": "street",
    "city": "city",
    "region": "state",
    "postcode": "postcode",
    "country": "country",
}


# Comparable parts that silver's records can have.
PARTS = (
    *("given", "given_kind", "formal", "formal_too", "given_sound", "middle", "generation"),
    *("family", "family_sound", "native_given", "native_family", "birth_date", "gender", "email", "phone"),
    *("house_number", "street", "city", "region", "postcode", "country"),
)
COMPARED = ("record", "kind", *PARTS)


def as_kept(records: DataFrame) -> DataFrame:
    """Comparable records as identity.comparables holds them."""
    return records.withColumnRenamed("record", "record_sk")


def as_compared(kept: DataFrame) -> DataFrame:
    """Rows of identity.comparables as matching takes them."""
    return kept.withColumnRenamed("record_sk", "record").select(*COMPARED)


def records_to_compare(records: DataFrame) -> DataFrame:
    """One row per record that says a name: `record`, and the parts of its newest version as text `raw_<part>`.

    records: silver.source_records.
    """
    parts = [F.col(column).cast("string").alias(f"raw_{part}") for part, column in _RAW.items()]
    newest = records.where("NOT is_carrier").groupBy(F.col("record_sk").alias("record"))
    told = newest.agg(F.max_by(F.struct("name_key", *parts), "version_no").alias("_v"))
    return told.where(F.col("_v.name_key").isNotNull()).select("record", "_v.*").drop("name_key")


def sample_of(records: DataFrame, count: int, most: int) -> DataFrame:
    """About `most` of the `count` records, the same ones every time; all where there are no more."""
    if count <= most:
        return records
    places = 1_000_000
    return records.where(F.pmod(F.xxhash64("record"), F.lit(places)) < int(places * most / count))


def resembling(scored: DataFrame, rules: ResemblanceRules, version: str) -> DataFrame:
    """One edge per pair that is probable enough to link or to be looked at.

    scored: one row per pair (record_l < record_r) with its probability.
    """
    never = F.lit(None).cast("timestamp")
    is_sure = F.col("probability") >= rules.automatic
    return scored.where(F.col("probability") >= rules.review).select(
        F.col("record_l").alias("src_record_sk"),
        F.col("record_r").alias("dst_record_sk"),
        F.lit(RESEMBLES).alias("rule"),
        F.lit(0).cast("bigint").alias("identifier_sk"),
        never.alias("first_seen_at"),
        never.alias("last_seen_at"),
        F.when(~is_sure, F.lit(BELOW_AUTOMATIC)).alias("refused_by"),
        F.lit(None).cast("bigint").alias("via_record_sk"),
        # Six digits: more would tell engines apart, not people.
        F.round("probability", 6).alias("weight"),
        F.lit(version).alias("model_version"),
    )
