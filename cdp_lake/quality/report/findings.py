"""What the quality page tells, put together from what the lake remembers of its runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.quality.measures import Measure

Trend = tuple[float | None, ...]
TABLE, SOURCE = "table", "source"
# Facts of a stage in ops.runs.
GATE_SECONDS, GATE_SHARE = "gate_seconds", "gate_share"


class CheckRow(NamedTuple):
    """One expectation or limit as it was judged last."""

    expectation: str
    severity: str
    passed: bool
    observed: str


class GateShare(NamedTuple):
    """What the gate took of one run of a stage, in seconds."""

    stage: str
    run_id: str
    gate: float
    whole: float


@dataclass(frozen=True)
class Thing:
    """One table or source: its last runs, oldest first, a trend per (measure, subject) over them, and its checks."""

    name: str
    runs: tuple[str, ...] = ()
    trends: Mapping[tuple[str, str], Trend] = field(default_factory=dict)
    checks: tuple[CheckRow, ...] = ()
    late: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Table or source: only tables have a layer in their name."""
        return TABLE if "." in self.name else SOURCE

    @property
    def failed(self) -> tuple[CheckRow, ...]:
        """What it does not keep, errors first."""
        return tuple(sorted((check for check in self.checks if not check.passed), key=lambda one: one.severity))

    @property
    def state(self) -> str:
        """The worst there is to say: error, warning, late or fine."""
        severities = {check.severity for check in self.failed}
        return next((word for word in ("error", "warning") if word in severities), "late" if self.late else "fine")

    def newest(self, measure: str, subject: str = "") -> float | None:
        """The newest value of one measure."""
        trend = self.trends.get((measure, subject), ())
        return trend[-1] if trend else None


@dataclass(frozen=True)
class Report:
    """Everything on the page; gate: the newest run of each stage that has a gate, and those before it."""

    run_id: str
    things: tuple[Thing, ...]
    gate: tuple[GateShare, ...]


def recent(measures: DataFrame, most: int) -> DataFrame:
    """The measures of the last `most` batches of each table and source, also refused ones. measures: ops.measures."""
    newest = Window.partitionBy("name").orderBy(F.col("run_id").desc())
    ranked = measures.withColumn("_age", F.dense_rank().over(newest)).where(F.col("_age") <= most)
    return ranked.select("run_id", *Measure._fields)


def newest_checks(checks: DataFrame) -> DataFrame:
    """The checks of the last run that judged each table or source. checks: ops.checks."""
    last = checks.groupBy("table_name").agg(F.max("run_id").alias("run_id"))
    # last: one row per table.
    return checks.join(last, ["table_name", "run_id"], "left_semi").select("table_name", *CheckRow._fields)


def gate_runs(runs: DataFrame, most: int) -> DataFrame:
    """The last `most` runs of each stage that tell what their gate took, as `GateShare`. runs: ops.runs."""
    newest = Window.partitionBy("stage").orderBy(F.col("run_id").desc())
    told = runs.where(F.col("facts")[GATE_SECONDS].isNotNull()).withColumn("_age", F.row_number().over(newest))
    gate = F.col("facts")[GATE_SECONDS].cast("double")
    return told.where(F.col("_age") <= most).select("stage", "run_id", gate.alias("gate"), "seconds")


def report_of(
    run_id: str,
    measures: Iterable[tuple[str, Measure]],
    checks: Iterable[tuple[str, CheckRow]],
    gate: Iterable[GateShare],
    late: Mapping[str, Sequence[str]],
) -> Report:
    """The report of what was measured by (run id, measure), judged by (table, check), and is late by source."""
    values: dict[str, dict[tuple[str, str], dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for run, one in measures:
        values[one.name][one.measure, one.subject][run] = one.value
    judged: dict[str, list[CheckRow]] = defaultdict(list)
    for name, check in checks:
        judged[name].append(check)
    names = sorted({*values, *judged, *late}, key=lambda name: (name.count("."), _place(name)))
    things = [_thing(name, values[name], judged[name], late.get(name, ())) for name in names]
    return Report(run_id, tuple(things), tuple(sorted(gate, key=lambda one: (one.stage, one.run_id))))


def _thing(
    name: str, values: Mapping[tuple[str, str], Mapping[str, float]], checks: Sequence[CheckRow], late: Sequence[str]
) -> Thing:
    runs = tuple(sorted({run for by_run in values.values() for run in by_run}))
    trends = {key: tuple(by_run.get(run) for run in runs) for key, by_run in values.items()}
    return Thing(name, runs, trends, tuple(checks), tuple(late))


def _place(name: str) -> tuple[int, str]:
    """Tables stand in the order of the flow."""
    layers = ("silver", "identity", "gold", "activation", "ops")
    layer = name.split(".", 1)[0]
    return (layers.index(layer) if layer in layers else 0, name)
