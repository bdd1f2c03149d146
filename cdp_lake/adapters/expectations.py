"""The quality gate: Spark counts a table once, Great Expectations' own classes judge the counts.

On Spark a compound key alone took Great Expectations 20 s for 1.5 million rows, where one pass takes 2 s for
a whole suite, and its results carry samples of rows. So the metrics its expectations ask for are handed to
them ready made, through their public `metrics_validate`. Values of rows never reach them.
"""

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from time import monotonic
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from cdp_lake.config.quality import Expectation, Suite
from cdp_lake.quality import duplicate_counts, missing, suite_counts, suspects, unexpected

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult

IN_TABLE = "column_values_to_be_in_table"
# BASIC gives counts and shares; the rest keeps any value of a row out of results and pages.
_NO_VALUES = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}
_SEVERITIES = {"error": "critical", "warning": "warning"}


@dataclass(frozen=True)
class Check:
    """One expectation judged; `observed` is an aggregate, never a value of a row."""

    expectation: str
    severity: str
    passed: bool
    observed: str
    about: str = ""


@dataclass(frozen=True)
class Judged:
    """What was found of one table, by whatever judged it."""

    table: str
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """One line per failed expectation of severity `error`: the reason not to publish."""
        return self._failed("error")

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line per failed expectation of severity `warning`: what to look at."""
        return self._failed("warning")

    def _failed(self, severity: str) -> tuple[str, ...]:
        failed = [check for check in self.checks if check.severity == severity and not check.passed]
        return tuple(f"{self.table}: expect {check.expectation}: {check.observed}" for check in failed)


@dataclass(frozen=True)
class GateResult(Judged):
    """One table judged by its suite; `evidence` is Great Expectations' own result, for Data Docs."""

    seconds: float
    evidence: "ExpectationSuiteValidationResult" = field(repr=False, compare=False)


class Gate:
    """The judge of tables; Great Expectations is imported with the first one: it takes seconds."""

    def validate(
        self, table: str, df: DataFrame, suite: Suite, references: Mapping[str, DataFrame] | None = None
    ) -> GateResult:
        """One result for the table; `references` holds the tables named by `suite.references`.

        Reads `df` once, once more per look-up, and once more per key that seems to repeat: hand in a frame
        that is cheap to read. References are the tables as they will be after publication.
        """
        started = monotonic()
        counts = _counted(df, suite, references or {})
        results = [_judged(e, _metrics(i, counts)) for i, e in enumerate(suite.expectations)]
        checks = tuple(_check(e, r) for e, r in zip(suite.expectations, results, strict=True))
        return GateResult(table, checks, monotonic() - started, _evidence(table, results))


def checks_rows(results: Iterable[Judged], run_id: str) -> list[dict[str, object]]:
    """Rows of ops.checks: one per expectation of the run."""
    return [
        {
            "run_id": run_id,
            "table_name": result.table,
            "expectation": check.expectation,
            "severity": check.severity,
            "passed": check.passed,
            "observed": check.observed,
        }
        for result in results
        for check in result.checks
    ]


@cache
def great_expectations() -> ModuleType:
    """The library, imported at first use with telemetry off and its log quiet."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    # Four seconds that most commands need not spend.
    import_module("great_expectations.expectations")
    return import_module("great_expectations")


def _counted(df: DataFrame, suite: Suite, references: Mapping[str, DataFrame]) -> dict[str, int]:
    counts: dict[str, int] = suite_counts(df, suite, references).collect()[0].asDict()
    for number, key in suspects(counts, suite).items():
        counts[unexpected(number)] = duplicate_counts(df, key).collect()[0][0]
    return counts


def _metrics(number: int, counts: Mapping[str, int]) -> dict[str, Any]:
    """Counts under the last part of the names Great Expectations gives its metrics."""
    left_out = counts.get(missing(number), 0)
    return {
        "row_count": counts["rows"],
        "nonnull.unexpected_count": left_out,
        "unexpected_count": counts.get(unexpected(number), 0),
        "filtered_row_count": counts["rows"] - left_out,
        "unexpected_values": [],
    }


def _judged(expectation: Expectation, metrics: Mapping[str, Any]) -> "ExpectationValidationResult":
    judge = _judge(expectation)
    wanted = judge.get_validation_dependencies(runtime_configuration={"result_format": _NO_VALUES})
    found = {m.id: _metric(name, metrics) for name, m in wanted.metric_configurations.items()}
    result: ExpectationValidationResult = judge.metrics_validate(found, {"result_format": _NO_VALUES})
    return result


def _metric(name: str, metrics: Mapping[str, Any]) -> Any:
    parts = 2 if name == "column_values.nonnull.unexpected_count" else 1
    return metrics[".".join(name.split(".")[-parts:])]


def _judge(expectation: Expectation) -> Any:
    names = [name for name in expectation.given if name not in ("columns", "within")]
    given = {name: _plain(getattr(expectation, name)) for name in names}
    if expectation.expect == "column_pair_values_a_to_be_greater_than_b":
        first, second = expectation.columns
        given |= {"column_A": first, "column_B": second, "ignore_row_if": "either_value_is_missing"}
    elif expectation.columns:
        given["column_list"] = list(expectation.columns)
    if expectation.in_table:
        share = "always" if expectation.mostly == 1.0 else f"at least {expectation.mostly:.4g} of the time"
        given["description"] = f"values must be found in {expectation.in_table}, {share}."
    given["severity"] = _SEVERITIES[expectation.severity]
    return _class_of(expectation.expect)(**given)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _class_of(expect: str) -> Any:
    if expect == IN_TABLE:
        return _in_table_class()
    name = "Expect" + "".join(word.title() for word in expect.split("_"))
    return getattr(great_expectations().expectations, name)


@cache
def _in_table_class() -> Any:
    """Great Expectations has no look-up in another table: its documented way to add one is a subclass."""
    great_expectations()
    from great_expectations.expectations.expectation import ColumnMapExpectation

    # The library is not typed for us, so its class is Any to mypy.
    class ExpectColumnValuesToBeInTable(ColumnMapExpectation):  # type: ignore[misc]
        """Every value of a column is found in the column of the same name of another table."""

        in_table: str
        # The set is the other table; Great Expectations only needs to know which counts to ask for.
        map_metric = "column_values.in_set"
        success_keys = ("mostly", "in_table")

    return ExpectColumnValuesToBeInTable


def _check(expectation: Expectation, result: "ExpectationValidationResult") -> Check:
    observed = _observed(result.result)
    return Check(expectation.label, expectation.severity, bool(result.success), observed, expectation.about)


def _observed(result: Mapping[str, Any]) -> str:
    if "observed_value" in result:
        return f"{result['observed_value']:,} rows"
    broken, rows = result["unexpected_count"] or 0, result["element_count"]
    judged = rows - (result.get("missing_count") or 0)
    share = f" ({broken / judged:.2%})" if broken and judged else ""
    return f"{broken:,} of {judged:,} rows unexpected{share}"


def _evidence(table: str, results: list["ExpectationValidationResult"]) -> "ExpectationSuiteValidationResult":
    great_expectations()
    from great_expectations.core import ExpectationSuiteValidationResult

    good = sum(bool(result.success) for result in results)
    statistics = {
        "evaluated_expectations": len(results),
        "successful_expectations": good,
        "unsuccessful_expectations": len(results) - good,
        "success_percent": 100.0 * good / len(results),
    }
    return ExpectationSuiteValidationResult(
        success=good == len(results),
        results=results,
        suite_name=table,
        suite_parameters={},
        statistics=statistics,
        meta={},
    )
