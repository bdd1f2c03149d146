"""Scoring: what a model learns from, how good it is, and the score of each profile.

The features are the trait table as it stood at a cutoff, the label is what people did after it, and nothing
else: a model never sees the future, an id or a name. Every profile is judged by a model that did not learn
from it (folds by hash of the id), beside the rule of thumb a person would use. Training happens in memory on
a bounded sample with scikit-learn; tracking, registry and Spark scoring are the adapter's.
"""

from cdp_lake.scoring.deciles import score_rows
from cdp_lake.scoring.evaluation import Evaluation, evaluate
from cdp_lake.scoring.labels import cutoff_before, labels, training_rows
from cdp_lake.scoring.model_card import model_card
from cdp_lake.scoring.population import scoreable
from cdp_lake.scoring.retraining import TrainingOrigin, needs_training, training_fingerprint
from cdp_lake.scoring.training import TrainedModel, too_little_to_learn, train

__all__ = [
    "Evaluation",
    "TrainedModel",
    "TrainingOrigin",
    "cutoff_before",
    "evaluate",
    "labels",
    "model_card",
    "needs_training",
    "score_rows",
    "scoreable",
    "too_little_to_learn",
    "train",
    "training_fingerprint",
    "training_rows",
]
