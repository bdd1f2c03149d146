"""The past a model may know, the future it must guess, and nothing of one in the other."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.models import ModelSpec
from cdp_lake.scoring.population import feature_column, feature_types, scoreable

LABEL, FOLD, ORDER = "label", "fold", "row_order"


def cutoff_before(as_of: datetime, horizon_days: int, zone: str = "UTC") -> datetime:
    """The latest midnight (in the business zone) whose whole horizon lies before `as_of`."""
    aware = as_of if as_of.tzinfo else as_of.replace(tzinfo=timezone.utc)
    horizon_start = aware - timedelta(days=horizon_days)
    local_day = horizon_start.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(local_day, time(), ZoneInfo(zone)).astimezone(timezone.utc)


def labels(orders: DataFrame, cutoff: datetime, horizon_days: int) -> DataFrame:
    """One row per profile that bought in (cutoff, cutoff + horizon]; `orders` carries profile_id, ordered_at."""
    is_after = F.col("ordered_at") > F.lit(cutoff)
    is_within = F.col("ordered_at") <= F.lit(cutoff + timedelta(days=horizon_days))
    bought = orders.where(is_after & is_within & F.col("profile_id").isNotNull())
    return bought.groupBy("profile_id").agg(F.lit(True).alias("bought_again"))


def training_rows(traits_at_cutoff: DataFrame, buyers: DataFrame, spec: ModelSpec) -> DataFrame:
    """One row per profile of the population at the cutoff: features, label (1 = bought nothing), fold; no id.

    At most `max_training_rows` rows, the ones of smallest hash, so the same people are drawn every time.
    """
    population = scoreable(traits_at_cutoff, spec)
    types = feature_types(population, spec.features)
    # buyers: one row per profile, made by `labels`; a profile that is not among them bought nothing.
    labelled = population.join(buyers, on="profile_id", how="left")
    hashed = labelled.withColumn(ORDER, F.xxhash64("profile_id", F.lit(spec.seed)))
    sampled = hashed.orderBy(ORDER, "profile_id").limit(spec.max_training_rows)
    return sampled.select(
        *[feature_column(name, types[name]) for name in spec.features],
        F.when(F.col("bought_again"), 0).otherwise(1).alias(LABEL),
        F.pmod(F.col(ORDER), F.lit(spec.folds)).cast("int").alias(FOLD),
        ORDER,
    )
