"""Consent settings: why data may be used, over which channels, and where a recipient needs a consent of its own."""

from typing import Literal

from pydantic import Field, model_validator

from cdp_lake.config.strict import Strict

Status = Literal["granted", "denied", "withdrawn"]


class ConsentNeed(Strict):
    """What one use of personal data must be allowed for; people of `separate_in` must also have named the recipient."""

    purpose: str
    channel: str = "any"
    recipient: str | None = None
    separate_in: tuple[str, ...] = ()


class ConsentRules(Strict):
    """The words of consent decisions, and the purposes that run the lake itself and need none."""

    purposes: tuple[str, ...] = Field(min_length=1)
    channels: tuple[str, ...] = Field(min_length=1)
    statuses: tuple[Status, ...] = ("granted", "denied", "withdrawn")
    operational_purposes: tuple[str, ...] = Field(min_length=1)
    separate_consent_countries: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _no_purpose_is_both(self) -> "ConsentRules":
        both = sorted(set(self.purposes) & set(self.operational_purposes))
        if both:
            raise ValueError(
                f"purposes {both} are listed as operational too: a purpose that people decide on "
                "cannot be one that is read without asking; remove it from operational_purposes"
            )
        return self

    @property
    def read_purposes(self) -> frozenset[str]:
        """What `lake.read(table, purpose=...)` accepts; everything else is refused."""
        return frozenset(self.operational_purposes)
