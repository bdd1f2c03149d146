"""How good a ranking and its probabilities are, on people the model did not learn from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from cdp_lake.config.models import Gate

Numbers = npt.NDArray[np.float64]
# A calibration bin of fewer people says more about them than about the model.
_ROWS_PER_BIN, _MAX_BINS = 50, 10


@dataclass(frozen=True)
class CalibrationBin:
    """People with about the same probability: what was expected of them, and what they did."""

    rows: int
    expected: float
    observed: float


@dataclass(frozen=True)
class Evaluation:
    """One model's quality over one set of labelled rows."""

    rows: int
    positive_share: float
    roc_auc: float
    average_precision: float
    log_loss: float
    brier: float
    top_decile_lift: float
    calibration: tuple[CalibrationBin, ...]

    def metrics(self) -> dict[str, float]:
        """Metric name to value, in reading order."""
        return {
            "roc_auc": self.roc_auc,
            "average_precision": self.average_precision,
            "top_decile_lift": self.top_decile_lift,
            "log_loss": self.log_loss,
            "brier": self.brier,
            "positive_share": self.positive_share,
            "rows": float(self.rows),
        }


def evaluate(label: npt.NDArray[Any], probability: Numbers, ranking: Numbers | None = None) -> Evaluation:
    """The quality of a probability, and of a ranking where that is not the probability itself."""
    order_by = probability if ranking is None else ranking
    return Evaluation(
        rows=len(label),
        positive_share=float(np.mean(label)),
        roc_auc=float(roc_auc_score(label, order_by)),
        average_precision=float(average_precision_score(label, order_by)),
        log_loss=float(log_loss(label, probability, labels=[0, 1])),
        brier=float(brier_score_loss(label, probability)),
        top_decile_lift=top_decile_lift(label, order_by),
        calibration=calibration_table(label, probability),
    )


def top_decile_lift(label: npt.NDArray[Any], ranking: Numbers) -> float:
    """How many times more positives the highest tenth holds than a tenth drawn blindly; ties by row order."""
    count = max(1, len(label) // 10)
    highest = np.argsort(-ranking, kind="stable")[:count]
    return float(np.mean(label[highest]) / np.mean(label))


def calibration_table(label: npt.NDArray[Any], probability: Numbers) -> tuple[CalibrationBin, ...]:
    """Bins of equal size from the lowest probability to the highest."""
    bins = max(1, min(_MAX_BINS, len(label) // _ROWS_PER_BIN))
    groups = np.array_split(np.argsort(probability, kind="stable"), bins)
    return tuple(CalibrationBin(len(g), float(probability[g].mean()), float(label[g].mean())) for g in groups)


def passes_gate(model: Evaluation, baseline: Evaluation, gate: Gate) -> bool:
    """Whether a version may become champion: not below the baseline, and not below the floor, where asked."""
    reached, to_beat = model.metrics()[gate.metric], baseline.metrics()[gate.metric]
    beats_baseline = not gate.not_below_baseline or reached >= to_beat
    reaches_floor = gate.at_least is None or reached >= gate.at_least
    return beats_baseline and reaches_floor
