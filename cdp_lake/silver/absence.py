"""Full exports: a key that the newest one lacks is gone since the first export that lacked it.

Presence is told by fates alone, so it does not depend on which export came first, nor on whether a record in it was
new, a copy, or broken: what is there is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

# From the end of a record id: its number in its file.
_NUMBER = r"-[0-9]+$"


def present_until(fates: DataFrame, taken_at: Mapping[str, datetime]) -> DataFrame:
    """One row per key of one source: `_gone_at`, the first export that lacks it behind the last that has it, or null.

    fates: one row per record of the source. taken_at: of each file that is a full export, when it was taken (at least
    one); records of other files say nothing.
    """
    file_id = F.regexp_replace("record_id", _NUMBER, "")
    seen = fates.select("key_hash", _time_of(file_id, taken_at).alias("_at")).where(F.col("_at").isNotNull())
    times = F.array(*[F.lit(at) for at in sorted(set(taken_at.values()))])
    last = seen.groupBy("key_hash").agg(F.max("_at").alias("_last"))
    later = F.try_element_at(F.filter(times, lambda at: at > F.col("_last")), F.lit(1))
    return last.select("key_hash", later.alias("_gone_at"))


def leaving(presence: DataFrame) -> DataFrame:
    """One row per export that is the first to lack somebody: `_gone_at`, how many it lacks (`gone`), and `staying`.

    Staying are all who are in that export or a later one. presence: one row per key.
    """
    counted = presence.groupBy("_gone_at").agg(F.count("*").alias("gone"))
    # As many rows as exports; those who never left come first.
    after = Window.partitionBy(F.lit(0)).orderBy(F.col("_gone_at").desc_nulls_first())
    staying = F.sum("gone").over(after.rowsBetween(Window.unboundedPreceding, -1))
    return counted.withColumn("staying", F.coalesce(staying, F.lit(0))).where(F.col("_gone_at").isNotNull())


def with_absences(records: DataFrame, fates: DataFrame, presence: DataFrame) -> DataFrame:
    """The source records with `deleted_at` as the exports say: of those that are absent, and of nobody else.

    records: one row per node and version of one source. fates: one row per record. presence: one row per key.
    """
    keys = fates.select(F.col("record_id").alias("_record_id"), "key_hash")
    gone = presence.where(F.col("_gone_at").isNotNull())
    known = records.join(keys, "_record_id", "left").join(gone, "key_hash", "left")
    # All versions of one node have one key, whichever of them the record was that fates still know.
    deleted = F.max("_gone_at").over(Window.partitionBy("source", "source_pk"))
    return known.withColumn("deleted_at", deleted).drop("key_hash", "_gone_at")


def _time_of(file_id: Column, taken_at: Mapping[str, datetime]) -> Column:
    pairs = [F.lit(value) for pair in sorted(taken_at.items()) for value in pair]
    return F.create_map(*pairs)[file_id]
