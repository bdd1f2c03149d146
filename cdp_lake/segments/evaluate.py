"""Who is in which segment, all segments in one pass."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.segments import SegmentRules
from cdp_lake.segments.conditions import is_in


def wide_scores(scores: DataFrame, models: Sequence[str]) -> DataFrame:
    """One row per profile with any score: `<model>_score` and `<model>_decile` of each model, from gold.scores."""
    of_model = [
        (F.when(F.col("model") == model, F.col(part)), f"{model}_{part}")
        for model in models
        for part in ("score", "decile")
    ]
    # gold.scores has one row per (profile, model), so the greatest value is the only one.
    values = [F.max(value).alias(name) for value, name in of_model]
    return scores.groupBy("profile_id").agg(*values) if values else scores.select("profile_id").distinct()


def side_by_side(profiles: DataFrame, traits: DataFrame, scores: DataFrame) -> DataFrame:
    """One row per profile, with its traits and wide scores under the names `profile`, `trait` and `score`."""
    # traits and scores: one row per profile_id each.
    joined = profiles.alias("profile").join(traits.alias("trait"), on="profile_id", how="left")
    return joined.join(scores.alias("score"), on="profile_id", how="left")


def evaluate_segments(profiles: DataFrame, traits: DataFrame, scores: DataFrame, rules: SegmentRules) -> DataFrame:
    """One row per (segment, profile_id): the profiles for which the segment's rule holds.

    `scores` is wide: see `wide_scores`.
    """
    by_name = rules.by_name
    names = [F.when(is_in(segment, by_name), F.lit(segment.name)) for segment in rules.segments]
    listed = F.array_compact(F.array(*names)) if names else F.array().cast("array<string>")
    return side_by_side(profiles, traits, scores).select(F.explode(listed).alias("segment"), "profile_id")
