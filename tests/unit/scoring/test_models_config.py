"""models.yml complains where it is wrong, and says what would be right."""

import pytest
import yaml
from pydantic import ValidationError

from cdp_lake.config.models import ModelRules, check_models
from cdp_lake.config.shipped import conf_dir
from cdp_lake.config.traits import TraitRules, trait_types
from tests.unit.scoring.people import spec_with

TRAITS = {
    "is_known": "boolean",
    "order_count": "bigint",
    "days_since_last_order": "bigint",
    "favourite_channel": "string",
    "last_order_at": "timestamp",
}


def shipped(file: str) -> object:
    """The content of one shipped settings file."""
    return yaml.safe_load((conf_dir() / file).read_text(encoding="utf-8"))


def test_the_shipped_models_fit_the_shipped_traits() -> None:
    rules = ModelRules.model_validate(shipped("models.yml"))
    traits = TraitRules.model_validate(shipped("traits.yml"))
    assert [model.name for model in rules.models] == ["churn"]
    assert check_models(rules, trait_types(traits)) == []


def test_a_misspelt_feature_is_named_with_the_nearest_trait() -> None:
    model = spec_with(features=["days_since_last_order", "order_cuont"])
    (problem,) = check_models(ModelRules(models=(model,)), TRAITS)
    assert "no trait 'order_cuont'" in problem
    assert "Did you mean 'order_count'?" in problem


def test_a_date_is_no_feature() -> None:
    model = spec_with(features=["days_since_last_order", "last_order_at"])
    (problem,) = check_models(ModelRules(models=(model,)), TRAITS)
    assert "'last_order_at' is timestamp" in problem


def test_a_sound_model_has_no_problems() -> None:
    assert check_models(ModelRules(models=(spec_with(),)), TRAITS) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"features": ["order_count", "order_count"]}, "given twice: order_count"),
        ({"baseline": {"rank_by": "recency"}}, "baseline.rank_by 'recency' is no feature"),
        ({"algorithm": {"name": "deep_learning"}}, "logistic_regression"),
        ({"featuers": []}, "Did you mean 'features'?"),
    ],
)
def test_a_wrong_model_is_refused_with_a_reason(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        spec_with(**changes)
    assert said in str(refused.value)


def test_two_models_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="declared twice: churn"):
        ModelRules(models=(spec_with(), spec_with()))
