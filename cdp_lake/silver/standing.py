"""Facts that change: of several records of one key the newest stands, and one that says "deleted" leaves nothing."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.fates import PASSED, QUARANTINED, in_order
from cdp_lake.silver.fields import is_deletion
from cdp_lake.silver.observations import PERSON_KINDS


def changes(contract: SourceContract) -> bool:
    """True for a feed of facts whose later records take the place of earlier ones; of people every version is kept."""
    return contract.keeps_latest and contract.kind not in PERSON_KINDS


def overtaken(fates: DataFrame, passed: DataFrame) -> DataFrame:
    """One row per record that has a newer one of its key: source, `_record_id`, and whether that one `_is_news`.

    fates: one row per record of feeds that change, with all records of each key that occurs. passed: one row per record
    that passes in this batch; a key whose newest record is among them is what its facts are built anew for. Copies of a
    record are among the older ones too: a published row may have been built from one.
    """
    of_key = Window.partitionBy("source", "key_hash").orderBy(*in_order())
    whole = of_key.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    newest = F.last(F.when(F.col("fate") == PASSED, F.col("record_id")), ignorenulls=True).over(whole)
    sound = fates.where(F.col("fate") != QUARANTINED).withColumn("_newest", newest)
    older = sound.where(F.col("record_id") != F.col("_newest"))
    news = passed.select(F.col("_record_id").alias("_newest"), F.lit(True).alias("_is_news"))
    # news: one row per record.
    judged = older.join(news, "_newest", "left").withColumn("_is_news", F.coalesce("_is_news", F.lit(False)))
    return judged.select("source", F.col("record_id").alias("_record_id"), "_is_news")


def standing(passed: DataFrame, older: DataFrame, contract: SourceContract) -> DataFrame:
    """The records that facts are built from: none that a newer one overtook, none that says it was deleted.

    older: one row per overtaken record.
    """
    mine = older.where(F.col("source") == contract.name).select("_record_id")
    return passed.where(~is_deletion(contract)).join(mine, "_record_id", "left_anti")


def left_behind(published: DataFrame, older: DataFrame) -> DataFrame:
    """The published rows of keys that have news, built from records older than that."""
    # A row that did not change keeps the record it was first built from, so where there is no news none of it counts.
    return published.join(older.where("_is_news").select("_record_id"), "_record_id", "left_semi")
