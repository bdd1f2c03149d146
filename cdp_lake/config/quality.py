"""Expectations per table: what must hold before a table is published, in the words of Great Expectations."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import Field, model_validator

from cdp_lake.config.history import HistoryRules
from cdp_lake.config.strict import Strict
from cdp_lake.config.traffic import TrafficRules
from cdp_lake.contracts.table import TableContract
from cdp_lake.errors import did_you_mean

Bound = int | float | datetime | date
_NUMBERS = ("BIGINT", "INT", "DOUBLE", "DECIMAL")
_TIMES = ("DATE", "TIMESTAMP")
_WORDS = ("STRING",)
_RANGE = ("min_value", "max_value")
_SETTINGS = ("column", "columns", *_RANGE, "value_set", "regex", "or_equal", "in_table", "within")
_ORDERED = (*_NUMBERS, *_TIMES)
_PAIR = 2


@dataclass(frozen=True)
class Takes:
    """Which settings an expectation needs and may have, and the column types it can judge (empty: any)."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


# Name without the leading `expect_`; every one is a class of Great Expectations, but for the `in_table` one.
EXPECTATIONS: dict[str, Takes] = {
    "table_row_count_to_be_between": Takes((), _RANGE),
    "column_values_to_not_be_null": Takes(("column",), ("mostly",)),
    "column_values_to_be_unique": Takes(("column",), ("mostly",)),
    "compound_columns_to_be_unique": Takes(("columns",), ("mostly",)),
    "column_values_to_be_between": Takes(("column",), (*_RANGE, "mostly"), _ORDERED),
    "column_value_lengths_to_be_between": Takes(("column",), (*_RANGE, "mostly"), _WORDS),
    "column_values_to_be_in_set": Takes(("column", "value_set"), ("mostly",)),
    "column_values_to_not_be_in_set": Takes(("column", "value_set"), ("mostly",)),
    "column_values_to_match_regex": Takes(("column", "regex"), ("mostly",), _WORDS),
    "column_values_to_not_match_regex": Takes(("column", "regex"), ("mostly",), _WORDS),
    "column_pair_values_a_to_be_greater_than_b": Takes(("columns",), ("or_equal", "mostly"), _ORDERED),
    "column_values_to_be_in_table": Takes(("column", "in_table"), ("within", "mostly")),
}


class Expectation(Strict):
    """One thing a table must keep. `mostly` is the share of non-null values that must keep it."""

    expect: str
    column: str | None = None
    columns: tuple[str, ...] = ()
    severity: Literal["error", "warning"] = "error"
    mostly: float = Field(default=1.0, ge=0.0, le=1.0)
    min_value: Bound | None = None
    max_value: Bound | None = None
    value_set: tuple[bool | int | str, ...] = ()
    regex: str | None = None
    or_equal: bool = False
    in_table: str | None = None
    within: tuple[str, ...] = ()
    about: str = ""

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Every column the expectation reads; the ones of `in_table` have the same names."""
        return (*self.within, *((self.column,) if self.column else ()), *self.columns)

    @property
    def label(self) -> str:
        """Its name within the suite: `column_values_to_not_be_null(order_id)`."""
        return f"{self.expect}({', '.join(self.all_columns)})"

    @property
    def given(self) -> tuple[str, ...]:
        """Settings written down, without name, severity and reason."""
        values = {name: getattr(self, name) for name in _SETTINGS}
        names = [name for name, value in values.items() if value is not None and value is not False and value != ()]
        return (*names, *(("mostly",) if self.mostly < 1.0 else ()))

    @model_validator(mode="after")
    def _bounds_in_order(self) -> "Expectation":
        low, high = self.min_value, self.max_value
        if type(low) is type(high) and low is not None and low > high:  # type: ignore[operator]
            raise ValueError(f"{self.label}: min_value {low} is above max_value {high}")
        return self


class Suite(Strict):
    """The expectations of one table; `name` is the table's name, so that folders of settings merge by it."""

    name: str
    expectations: tuple[Expectation, ...] = Field(min_length=1)

    @property
    def references(self) -> tuple[str, ...]:
        """Other tables the suite looks values up in."""
        return tuple(sorted({e.in_table for e in self.expectations if e.in_table}))


