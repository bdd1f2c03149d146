"""When a model must be trained again: only when something it was made from has changed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sklearn

from cdp_lake.config.models import ModelSpec

FINGERPRINT_TAG = "training_fingerprint"
# Raise it when the training code changes what it would learn from the same rows.
_TRAINING_REVISION = 1


@dataclass(frozen=True)
class TrainingOrigin:
    """What a model was trained from: the cutoff, and the version of each table read."""

    cutoff: datetime
    input_versions: Mapping[str, int] = field(default_factory=dict)


def training_fingerprint(spec: ModelSpec, origin: TrainingOrigin) -> str:
    """A hash that is the same exactly when training would give the same model again."""
    parts = {
        "spec": spec.model_dump(mode="json"),
        "cutoff": origin.cutoff.isoformat(),
        "inputs": dict(origin.input_versions),
        "revision": _TRAINING_REVISION,
        # A model file opens safely only under the scikit-learn that wrote it.
        "scikit-learn": sklearn.__version__,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def needs_training(registered_tags: Mapping[str, str], fingerprint: str) -> bool:
    """True unless the newest registered version, champion or not, was trained from exactly this."""
    return registered_tags.get(FINGERPRINT_TAG) != fingerprint
