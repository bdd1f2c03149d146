"""A batch held against the history of its table or source: what stands out, and by how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.config.history import (
    DISTINCT_SHARE,
    NULL_SHARE,
    RECORDS,
    ROWS,
    VALUE_DRIFT,
    VALUE_SHARE,
    HistoryRules,
    Limit,
)
from cdp_lake.quality.bands import Band, band, stability_index, usual_shares
from cdp_lake.quality.measures import Measure

SHARES = (NULL_SHARE, DISTINCT_SHARE, VALUE_SHARE, VALUE_DRIFT)
_COUNTED = (ROWS, RECORDS)
Key = tuple[str, str, str]
Shares = dict[str, float]


@dataclass(frozen=True)
class Verdict:
    """One measure judged: of what, what was expected, whether it is so, and what was found."""

    name: str
    label: str
    severity: str
    kept: bool
    observed: str


class Past:
    """The measures of earlier batches, oldest first; only those of runs that were published."""

    def __init__(self, rows: Iterable[tuple[str, Measure]] = ()) -> None:
        """rows: (run id, measure), in whatever order."""
        self._values: dict[Key, list[float]] = defaultdict(list)
        shares: dict[tuple[str, str], dict[str, Shares]] = defaultdict(lambda: defaultdict(dict))
        for run_id, one in sorted(rows):
            if one.measure == VALUE_SHARE:
                column, value = one.subject.split("=", 1)
                shares[one.name, column][run_id][value] = one.value
            self._values[one.name, one.measure, one.subject].append(one.value)
        self._shares = {key: [*by_run.values()] for key, by_run in shares.items()}

    def values(self, name: str, measure: str, subject: str) -> Sequence[float]:
        """Every earlier value of one measure."""
        return self._values.get((name, measure, subject), [])

    def shares(self, name: str, column: str) -> Sequence[Mapping[str, float]]:
        """The shares of the values of a column, batch by batch."""
        return self._shares.get((name, column), [])


def earlier(measures: DataFrame, runs: DataFrame, most: int) -> DataFrame:
    """The measures of the last `most` batches of each table and source that were published. Arguments: the ops tables.

    Measures of a stage that failed, or was killed, are no history: what is refused often enough would become usual.
    """
    newest = Window.partitionBy("name").orderBy(F.col("run_id").desc())
    ranked = published(measures, runs).withColumn("_age", F.dense_rank().over(newest))
    return ranked.where(F.col("_age") <= most).select("run_id", *Measure._fields)


def published(measures: DataFrame, runs: DataFrame) -> DataFrame:
    """The measures of stages that were done. measures: ops.measures. runs: ops.runs."""
    done = runs.where(F.col("status") == "done").select("run_id", "stage")
    # done: one row per run and stage.
    return measures.join(done, ["run_id", "stage"], "left_semi")


def with_drift(found: Sequence[Measure], past: Past, rules: HistoryRules) -> list[Measure]:
    """The measures, and for each column with shares of values how far they moved from the usual ones.

    Small batches move by chance alone: shares of fewer than `from_rows` rows are not compared.
    """
    now: dict[tuple[str, str], Shares] = defaultdict(dict)
    for one in found:
        if one.measure == VALUE_SHARE:
            column, value = one.subject.split("=", 1)
            now[one.name, column][value] = one.value
    counts = _counts(found)
    drifts = [
        Measure(name, VALUE_DRIFT, column, stability_index(usual_shares(past.shares(name, column)), shares))
        for (name, column), shares in now.items()
        if counts.get(name, 0) >= rules.from_rows and len(past.shares(name, column)) >= rules.from_runs
    ]
    return [*found, *drifts]


def verdicts(found: Sequence[Measure], past: Past, rules: HistoryRules) -> tuple[Verdict, ...]:
    """One verdict per bound that can be judged; found: the measures of this batch, drifts among them."""
    counts = _counts(found)
    judged: list[Verdict] = []
    for one in found:
        limit = rules.limit(one.name, one.measure, one.subject)
        too_few = one.measure in SHARES and counts.get(one.name, 0) < rules.from_rows
        if limit is not None and not too_few:
            judged += _verdicts(one, limit, past, rules)
    return tuple(judged)


def _counts(found: Iterable[Measure]) -> dict[str, float]:
    return {one.name: one.value for one in found if one.measure in _COUNTED}


def _verdicts(one: Measure, limit: Limit, past: Past, rules: HistoryRules) -> Iterator[Verdict]:
    severity = limit.severity if rules.gates else "warning"
    label = f"{one.measure}({one.subject})" if one.subject else one.measure
    told = _number(one, one.value)
    bounds = [f"at least {_number(one, limit.at_least)}"] if limit.at_least is not None else []
    bounds += [f"at most {_number(one, limit.at_most)}"] if limit.at_most is not None else []
    if bounds:
        low = -inf if limit.at_least is None else limit.at_least
        high = inf if limit.at_most is None else limit.at_most
        yield Verdict(one.name, f"{label} {' and '.join(bounds)}", severity, low <= one.value <= high, f"it is {told}")
    history = past.values(one.name, one.measure, one.subject)
    if limit.spreads is not None and len(history) >= rules.from_runs:
        usual = band(history, limit.spreads, _margin(one, limit, history))
        observed = f"it is {told}; the median of the last {usual.runs} batches is {_number(one, usual.middle)}"
        yield Verdict(one.name, f"{label} {_within(one, usual)}", severity, usual.holds(one.value), observed)


def _margin(one: Measure, limit: Limit, history: Sequence[float]) -> float:
    """A share stands for itself; counts and hours are compared with their own size."""
    if one.measure.endswith("_share") or one.measure == VALUE_DRIFT:
        return limit.margin
    return limit.margin * band(history, 1.0, 0.0).middle


def _within(one: Measure, usual: Band) -> str:
    low = max(usual.low, 0.0) if one.measure != "hours_behind" else usual.low
    high = min(usual.high, 1.0) if one.measure.endswith("_share") else usual.high
    return f"between {_number(one, low)} and {_number(one, high)}"


def _number(one: Measure, value: float) -> str:
    if one.measure.endswith("_share"):
        return f"{value:.1%}"
    return f"{value:,.3g}" if one.measure == VALUE_DRIFT else f"{value:,.1f}".removesuffix(".0")
