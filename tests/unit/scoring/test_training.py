"""Training is a function of rows and specification: nothing else gets in, no row gets out."""

from dataclasses import replace
from datetime import datetime, timezone

import numpy as np
import pandas as pd
import pytest

from cdp_lake.scoring import (
    TrainingOrigin,
    model_card,
    needs_training,
    too_little_to_learn,
    train,
    training_fingerprint,
)
from cdp_lake.scoring.training import fit, held_out_probability, probability
from tests.unit.scoring.people import shop_rows, spec_with

ORIGIN = TrainingOrigin(datetime(2017, 11, 3, tzinfo=timezone.utc), {"silver.orders": 4, "identity.assignments": 2})


@pytest.mark.parametrize("algorithm", ["logistic_regression", "gradient_boosting"])
def test_the_same_rows_in_any_order_give_the_same_model(algorithm: str) -> None:
    spec = spec_with(algorithm={"name": algorithm})
    rows = shop_rows()
    first = train(rows, spec, ORIGIN)
    second = train(rows.sample(frac=1, random_state=3), spec, ORIGIN)
    assert first.evaluation == second.evaluation
    assert first.influence == second.influence
    assert np.array_equal(probability(first.fitted, rows), probability(second.fitted, rows))


def test_a_model_that_knows_more_than_recency_beats_recency() -> None:
    trained = train(shop_rows(1500), spec_with(), ORIGIN)
    assert trained.evaluation.roc_auc > trained.baseline.roc_auc > 0.6
    assert trained.evaluation.log_loss < trained.baseline.log_loss
    assert trained.passes_gate


def test_a_model_worse_than_its_baseline_fails_its_gate() -> None:
    trained = train(shop_rows(), spec_with(), ORIGIN)
    worse = replace(trained, evaluation=replace(trained.evaluation, roc_auc=trained.baseline.roc_auc - 0.01))
    assert not worse.passes_gate


def test_nobody_is_judged_by_a_model_that_learned_from_them() -> None:
    rows = shop_rows(300)
    held_out = held_out_probability(rows, spec_with())
    for fold in range(5):
        is_out = (rows["fold"] == fold).to_numpy()
        without_them = fit(rows[~is_out], spec_with())
        assert np.array_equal(held_out[is_out], probability(without_them, rows[is_out]))


def test_the_probabilities_are_those_of_the_label_not_of_its_opposite() -> None:
    rows = shop_rows()
    likely = probability(fit(rows, spec_with()), rows)
    assert likely[rows["label"] == 1].mean() > 1.5 * likely[rows["label"] == 0].mean()


def test_unknown_text_and_a_missing_number_still_get_a_score() -> None:
    fitted = fit(shop_rows(), spec_with())
    stranger = pd.DataFrame(
        {"days_since_last_order": [np.nan], "order_count": [np.nan], "favourite_channel": ["marketplace"]}
    )
    assert 0 <= probability(fitted, stranger)[0] <= 1


def test_a_feature_nobody_has_yet_does_not_stop_training() -> None:
    rows = shop_rows().assign(order_count=np.nan)
    assert train(rows, spec_with(), ORIGIN).filled["order_count"] == 0.0


def test_too_few_leavers_is_said_not_raised() -> None:
    rows = shop_rows().assign(label=0)
    rows.loc[:3, "label"] = 1
    assert "4 of 600 profiles" in (too_little_to_learn(rows, spec_with()) or "")
    assert too_little_to_learn(shop_rows(), spec_with()) is None


def test_nothing_new_means_no_new_training() -> None:
    tags = {"training_fingerprint": training_fingerprint(spec_with(), ORIGIN)}
    assert not needs_training(tags, training_fingerprint(spec_with(), ORIGIN))
    assert needs_training({}, training_fingerprint(spec_with(), ORIGIN))


@pytest.mark.parametrize(
    ("spec", "origin"),
    [
        (spec_with(seed=1), ORIGIN),
        (spec_with(algorithm={"name": "gradient_boosting"}), ORIGIN),
        (spec_with(), replace(ORIGIN, cutoff=datetime(2017, 11, 4, tzinfo=timezone.utc))),
        (spec_with(), replace(ORIGIN, input_versions={"silver.orders": 5, "identity.assignments": 2})),
    ],
    ids=["seed", "algorithm", "cutoff", "input version"],
)
def test_a_change_in_what_it_was_made_from_trains_again(spec: object, origin: TrainingOrigin) -> None:
    tags = {"training_fingerprint": training_fingerprint(spec_with(), ORIGIN)}
    assert needs_training(tags, training_fingerprint(spec, origin))  # type: ignore[arg-type]


def test_the_card_tells_quality_beside_the_baseline_and_the_law() -> None:
    trained = train(shop_rows(), spec_with(), ORIGIN)
    card = model_card(trained)
    assert f"| {trained.evaluation.roc_auc:.4f} | {trained.baseline.roc_auc:.4f} |" in card
    for said in ("silver.orders@4", "PIPL article 24", "## Limits", "### Calibration", "2017-11-03", "2018-01-02"):
        assert said in card
    assert card.count("{version}") == 1
