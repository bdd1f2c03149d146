"""Traits that follow from other traits, as SQL."""

# ruff: noqa: S608 - SQL is made from settings, never from data
from __future__ import annotations

from collections.abc import Sequence

from cdp_lake.config.derivations import Band, Code, Difference, Every, Flag, Quintile, Ratio
from cdp_lake.config.traits import Trait
from reference.engine import quoted, text
from reference.moment import literal

PERCENTILES = (0.2, 0.4, 0.6, 0.8)
_OPERATORS = {"equals": "IS NOT DISTINCT FROM", "at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}


def cut_points(layer: Sequence[Trait], traits: str) -> str | None:
    """SQL of one row with the percentiles of the layer's quintiles; None when it has none."""
    cuts = [
        f"quantile_cont({_ranked(t.derive)}, {list(PERCENTILES)}) AS {quoted('cuts_' + t.name)}"
        for t in layer
        if isinstance(t.derive, Quintile)
    ]
    return f"SELECT {', '.join(cuts)} FROM {traits}" if cuts else None


def derived(trait: Trait) -> str:  # noqa: PLR0911 - one answer per form
    """SQL of one derived trait."""
    match trait.derive:
        case Quintile():
            return _quintile(trait.derive, f"cuts.{quoted('cuts_' + trait.name)}")
        case Ratio(ratio=(upper, lower)):
            bottom = f"CAST({quoted(lower)} AS DOUBLE)"
            return f"CASE WHEN {bottom} <> 0 THEN CAST({quoted(upper)} AS DOUBLE) / {bottom} END"
        case Difference(difference=(left, right)):
            return f"{quoted(left)} - {quoted(right)}"
        case Code():
            return " || ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in trait.derive.concat)
        case Flag():
            given = trait.derive.comparisons.items()
            tests = [f"{quoted(trait.derive.flag)} {_OPERATORS[operator]} {literal(v)}" for operator, v in given]
            return f"coalesce({' AND '.join(tests)}, false)"
        case Every():
            wanted = [f"coalesce({quoted(name)}, false)" for name in trait.derive.all_of]
            return " AND ".join([*wanted, *(f"NOT coalesce({quoted(n)}, false)" for n in trait.derive.none_of)])
        case Band():
            return _band(trait.derive)
        case _:
            raise NotImplementedError(f"the reference engine derives no {type(trait.derive).__name__}")


def _quintile(form: Quintile, cuts: str) -> str:
    found = _ranked(form)
    above = " + ".join(f"CAST({found} > {cuts}[{n}] AS INTEGER)" for n in range(1, len(PERCENTILES) + 1))
    rank = f"6 - (1 + {above})" if form.order == "descending" else f"1 + {above}"
    return f"CASE WHEN {found} IS NOT NULL THEN {rank} END"


def _ranked(form: object) -> str:
    if not isinstance(form, Quintile):
        raise TypeError("only a quintile ranks values")
    found = f"CAST({quoted(form.quintile)} AS DOUBLE)"
    return f"CASE WHEN {quoted(form.among)} THEN {found} END" if form.among else found


def _band(form: Band) -> str:
    value = quoted(form.band)
    labels = [f"WHEN {value} < {b.below} THEN {text(b.label)}" for b in form.labels if b.below is not None]
    return f"CASE WHEN {value} IS NULL THEN NULL {' '.join(labels)} ELSE {text(form.labels[-1].label)} END"
