"""From probabilities to rows of gold.scores."""

from datetime import datetime

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.contracts import conform
from cdp_lake.contracts.gold import SCORES

_DECIMALS = 6


def score_rows(scored: DataFrame, model: str, as_of: datetime) -> DataFrame:
    """One row per (profile, model): score, decile over the scored population (10 = highest), version and time.

    `scored` carries profile_id, score and model_version.
    """
    # A probability's last bits depend on how rows were batched; rounded, the same input gives the same row.
    rounded = scored.withColumn("score", F.round("score", _DECIMALS)).withColumn("model", F.lit(model))
    by_score = Window.partitionBy("model").orderBy("score", "profile_id")
    return conform(
        rounded.withColumn("decile", F.ntile(10).over(by_score)).withColumn("scored_at", F.lit(as_of)), SCORES
    )
