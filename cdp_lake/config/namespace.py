"""One kind of identifier: how far its values are trusted, and when one is no evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PositiveInt, model_validator
from pydantic_core import PydanticCustomError

from cdp_lake.config.strict import Strict

Strength = Literal["strong", "needs_name", "device"]
Normaliser = Literal["text", "lower", "email", "phone"]
Follows = Literal["nobody", "one_person", "holder", "first_owner", "last_authenticated"]

SCOPE = "@"
# A value with characters hidden, in the syntax that Python and Java share. Stars and bullets hide wherever they
# stand. An x is a letter as well: it hides in runs of three among digits, or of four before an @.
MASKED = r"[*＊•●∗✱]|^[\d+() .-]*[xXＸｘ]{3,}[\d+() .xXＸｘ-]*$|^[^@]{0,3}[xXＸｘ]{4,}[^@]?@"
_NAME = re.compile(r"[^@:\s]+")


def type_of(namespace: str) -> str:
    """The type of `type@scope`; a namespace without scope is its own type."""
    return namespace.partition(SCOPE)[0]


def _java_pattern(pattern: str) -> str:
    """The pattern, once it compiles here and will in Spark, which reads Java's dialect."""
    try:
        re.compile(pattern)
    except re.error as problem:
        raise ValueError(f"'{pattern}' is not a regular expression: {problem}") from problem
    if "(?P" in pattern or "(?(" in pattern:
        raise ValueError(f"'{pattern}': Spark reads Java's dialect, which has no (?P..) and no (?(..)); use (..)")
    return pattern


