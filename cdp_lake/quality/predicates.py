"""What it means for one row to break an expectation; null when there is nothing to judge."""

from collections.abc import Callable
from datetime import date

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.config.quality import Bound, Expectation


def breaks(expectation: Expectation) -> Column | None:
    """True where a row breaks the expectation; None when it is about more than one row or table."""
    predicate = _PREDICATES.get(expectation.expect)
    return None if predicate is None else predicate(expectation)


def _is_null(expectation: Expectation) -> Column:
    return F.col(_column(expectation)).isNull()


def _is_outside(expectation: Expectation) -> Column:
    return _outside(F.col(_column(expectation)), expectation)


def _has_length_outside(expectation: Expectation) -> Column:
    return _outside(F.char_length(_column(expectation)), expectation)


def _is_foreign(expectation: Expectation) -> Column:
    return ~F.col(_column(expectation)).isin(*expectation.value_set)


def _is_forbidden(expectation: Expectation) -> Column:
    return F.col(_column(expectation)).isin(*expectation.value_set)


def _does_not_match(expectation: Expectation) -> Column:
    return ~F.col(_column(expectation)).rlike(expectation.regex or "")


def _matches(expectation: Expectation) -> Column:
    return F.col(_column(expectation)).rlike(expectation.regex or "")


def _is_not_greater(expectation: Expectation) -> Column:
    first, second = (F.col(name) for name in expectation.columns)
    return (first < second) if expectation.or_equal else (first <= second)


def _outside(value: Column, expectation: Expectation) -> Column:
    low, high = expectation.min_value, expectation.max_value
    below = F.lit(False) if low is None else value < _literal(low)
    above = F.lit(False) if high is None else value > _literal(high)
    return below | above


def _literal(bound: Bound) -> Column:
    # Text and a cast, so that a bound means the same whatever the driver's own time zone is.
    return F.lit(bound.isoformat()).cast("timestamp") if isinstance(bound, date) else F.lit(bound)


def _column(expectation: Expectation) -> str:
    return expectation.column or ""


_PREDICATES: dict[str, Callable[[Expectation], Column]] = {
    "column_values_to_not_be_null": _is_null,
    "column_values_to_be_between": _is_outside,
    "column_value_lengths_to_be_between": _has_length_outside,
    "column_values_to_be_in_set": _is_foreign,
    "column_values_to_not_be_in_set": _is_forbidden,
    "column_values_to_match_regex": _does_not_match,
    "column_values_to_not_match_regex": _matches,
    "column_pair_values_a_to_be_greater_than_b": _is_not_greater,
}
