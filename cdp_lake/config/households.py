"""Household rules: which people live together, by what they say of themselves."""

from __future__ import annotations

from pydantic import Field, field_validator

from cdp_lake.config.strict import Strict
from cdp_lake.errors import did_you_mean

# A family name alone is no home: millions share one of the common Chinese surnames.
NAMES = ("family_key",)
# What two people can have in common only if they know one another.
_TELLING = ("street", "phone", "email")
_KNOWN = (*NAMES, *_TELLING, "city", "state", "postcode", "country")


class HouseholdRules(Strict):
    """`any_of` are rules in order of trust: people who are equal in all attributes of one live together.

    A place (the attributes of a rule without the name) of more than `max_people` people is a building or a hotline,
    and no evidence. No rules: no households.
    """

    any_of: tuple[tuple[str, ...], ...] = ()
    max_people: int = Field(default=8, ge=2)

    @field_validator("any_of")
    @classmethod
    def _say_where(cls, rules: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        for rule in rules:
            for name in rule:
                if name not in _KNOWN:
                    raise ValueError(f"'{name}' is no attribute that a household shares; {did_you_mean(name, _KNOWN)}")
            if not set(rule) & set(_TELLING):
                raise ValueError(
                    f"[{', '.join(rule)}] says of nobody where they live: strangers share all of it. "
                    f"Add one of {', '.join(_TELLING)}"
                )
            if "street" in rule and not {"city", "postcode"} & set(rule):
                raise ValueError(f"[{', '.join(rule)}]: every town has its Main Street; add city or postcode")
        return rules
