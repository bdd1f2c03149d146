"""How one trait follows from others: one small model per form, each knowing its inputs and its type."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from cdp_lake.config.strict import Strict

MONEY = "DECIMAL(18,4)"
NUMBERS = ("BIGINT", MONEY, "DOUBLE")
Types = Mapping[str, str]


class Derivation(Strict):
    """What every form answers: which traits it reads, what is wrong with them, and its own type."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the traits it reads."""
        raise NotImplementedError

    def result(self, types: Types) -> str:
        """Spark type of the derived trait."""
        raise NotImplementedError

    def refused(self, types: Types) -> list[str]:
        """Inputs of a type this form cannot use; numbers are expected unless a form says otherwise."""
        return [f"'{n}' is {types[n].lower()}, a number is expected" for n in self.inputs if types[n] not in NUMBERS]


class Quintile(Derivation):
    """1 to 5 by the 20th, 40th, 60th and 80th percentile; equal values always share a quintile."""

    quintile: str
    order: Literal["ascending", "descending"] = "ascending"
    among: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.quintile, self.among) if self.among else (self.quintile,)

    def result(self, types: Types) -> str:
        return "BIGINT"

    def refused(self, types: Types) -> list[str]:
        wrong = [] if types[self.quintile] in NUMBERS else [f"'{self.quintile}' is no number"]
        if self.among and types[self.among] != "BOOLEAN":
            wrong.append(f"among: '{self.among}' is {types[self.among].lower()}, a boolean is expected")
        return wrong


class Ratio(Derivation):
    """First by second; null where the second is zero or absent."""

    ratio: tuple[str, str]

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.ratio

    def result(self, types: Types) -> str:
        return "DOUBLE"


class Difference(Derivation):
    """First minus second."""

    difference: tuple[str, str]

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.difference

    def result(self, types: Types) -> str:
        """The wider of both types."""
        return max((types[name] for name in self.inputs), key=NUMBERS.index)


class Code(Derivation):
    """Values written one after the other, as in the RFM code 545; null where one is absent."""

    concat: tuple[str, ...] = Field(min_length=2)

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.concat

    def result(self, types: Types) -> str:
        return "STRING"

    def refused(self, types: Types) -> list[str]:
        return [f"'{n}' is {types[n].lower()}" for n in self.inputs if types[n] not in ("BIGINT", "STRING", "BOOLEAN")]


class Flag(Derivation):
    """True where the trait keeps every comparison; false where it does not or is absent."""

    flag: str
    equals: bool | int | float | str | None = None
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.flag,)

    @property
    def comparisons(self) -> dict[str, bool | int | float | str]:
        """Operator and value of each comparison given."""
        given = {name: getattr(self, name) for name in ("equals", "at_least", "at_most", "above", "below")}
        return {name: value for name, value in given.items() if value is not None}

    @model_validator(mode="after")
    def _compares(self) -> Flag:
        if not self.comparisons:
            raise ValueError("a flag needs a comparison: equals, at_least, at_most, above or below")
        return self

    def result(self, types: Types) -> str:
        return "BOOLEAN"

    def refused(self, types: Types) -> list[str]:
        return [] if set(self.comparisons) == {"equals"} else super().refused(types)


class Every(Derivation):
    """True where all of the first are true and none of the second; an absent value is not true."""

    all_of: tuple[str, ...] = Field(min_length=1)
    none_of: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.all_of + self.none_of

    def result(self, types: Types) -> str:
        return "BOOLEAN"

    def refused(self, types: Types) -> list[str]:
        return [f"'{n}' is {types[n].lower()}, a boolean is expected" for n in self.inputs if types[n] != "BOOLEAN"]


class BandLabel(Strict):
    """One band: everything below a bound, or all the rest when it has none."""

    label: str
    below: float | None = None


class Band(Derivation):
    """The label of the first band whose bound is above the value; the last band has no bound."""

    band: str
    labels: tuple[BandLabel, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _bounds_rise(self) -> Band:
        bounds = [b.below for b in self.labels[:-1] if b.below is not None]
        rising = all(low < high for low, high in pairwise(bounds))
        if len(bounds) != len(self.labels) - 1 or self.labels[-1].below is not None or not rising:
            raise ValueError("band labels: every label but the last needs `below`, and the bounds rise")
        return self

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.band,)

    def result(self, types: Types) -> str:
        return "STRING"


FORMS: dict[str, type[Derivation]] = {
    "quintile": Quintile,
    "ratio": Ratio,
    "difference": Difference,
    "concat": Code,
    "flag": Flag,
    "all_of": Every,
    "band": Band,
}


def _form(given: Any) -> str | None:
    if isinstance(given, Derivation):
        return next(key for key, form in FORMS.items() if isinstance(given, form))
    keys = [key for key in given if key in FORMS] if isinstance(given, dict) else []
    return keys[0] if len(keys) == 1 else None


Derive = Annotated[
    Annotated[Quintile, Tag("quintile")]
    | Annotated[Ratio, Tag("ratio")]
    | Annotated[Difference, Tag("difference")]
    | Annotated[Code, Tag("concat")]
    | Annotated[Flag, Tag("flag")]
    | Annotated[Every, Tag("all_of")]
    | Annotated[Band, Tag("band")],
    Discriminator(
        _form,
        custom_error_type="derive_form",
        custom_error_message=f"derive takes exactly one of {', '.join(FORMS)}",
    ),
]
