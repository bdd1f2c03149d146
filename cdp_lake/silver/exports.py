"""Full exports whose records have no time of their own: the export a record stands in says which one is newer.

Of one key in one export one content stands. Of the exports in their order, those that say what the one before them said
are copies, so that somebody who changes and changes back has three versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.fields import EXPORTED_AT

_KEY = ("source", "key_hash")


def with_export_time(bronze: DataFrame, contract: SourceContract, files: Iterable[Mapping[str, Any]]) -> DataFrame:
    """The records of a feed ordered by its exports, with when theirs was taken; of other feeds as they are.

    files: at least `file_id` and `path` of those the records are in. A file without a day in its name is older than any
    export.
    """
    if not contract.orders_by_export or contract.snapshot is None:
        return bronze
    taken = {file["file_id"]: contract.snapshot.taken_at(file["path"]) for file in files}
    pairs = [F.lit(part) for file_id, at in sorted(taken.items()) if at is not None for part in (file_id, at)]
    when = F.create_map(*pairs)[F.col("_file_id")] if pairs else F.lit(None)
    return bronze.withColumn(EXPORTED_AT, when.cast("timestamp"))


def in_runs(pool: DataFrame, order: list[Column]) -> DataFrame:
    """Records of such feeds with `_original`, the first record that said the same in this run of exports, and whether
    each is `_in_conflict` with another content of its key in its own export.

    pool: one row per sound record, all of a key together.
    """
    of_key = Window.partitionBy(*_KEY).orderBy(*order)
    of_export = Window.partitionBy(*_KEY, "version_at").orderBy(*order)
    stands = F.col("content_hash") == F.first("content_hash").over(of_export)
    told = pool.withColumn("_told", F.when(stands, F.col("content_hash")))
    before = F.last("_told", ignorenulls=True).over(of_key.rowsBetween(Window.unboundedPreceding, -1))
    is_news = F.col("_told").isNotNull() & ~F.col("_told").eqNullSafe(before)
    begun = told.withColumn("_begins", F.when(is_news, F.col("record_id")))
    original = F.last("_begins", ignorenulls=True).over(of_key)
    return begun.withColumns(
        {"_original": F.coalesce(original, F.col("record_id")), "_in_conflict": F.col("_told").isNull()}
    )