class Namespace(Strict):
    """One kind of identifier: how far its values are trusted, and when one is no evidence.

    `strength`: `strong` links on its own; `needs_name` links only records whose given names agree; `device` follows
    whoever signs in on it. `priority` is the order of trust, 1 the highest: the weakest evidence gives way first.

    How many: `limit` is the number of values one profile may hold, and `unique: true` is how to write `limit: 1`; a
    cluster with more is taken apart. `limit_within_days`, values by days, does the same for those that are first seen
    with a profile within so many days of each other: `{7: 3}` is three new ones a week. A value on more than
    `max_holders` records, or with more than `max_names` different given names, is refused everywhere; not so the
    `allowed` ones, which a person has looked at.

    `scopes`: sources may map values into `name@app` or `name@brand`. Each scope is a namespace of its own under the
    rules of its type: values never match across scopes, and limits count within one. Listed, the scopes are closed.

    `follows`, of a device on which several people signed in: `one_person` gives up the device, `first_owner` and
    `last_authenticated` give what nobody signed in for to the first or the last of them, and refuse the others' use.
    `holder` gives it to each of them for the time he held the device: what happened on it counts for whoever signed
    in last before (identity.holdings), and no record moves. `nobody`: such a device links nothing, shared or not.
    None of them lets a shared device join two people.

    `reassignable: false`: a value keeps its first owner; whoever claims it later is refused. An owner is told by one
    record alone: by the unique value of a more trusted namespace on the record that carries both. Records that name
    nobody so are linked as ever. Without it (the default), names and limits weigh whom a value links.

    `keyed_hash: true`: silver and all after it hold the value as a hash made with the lake's key, never in clear.

    `expires_after_days`: last seen with a record longer ago than that before the run's as_of, the value is no
    evidence of that record. A record that is only ever delivered again unchanged was seen when it last changed.
    """

    name: str
    about: str = ""
    preset: str | None = None
    priority: int = Field(ge=1)
    strength: Strength = "strong"
    normaliser: Normaliser = "text"
    unique: bool = False
    limit: int | None = Field(default=None, ge=1)
    limit_within_days: dict[PositiveInt, PositiveInt] = Field(default={})
    max_holders: int | None = Field(default=None, ge=1)
    max_names: int = Field(default=20, ge=1)
    keyed_hash: bool = False
    names_a_person: bool = True
    follows: Follows = "one_person"
    reassignable: bool = True
    expires_after_days: int | None = Field(default=None, ge=1)
    scopes: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    blocked_patterns: tuple[Annotated[str, AfterValidator(_java_pattern)], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _unique_is_a_limit_of_one(cls, given: Any) -> Any:
        return {"limit": 1, **given} if isinstance(given, dict) and given.get("unique") is True else given

    @model_validator(mode="after")
    def _says_one_thing(self) -> Namespace:
        problems = [*self._misnamed(), *self._contradictions(), *self._unreachable()]
        if problems:
            # Placed at the first one's own line, which may be a line of its preset.
            text = "; ".join(text for _, text in problems)
            raise PydanticCustomError("contradiction", "{text}", {"key": problems[0][0], "text": text})
        return self

    def _misnamed(self) -> Iterable[tuple[str, str]]:
        """(setting, problem) of names that could not be told from their surroundings."""
        if not _NAME.fullmatch(self.name):
            yield (
                "name",
                f"'{self.name}': a name has no space, ':' or '@'; scopes come from sources, which write type@scope",
            )
        for scope in self.scopes:
            if not _NAME.fullmatch(scope):
                yield "scopes", f"scope '{scope}' has a space, ':' or '@' in it; write the app or brand alone"

    def _contradictions(self) -> Iterable[tuple[str, str]]:
        """(setting, problem) where two settings cannot both be meant."""
        given = self.model_fields_set
        if self.unique and self.limit != 1:
            yield "limit", f"`unique: true` is one value per profile, `limit` says {self.limit}; leave one of them out"
        if "unique" in given and not self.unique and self.limit == 1:
            yield "unique", "`limit: 1` is what `unique: true` means; leave `unique: false` out, or raise the limit"
        for days, most in self.limit_within_days.items():
            yield from self._of_a_window(days, most)
        if {"max_names", "max_holders"} <= given and self.max_holders is not None and self.max_names > self.max_holders:
            first = f"beyond max_holders {self.max_holders} records a value is refused anyway"
            yield "max_names", f"max_names {self.max_names} is never reached: {first}"
        if self.keyed_hash and self.normaliser == "phone":
            yield "keyed_hash", "phones are kept in clear: they are written to; take another normaliser"
        if self.keyed_hash and (self.allowed or self.blocked or self.blocked_patterns):
            yield "keyed_hash", "no listed value or pattern can be compared with a hash; leave the lists out"
        if "follows" in given and self.strength != "device":
            yield "follows", f"only `strength: device` follows somebody, this one is {self.strength}"
        if self.strength == "device" and not self.reassignable:
            yield "reassignable", "a device says by `follows` whose it is; leave `reassignable` out"

    def _of_a_window(self, days: int, most: int) -> Iterable[tuple[str, str]]:
        key = "limit_within_days"
        if self.limit is not None and most >= self.limit:
            yield key, f"{most} within {days} days is never reached: `limit` allows {self.limit} at any time"
        for longer, fewer in self.limit_within_days.items():
            if longer > days and fewer < most:
                yield key, f"{most} within {days} days is never reached: {fewer} are allowed within {longer}"

    def _unreachable(self) -> Iterable[tuple[str, str]]:
        """(setting, problem) of listed values that another rule, or the normaliser, keeps from ever meeting theirs."""
        for value in self.allowed:
            pattern = next((p for p in self.blocked_patterns if re.search(p, value)), None)
            if value in self.blocked or pattern:
                yield "allowed", f"'{value}' is also blocked{f' by {pattern}' if pattern else ''}; take it out of one"
            elif re.search(MASKED, value):
                yield "allowed", f"'{value}' is masked, and masked values are never evidence"
        for key, values in (("allowed", self.allowed), ("blocked", self.blocked)):
            for value in values:
                if value != _spelled(value, self.normaliser):
                    yield key, f"'{value}' never occurs: values are kept as '{_spelled(value, self.normaliser)}'"


def _spelled(value: str, normaliser: Normaliser) -> str:
    """A listed value as the normaliser would at least leave it."""
    if normaliser == "phone":
        return "+" + re.sub(r"\D", "", value)
    return value.strip() if normaliser == "text" else value.strip().lower()
