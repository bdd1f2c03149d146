"""Fitting on a bounded sample in memory: the same rows and specification give the same model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, PowerTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from cdp_lake.config.models import GradientBoosting, ModelSpec
from cdp_lake.scoring.evaluation import Evaluation, Numbers, evaluate, passes_gate
from cdp_lake.scoring.labels import FOLD, LABEL, ORDER
from cdp_lake.scoring.retraining import TrainingOrigin, training_fingerprint

_MAX_CATEGORIES, _CALIBRATION_FOLDS = 20, 3
_INFLUENCE_ROWS, _INFLUENCE_REPEATS = 5_000, 3


@dataclass(frozen=True)
class FittedModel:
    """A pipeline of scikit-learn's own parts and the columns it expects."""

    pipeline: Pipeline
    numeric: tuple[str, ...]
    categorical: tuple[str, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """Input columns in the order the model reads them."""
        return self.numeric + self.categorical


@dataclass(frozen=True)
class TrainedModel:
    """A fitted model with all that is known about it; holds no row it learned from."""

    spec: ModelSpec
    origin: TrainingOrigin
    fitted: FittedModel
    evaluation: Evaluation
    baseline: Evaluation
    influence: dict[str, float]
    filled: dict[str, float]

    @property
    def fingerprint(self) -> str:
        """What the model was made from, as one hash."""
        return training_fingerprint(self.spec, self.origin)

    @property
    def passes_gate(self) -> bool:
        """Whether this version may become the champion."""
        return passes_gate(self.evaluation, self.baseline, self.spec.gate)


def too_little_to_learn(training: pd.DataFrame, spec: ModelSpec) -> str | None:
    """Why no model can be trained from these rows, or None."""
    positives = int(training[LABEL].sum())
    needed, rarer = spec.min_rows_per_class, min(positives, len(training) - positives)
    if rarer >= needed:
        return None
    return (
        f"model '{spec.name}': {positives} of {len(training)} profiles in the population bought nothing in "
        f"{spec.label.no_purchase_in_days} days; at least {needed} of each kind are needed to learn from"
    )


def train(training: pd.DataFrame, spec: ModelSpec, origin: TrainingOrigin) -> TrainedModel:
    """The model fitted on all rows, judged on rows held out fold by fold, beside its baseline."""
    rows = training.sort_values(ORDER, kind="stable", ignore_index=True)
    fitted = fit(rows, spec)
    model = evaluate(rows[LABEL].to_numpy(), held_out_probability(rows, spec))
    baseline = evaluate_baseline(rows, spec)
    influence = feature_influence(fitted, rows, spec)
    filled = {name: float(rows[name].notna().mean()) for name in fitted.numeric}
    return TrainedModel(spec, origin, fitted, model, baseline, influence, filled)


def fit(rows: pd.DataFrame, spec: ModelSpec) -> FittedModel:
    """The specified algorithm fitted on the rows; text columns are one-hot encoded, the rest is numeric."""
    categorical = tuple(n for n in spec.features if not pd.api.types.is_numeric_dtype(rows[n]))
    numeric = tuple(n for n in spec.features if n not in categorical)
    fitted = FittedModel(estimator(spec, numeric, categorical), numeric, categorical)
    with one_thread():
        fitted.pipeline.fit(rows[list(fitted.features)], rows[LABEL])
    return fitted


def probability(fitted: FittedModel, rows: pd.DataFrame) -> Numbers:
    """The probability of the label for each row."""
    with one_thread():
        chances = fitted.pipeline.predict_proba(rows[list(fitted.features)])
    return np.asarray(chances[:, 1], dtype=np.float64)


def one_thread() -> Any:
    """A block in which scikit-learn uses one thread: same results on every machine, no cores fought over."""
    return threadpool_limits(limits=1)


def held_out_probability(rows: pd.DataFrame, spec: ModelSpec) -> Numbers:
    """For each row the probability given by a model that was fitted without the row's fold."""
    found = np.zeros(len(rows))
    for fold in sorted(rows[FOLD].unique()):
        is_out = (rows[FOLD] == fold).to_numpy()
        found[is_out] = probability(fit(rows[~is_out], spec), rows[is_out])
    return found


def evaluate_baseline(rows: pd.DataFrame, spec: ModelSpec) -> Evaluation:
    """The rule of thumb: ranked by its one feature; its probability is a logistic curve through that feature."""
    algorithm = {"name": "logistic_regression", "inverse_regularisation": 1000.0}
    curve = ModelSpec.model_validate(spec.model_dump() | {"features": [spec.baseline.rank_by], "algorithm": algorithm})
    ranking = rows[spec.baseline.rank_by].astype("float64").fillna(-np.inf).to_numpy()
    finite: Numbers = np.asarray(np.nan_to_num(ranking, neginf=np.finfo(np.float64).min / 2), dtype=np.float64)
    return evaluate(rows[LABEL].to_numpy(), held_out_probability(rows, curve), finite)


def feature_influence(fitted: FittedModel, rows: pd.DataFrame, spec: ModelSpec) -> dict[str, float]:
    """How much of the ranking (ROC AUC) is lost when one feature is shuffled, largest first."""
    sample = rows.head(_INFLUENCE_ROWS)
    names = list(fitted.features)
    shuffles = {"scoring": "roc_auc", "n_repeats": _INFLUENCE_REPEATS, "random_state": spec.seed}
    with one_thread():
        found = permutation_importance(fitted.pipeline, sample[names], sample[LABEL], **shuffles)
    losses = {name: float(loss) for name, loss in zip(names, found.importances_mean, strict=True)}
    return dict(sorted(losses.items(), key=lambda item: (-item[1], item[0])))


def estimator(spec: ModelSpec, numeric: tuple[str, ...], categorical: tuple[str, ...]) -> Pipeline:
    """The untrained pipeline: every part is scikit-learn's, so a stored model opens without this package."""
    encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=_MAX_CATEGORIES, sparse_output=False)
    text = ("text", encoder, list(categorical))
    if isinstance(spec.algorithm, GradientBoosting):
        # Trees take missing numbers as they are.
        columns = ColumnTransformer([("number", "passthrough", list(numeric)), text])
        return make_pipeline(columns, _calibrated_trees(spec.algorithm, spec.seed))
    # Counts and amounts have long tails: evened out first, or a few heavy buyers bend the line.
    even = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        PowerTransformer(),
    )
    columns = ColumnTransformer([("number", even, list(numeric)), text])
    line = LogisticRegression(C=spec.algorithm.inverse_regularisation, max_iter=2000, random_state=spec.seed)
    return make_pipeline(columns, StandardScaler(), line)


def _calibrated_trees(rules: GradientBoosting, seed: int) -> Any:
    trees = HistGradientBoostingClassifier(
        max_iter=rules.trees,
        max_leaf_nodes=rules.leaves,
        min_samples_leaf=rules.rows_per_leaf,
        learning_rate=rules.learning_rate,
        random_state=seed,
        early_stopping=False,
    )
    return CalibratedClassifierCV(trees, method="sigmoid", cv=StratifiedKFold(_CALIBRATION_FOLDS))