class QualityRules(Strict):
    """Every suite of the lake, what is measured against its history, and which traffic is nobody's."""

    suites: tuple[Suite, ...] = ()
    history: HistoryRules = HistoryRules()
    traffic: TrafficRules = TrafficRules()

    def suite_of(self, table: str) -> Suite | None:
        """The suite of one table, if it has one."""
        return next((suite for suite in self.suites if suite.name == table), None)


def check_suites(suites: Iterable[Suite], contracts: Iterable[TableContract]) -> list[str]:
    """One line per mistake: unknown table, expectation or column, and settings that do not fit."""
    tables = {contract.name: contract for contract in contracts}
    return [problem for suite in suites for problem in _suite_problems(suite, tables)]


def _suite_problems(suite: Suite, tables: dict[str, TableContract]) -> Iterator[str]:
    contract = tables.get(suite.name)
    if contract is None:
        yield f"quality suite '{suite.name}' names no table; {did_you_mean(suite.name, tables)}"
        return
    seen: set[str] = set()
    for expectation in suite.expectations:
        where = f"quality suite {suite.name}: {expectation.label}"
        if expectation.label in seen:
            yield f"{where} is given twice"
        seen.add(expectation.label)
        takes = EXPECTATIONS.get(expectation.expect)
        if takes is None:
            yield f"{where}: unknown expectation; {did_you_mean(expectation.expect, EXPECTATIONS)}"
            continue
        yield from (f"{where}: {problem}" for problem in _setting_problems(expectation, takes))
        yield from (f"{where}: {problem}" for problem in _column_problems(expectation, takes, contract))
        yield from (f"{where}: {problem}" for problem in _reference_problems(expectation, tables))


def _setting_problems(expectation: Expectation, takes: Takes) -> Iterator[str]:
    allowed = (*takes.needs, *takes.may)
    for name in takes.needs:
        if name not in expectation.given:
            yield f"needs `{name}`"
    for name in expectation.given:
        if name not in allowed:
            yield f"takes no `{name}`; {did_you_mean(name, allowed)}"
    if "min_value" in takes.may and not set(_RANGE) & set(expectation.given):
        yield "needs `min_value` or `max_value`"
    if "_pair_" in expectation.expect and len(expectation.columns) != _PAIR:
        yield f"needs two columns, found {len(expectation.columns)}"
    if "compound" in expectation.expect and len(expectation.columns) < _PAIR:
        yield "needs two columns or more; for one column take column_values_to_be_unique"


def _column_problems(expectation: Expectation, takes: Takes, contract: TableContract) -> Iterator[str]:
    types = {column.name: column.type.upper().split("(")[0] for column in contract.columns}
    for name in expectation.all_columns:
        if name not in types:
            yield f"no column '{name}'; {did_you_mean(name, types)}"
        elif takes.types and types[name] not in takes.types:
            yield f"column '{name}' is {types[name]}; it judges {', '.join(takes.types)}"
        elif _is_time(types[name]) != _is_bound_time(expectation) and "values_to_be_between" in expectation.expect:
            yield f"column '{name}' is {types[name]}; its bounds are not"


def _reference_problems(expectation: Expectation, tables: Mapping[str, TableContract]) -> Iterator[str]:
    if expectation.in_table is None:
        return
    other = tables.get(expectation.in_table)
    if other is None:
        hint = did_you_mean(expectation.in_table, tables)
        yield f"in_table '{expectation.in_table}' names no table; {hint}"
        return
    for name in expectation.all_columns:
        if name not in other.column_names:
            yield f"{other.name} has no column '{name}'; {did_you_mean(name, other.column_names)}"


def _is_time(column_type: str) -> bool:
    return column_type in _TIMES


def _is_bound_time(expectation: Expectation) -> bool:
    bounds = (expectation.min_value, expectation.max_value)
    return any(isinstance(bound, date) for bound in bounds)
