"""Models: what is predicted, for whom, from which traits, and what a model must beat to be used."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from cdp_lake.config.strict import Strict
from cdp_lake.errors import did_you_mean

# The traits that decide who is in a model's population, whatever its features are.
POPULATION_TRAITS = ("is_known", "order_count", "days_since_last_order")
# A date says when a model was trained, not what a person did: ages and day counts are features, dates are not.
_NOT_A_FEATURE = ("DATE", "TIMESTAMP", "ARRAY", "MAP", "STRUCT")


class Label(Strict):
    """What is predicted: no purchase in so many days after the cutoff."""

    no_purchase_in_days: int = Field(ge=1, le=730)


class Population(Strict):
    """Who is trained on and scored: known people with enough orders, the last one recent enough."""

    min_order_count: int = Field(default=1, ge=1)
    active_within_days: int = Field(default=365, ge=1)


class LogisticRegression(Strict):
    """A linear model on evened-out features; a smaller `inverse_regularisation` is a simpler model."""

    name: Literal["logistic_regression"]
    inverse_regularisation: float = Field(default=0.1, gt=0)


class GradientBoosting(Strict):
    """Boosted trees on histograms, calibrated afterwards."""

    name: Literal["gradient_boosting"]
    trees: int = Field(default=60, ge=1, le=2000)
    leaves: int = Field(default=8, ge=2, le=256)
    rows_per_leaf: int = Field(default=40, ge=1)
    learning_rate: float = Field(default=0.05, gt=0, le=1)


Algorithm = Annotated[LogisticRegression | GradientBoosting, Field(discriminator="name")]


class Baseline(Strict):
    """The rule a person would use without a model: the higher this feature, the likelier."""

    rank_by: str


class Gate(Strict):
    """What a new version must reach before it becomes the champion."""

    metric: Literal["roc_auc", "average_precision", "top_decile_lift"] = "roc_auc"
    not_below_baseline: bool = True
    at_least: float | None = None


class ModelSpec(Strict):
    """One model. Its features are trait names; a change here trains a new version."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: str = ""
    label: Label
    population: Population = Population()
    features: tuple[str, ...] = Field(min_length=1)
    algorithm: Algorithm
    baseline: Baseline
    gate: Gate = Gate()
    folds: int = Field(default=5, ge=2, le=20)
    min_rows_per_class: int = Field(default=20, ge=10)
    max_training_rows: int = Field(default=200_000, ge=100)
    seed: int = 20170101

    @model_validator(mode="after")
    def _features_hold_together(self) -> Self:
        twice = sorted({name for name in self.features if self.features.count(name) > 1})
        if twice:
            raise ValueError(f"model '{self.name}': feature given twice: {', '.join(twice)}")
        if self.baseline.rank_by not in self.features:
            hint = did_you_mean(self.baseline.rank_by, self.features)
            raise ValueError(f"model '{self.name}': baseline.rank_by '{self.baseline.rank_by}' is no feature; {hint}")
        return self


class ModelRules(Strict):
    """All models of the lake."""

    models: tuple[ModelSpec, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [model.name for model in self.models]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"model declared twice: {', '.join(twice)}")
        return self


def check_models(rules: ModelRules, trait_types: Mapping[str, str]) -> list[str]:
    """Every problem between the models and the declared traits (name to Spark type), as a list of messages."""
    return [problem for model in rules.models for problem in _problems(model, trait_types)]


def _problems(model: ModelSpec, trait_types: Mapping[str, str]) -> list[str]:
    where = f"models.yml: model '{model.name}'"
    needed = dict.fromkeys(model.features + POPULATION_TRAITS)
    unknown = [name for name in needed if name not in trait_types]
    dated = [n for n in model.features if trait_types.get(n, "").upper().startswith(_NOT_A_FEATURE)]
    return (
        [f"{where}: no trait '{name}'; {did_you_mean(name, trait_types)}" for name in unknown]
        + [
            f"{where}: trait '{name}' is {trait_types[name]}: a feature is a number, a boolean or a string"
            for name in dated
        ]
        + _baseline_problems(model, where, trait_types)
    )


def _baseline_problems(model: ModelSpec, where: str, trait_types: Mapping[str, str]) -> list[str]:
    name = model.baseline.rank_by
    is_text = trait_types.get(name, "").upper() == "STRING"
    return [f"{where}: baseline.rank_by '{name}' is text: people are ranked by a number"] if is_text else []
