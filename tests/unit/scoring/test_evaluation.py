"""Quality is measured by numbers that can be worked out by hand."""

import numpy as np
import pytest

from cdp_lake.config.models import Gate
from cdp_lake.scoring.evaluation import calibration_table, evaluate, passes_gate, top_decile_lift


def test_a_perfect_ranking_scores_one_and_a_reversed_one_zero() -> None:
    label = np.array([0, 0, 1, 1])
    rising = np.array([0.1, 0.2, 0.8, 0.9])
    assert evaluate(label, rising).roc_auc == 1.0
    assert evaluate(label, 1 - rising).roc_auc == 0.0


def test_lift_counts_how_many_more_leave_in_the_highest_tenth() -> None:
    label = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0] * 2)
    ranking = np.where(np.arange(20) < 2, 0.9, 0.1)
    # Two of the two highest left, four of all twenty: five times as many.
    assert top_decile_lift(label, ranking) == pytest.approx(5.0)


def test_the_calibration_table_holds_every_person_once() -> None:
    chance = np.random.default_rng(1)
    probability = chance.random(1003)
    label = (chance.random(1003) < probability).astype(int)
    table = calibration_table(label, probability)
    assert sum(b.rows for b in table) == 1003
    assert [b.expected for b in table] == sorted(b.expected for b in table)
    assert max(abs(b.expected - b.observed) for b in table) < 0.15


def test_a_calibration_bin_never_shows_fewer_than_fifty_people() -> None:
    probability = np.linspace(0, 1, 120)
    table = calibration_table((probability > 0.5).astype(int), probability)
    assert min(b.rows for b in table) >= 50


def test_the_ranking_may_differ_from_the_probability() -> None:
    label = np.array([0, 1, 0, 1])
    flat = np.full(4, 0.5)
    judged = evaluate(label, flat, ranking=np.array([1.0, 9.0, 2.0, 8.0]))
    assert judged.roc_auc == 1.0
    assert judged.brier == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("gate", "passes"),
    [
        ({"not_below_baseline": True}, False),
        ({"not_below_baseline": False}, True),
        ({"not_below_baseline": False, "at_least": 0.7}, True),
        ({"not_below_baseline": False, "at_least": 0.8}, False),
    ],
)
def test_a_model_below_its_baseline_does_not_pass(gate: dict[str, object], passes: bool) -> None:
    label = np.array([0, 0, 1, 1])
    model = evaluate(label, np.array([0.1, 0.6, 0.5, 0.9]))  # ROC AUC 0.75
    baseline = evaluate(label, np.array([0.1, 0.2, 0.5, 0.9]))  # ROC AUC 1
    assert passes_gate(model, baseline, Gate.model_validate(gate)) is passes
