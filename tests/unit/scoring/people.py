"""A small invented shop for the scoring tests: who has been away long tends not to come back."""

from typing import Any

import numpy as np
import pandas as pd

from cdp_lake.config.models import ModelSpec

_SPEC: dict[str, Any] = {
    "name": "churn",
    "about": "Which active customers are about to stop buying.",
    "label": {"no_purchase_in_days": 60},
    "population": {"min_order_count": 3, "active_within_days": 180},
    "features": ["days_since_last_order", "order_count", "favourite_channel"],
    "algorithm": {"name": "logistic_regression"},
    "baseline": {"rank_by": "days_since_last_order"},
}


def spec_with(**changes: Any) -> ModelSpec:
    """The churn model with some settings changed."""
    return ModelSpec.model_validate(_SPEC | changes)


def shop_rows(count: int = 600, seed: int = 7) -> pd.DataFrame:
    """Training rows in which recency and order count decide, and the channel says nothing."""
    chance = np.random.default_rng(seed)
    away = chance.integers(0, 180, count).astype(float)
    orders = chance.integers(3, 60, count).astype(float)
    odds = -2.5 + away / 40 - orders / 15
    return pd.DataFrame(
        {
            "days_since_last_order": away,
            "order_count": np.where(chance.random(count) < 0.05, np.nan, orders),
            "favourite_channel": chance.choice(["online", "store", "(none)"], count),
            "label": (chance.random(count) < 1 / (1 + np.exp(-odds))).astype(int),
            "fold": chance.integers(0, 5, count).astype("int32"),
            "row_order": chance.permutation(count).astype("int64"),
        }
    )
