"""What is measured of tables and sources with every batch, and how far a batch may stand out from its own history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field, model_validator

from cdp_lake.config.sources import SourceContract
from cdp_lake.config.strict import Strict
from cdp_lake.contracts.table import TableContract
from cdp_lake.errors import did_you_mean

ROWS, RECORDS, HOURS_BEHIND = "rows", "records", "hours_behind"
NULL_SHARE, DISTINCT_SHARE, VALUE_SHARE, VALUE_DRIFT = "null_share", "distinct_share", "value_share", "value_drift"
QUARANTINED_SHARE, DUPLICATE_SHARE = "quarantined_share", "duplicate_share"
# Each is of a column, which may stand behind it: `null_share.email`.
OF_COLUMNS = (NULL_SHARE, DISTINCT_SHARE, VALUE_DRIFT)
MEASURES = (ROWS, RECORDS, HOURS_BEHIND, QUARANTINED_SHARE, DUPLICATE_SHARE, *OF_COLUMNS)
Severity = Literal["error", "warning"]


class Limit(Strict):
    """How far one measure may go; `name` is the measure, or measure and column: `null_share.email`.

    spreads: so many spreads from the median of the history, the spread being 1.4826 times the median absolute
    deviation. margin: a difference that never counts: of rows, records and hours a share of the median, of shares
    itself. at_least, at_most: fixed bounds, judged from the first batch on.
    """

    name: str
    spreads: float | None = Field(default=None, gt=0)
    margin: float = Field(default=0.0, ge=0)
    at_least: float | None = None
    at_most: float | None = None
    severity: Severity = "warning"

    @model_validator(mode="after")
    def _says_something(self) -> Limit:
        if self.spreads is None and self.at_least is None and self.at_most is None:
            raise ValueError(f"{self.name}: needs `spreads`, `at_least` or `at_most`")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"{self.name}: at_least {self.at_least:g} is above at_most {self.at_most:g}")
        return self


class Watched(Strict):
    """One table or source by name.

    Of a table: `time` is the column that says when a row happened, `columns` are measured for nulls and distinct
    values. Of a source every column is measured for nulls, and those with `one_of` for their values. `values`: columns
    of few values, whose shares are kept; never personal ones.
    """

    name: str
    time: str | None = None
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()


class HistoryRules(Strict):
    """What is measured, and held against the history.

    runs: so many earlier batches are the history; from_runs: fewer say nothing; from_rows: nor do shares of fewer
    rows. gates: false makes every error of the history a warning, for a change that is meant. limits: of every table
    and source; one of its own comes first.
    """

    runs: int = Field(default=20, ge=3)
    from_runs: int = Field(default=5, ge=3)
    from_rows: int = Field(default=100, ge=1)
    gates: bool = True
    limits: tuple[Limit, ...] = ()
    tables: tuple[Watched, ...] = ()
    sources: tuple[Watched, ...] = ()

    def table(self, name: str) -> Watched | None:
        """What is measured of a table, if anything is."""
        return next((table for table in self.tables if table.name == name), None)

    def source(self, name: str) -> Watched:
        """What is measured of a source beyond what is of every one."""
        return next((source for source in self.sources if source.name == name), Watched(name=name))

    def limit(self, name: str, measure: str, subject: str) -> Limit | None:
        """The limit of one measure of a table or source: the narrowest there is."""
        own = self.table(name) or self.source(name)
        limits = [{limit.name: limit for limit in given} for given in (own.limits, self.limits)]
        asked = [(of, word) for of in limits for word in (f"{measure}.{subject}", measure)]
        return next((of[word] for of, word in asked if word in of), None)


def check_history(
    rules: HistoryRules, contracts: Iterable[TableContract], sources: Iterable[SourceContract]
) -> list[str]:
    """One line per mistake: an unknown table, source, column or measure, or a personal column among `values`."""
    tables = {t.name: {c.name: c.pii for c in t.columns} for t in contracts}
    feeds = {s.name: {c.name: c.pii for c in s.columns} for s in sources}
    problems = [f"history: {problem}" for problem in _limit_problems(rules.limits, None)]
    for kind, watched, known in (("table", rules.tables, tables), ("source", rules.sources, feeds)):
        for one in watched:
            if one.name not in known:
                problems.append(f"history: {kind} '{one.name}' is not there; {did_you_mean(one.name, known)}")
                continue
            if kind == "source" and one.time:
                problems.append(
                    f"history of {one.name}: `time` is a table's; the kind of a source says when it happened"
                )
            problems += [f"history of {one.name}: {problem}" for problem in _problems(one, known[one.name])]
    return problems


def _problems(one: Watched, columns: dict[str, str | None]) -> Iterator[str]:
    for name in (*one.columns, *one.values, *((one.time,) if one.time else ())):
        if name not in columns:
            yield f"no column '{name}'; {did_you_mean(name, columns)}"
    for name in one.values:
        if columns.get(name):
            yield f"values of '{name}' are personal ({columns[name]}): their shares are not kept"
    yield from _limit_problems(one.limits, columns)


def _limit_problems(limits: Iterable[Limit], columns: dict[str, str | None] | None) -> Iterator[str]:
    for limit in limits:
        measure, _, column = limit.name.partition(".")
        if measure not in MEASURES:
            yield f"limit '{limit.name}': no measure '{measure}'; {did_you_mean(measure, MEASURES)}"
        elif column and measure not in OF_COLUMNS:
            yield f"limit '{limit.name}': {measure} is not of a column"
        elif column and columns is not None and column not in columns:
            yield f"limit '{limit.name}': no column '{column}'; {did_you_mean(column, columns)}"
