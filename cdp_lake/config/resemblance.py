"""When records link that share no value: because they resemble each other, by a model learnt from the lake itself."""

from __future__ import annotations

from pydantic import Field, model_validator

from cdp_lake.config.strict import Strict


class ResemblanceRules(Strict):
    """From which probability on two records are one person, and how much is compared to find out.

    From `automatic` on a pair links; from `review` on a person is asked; below that it is nothing. The probabilities
    are calibrated, so the thresholds say how sure one wants to be; no labels set them.

    At most `pair_budget` pairs are compared: beyond it blocking asks for more agreement first. The model, registered
    in MLflow as `model`, is learnt from at most `learn_from` records, and anew when records are `learn_anew_at` times
    as many.
    """

    model: str = Field(default="resemblance", pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    automatic: float = Field(default=0.99, gt=0.5, le=1)
    review: float = Field(default=0.5, gt=0, le=1)
    pair_budget: int = Field(default=6_000_000, ge=1_000)
    learn_from: int = Field(default=200_000, ge=1_000)
    learn_anew_at: float = Field(default=2.0, gt=1)

    @model_validator(mode="after")
    def _in_order(self) -> ResemblanceRules:
        if self.review > self.automatic:
            raise ValueError(
                f"review {self.review} is above automatic {self.automatic}: what links needs no review; lower `review`"
            )
        return self
