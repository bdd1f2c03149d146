"""Consents that a feed of people carries in columns of its own: which words there grant, and which refuse."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, model_validator

from cdp_lake.config.strict import Strict

REFUSALS = ("no", "n", "false", "f", "0")


class ConsentColumn(Strict):
    """A column that says whether its person agrees: what for, over which channel, in which words, and since when.

    Words are compared whatever their case. An empty cell decides nothing, and a word that stands nowhere here refuses.
    `at` is the column with the decision's own time; where it is empty, or there is none, the version's time counts.
    """

    column: str
    purpose: str
    channel: str = "any"
    recipient: str | None = None
    granted: tuple[str, ...] = Field(min_length=1)
    denied: tuple[str, ...] = REFUSALS
    withdrawn: tuple[str, ...] = ()
    at: str | None = None

    @model_validator(mode="after")
    def _each_word_once(self) -> ConsentColumn:
        every = [word.strip().lower() for word in (*self.granted, *self.denied, *self.withdrawn)]
        twice = sorted({word for word in every if every.count(word) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)}: given twice; a word is one of `granted`, `denied`, `withdrawn`")
        if "" in every:
            raise ValueError("an empty cell decides nothing, so it is no word; turn it into one with `values`")
        return self

    @property
    def known(self) -> tuple[str, ...]:
        """Every word that has a meaning, as it is compared."""
        return tuple(word.strip().lower() for word in (*self.granted, *self.denied, *self.withdrawn))


def consent_column_problems(consents: tuple[ConsentColumn, ...], types: dict[str, str]) -> Iterator[str]:
    """What is wrong with them beside the columns of their feed. types: the type of each column that it has."""
    seen: set[tuple[str, str, str | None]] = set()
    for one in consents:
        scope = (one.purpose, one.channel, one.recipient)
        if scope in seen:
            yield f"consents: {one.purpose} over {one.channel} is said by two columns; one of them has to be the source"
        seen.add(scope)
        if types.get(one.column, "string") != "string":
            yield f"consents '{one.column}': words are compared as they stand; leave the column's type `string`"
        if one.at and types.get(one.at, "timestamp") not in ("timestamp", "date"):
            yield f"consents '{one.column}': `at` names column '{one.at}', which needs `type: timestamp` or `date`"
