"""What a stage is given, what it is, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pyspark.sql import DataFrame, SparkSession

from cdp_lake.adapters.clock import seconds_since, tick
from cdp_lake.adapters.data_docs import write_data_docs
from cdp_lake.adapters.expectations import Gate, GateResult, Judged, checks_rows
from cdp_lake.adapters.lake import Commit, Lake
from cdp_lake.adapters.scratch import Scratch
from cdp_lake.config.settings import Settings
from cdp_lake.contracts import TableContract
from cdp_lake.contracts.ops import CHECKS, MEASURES
from cdp_lake.errors import QualityGateFailed
from cdp_lake.quality.history import Past
from cdp_lake.quality.measures import Measure
from cdp_lake.stages.configuration import table_contracts
from cdp_lake.stages.measure_quality import judged_by_history, measured_tables, past_of

MEANT_AFTER_ALL = (
    "where a source is wrong, take its batch back out (cdp-lake show batches, cdp-lake unland N) and deliver it anew; "
    "where the change is meant, accept it for one run with --set quality.history.gates=false"
)


class Progress(Protocol):
    """Where a stage says what it is doing."""

    def begin(self, stage: str, about: str) -> None:
        """A stage starts."""

    def step(self, text: str) -> None:
        """The stage has come further."""

    def end(self, stage: str, status: str, seconds: float) -> None:
        """A stage ended."""

    def skip(self, stage: str, why: str) -> None:
        """A stage had nothing to do."""


class Unheard:
    """Progress that nobody follows."""

    def begin(self, stage: str, about: str) -> None:
        """A stage starts."""

    def step(self, text: str) -> None:
        """The stage has come further."""

    def end(self, stage: str, status: str, seconds: float) -> None:
        """A stage ended."""

    def skip(self, stage: str, why: str) -> None:
        """A stage had nothing to do."""


@dataclass
class Job:
    """One run of one stage: the lake, the settings, the time it believes, and where it reports."""

    lake: Lake
    settings: Settings
    as_of: datetime
    run_id: str
    progress: Progress
    gate: Gate
    scratch: Scratch
    rebuild: bool = False
    stage: str = ""
    commits: list[Commit] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    docs: Path | None = None
    resumed: Mapping[str, int] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    measures: list[Measure] = field(default_factory=list)
    gate_seconds: float = 0.0
    not_read: dict[str, str] = field(default_factory=dict)

    @property
    def spark(self) -> SparkSession:
        """The session the lake was opened with."""
        return self.lake.spark

    @property
    def warnings(self) -> tuple[str, ...]:
        """What stood out and did not stop the stage, a line each."""
        return tuple(line for found in self.judged for line in found.warnings)

    @property
    def landing(self) -> Path:
        """The folder of incoming files; absolute, since workers stand in folders of their own."""
        return Path(self.settings.lake.landing).absolute()

    @property
    def home(self) -> Path:
        """The folder of the lake; absolute like `landing`."""
        return Path(self.settings.lake.path).absolute()

    def resumes_from(self, table: TableContract) -> int | None:
        """The version of a table that the last run of this stage read; None where it has to begin anew.

        It has to when it never ran, or when its settings or the code have changed since.
        """
        return self.resumed.get(table.name)

    def staged(self, rows: DataFrame, name: str) -> DataFrame:
        """The same rows, computed once for all that follows in this stage."""
        return self.scratch.staged(rows, name)

    @cached_property
    def past(self) -> Past:
        """What was measured of earlier batches, asked once per stage."""
        return past_of(self.lake, self.settings.quality.history)

    def check(self, *candidates: tuple[TableContract, DataFrame], is_batch: bool = True) -> None:
        """Measures the candidate tables and judges them by their suites and their history.

        is_batch: False for records driven again, which are no batch to compare with one. Raises QualityGateFailed
        before anything is committed.
        """
        # Nor is a table that is computed anew from all batches.
        asked = candidates if is_batch and not self.rebuild else ()
        found = measured_tables(self.settings.quality.history, asked, self.as_of)
        began = tick()
        judged = self._gated(candidates)
        self.gate_seconds += seconds_since(began)
        by_history = self.held_against_history(found)
        failures = [line for result in judged for line in result.failures]
        if failures:
            raise QualityGateFailed(
                f"{len(failures)} expectation(s) failed, nothing is published, the version before stays served:\n"
                + "\n".join(f"  {line}" for line in failures)
                + f"\nsee {self.docs}"
            )
        self.refuse(by_history, MEANT_AFTER_ALL)

    def held_against_history(self, found: list[Measure]) -> list[Judged]:
        """Takes up what was measured, and what stands out in it; the caller refuses what must not pass."""
        if not found:
            return []
        measures, judged = judged_by_history(found, self.past, self.settings.quality.history)
        self.measures += measures
        self.judged += judged
        return judged

    def judge(self, found: Judged) -> None:
        """Takes up what the stage judged by rules of its own; raises QualityGateFailed before anything is published."""
        self.judged.append(found)
        self.refuse([found], "where this is meant, set the limit named in brackets for one run with --set")

    def refuse(self, judged: Iterable[Judged], advice: str) -> None:
        """Raises QualityGateFailed where anything of severity `error` failed."""
        failures = [line for result in judged for line in result.failures]
        if failures:
            raise QualityGateFailed(
                f"{len(failures)} limit(s) broken, nothing is published, the version before stays served:\n"
                + "\n".join(f"  {line}" for line in failures)
                + f"\n{advice}"
            )

    def _gated(self, candidates: Iterable[tuple[TableContract, DataFrame]]) -> list[GateResult]:
        offered = {table.name: rows for table, rows in candidates}
        judged = []
        for name, rows in offered.items():
            suite = self.settings.quality.suite_of(name)
            if suite is not None:
                others = {other: offered.get(other, self._published(other)) for other in suite.references}
                judged.append(self.gate.validate(name, rows, suite, others))
        self.judged += judged
        if judged:
            self.docs = write_data_docs(judged, self.home / "quality", self.run_id)
        return judged

    def _published(self, table: str) -> DataFrame:
        contract = next(t for t in table_contracts(self.settings) if t.name == table)
        return self.lake.read(contract, "quality", whole=True)

    def upsert(
        self, table: TableContract, rows: DataFrame, *, complete: bool = False, replacing: DataFrame | None = None
    ) -> Commit:
        """Commits the rows that differ from what the table holds."""
        return self._noted(self.lake.upsert(table, rows, complete=complete, replacing=replacing))

    def append(self, table: TableContract, rows: DataFrame, txn: tuple[str, int] | None = None) -> Commit:
        """Commits new rows."""
        return self._noted(self.lake.append(table, rows, txn))

    def keep(self, table: TableContract) -> Commit:
        """Takes up what a killed run had committed to the table but not published."""
        return self._noted(Commit(table.name, 0, self.lake.tables.version(table)))

    def record_checks(self) -> None:
        """Writes the outcome of every expectation of this run to ops.checks, what was measured to ops.measures."""
        rows = checks_rows(self.judged, self.run_id)
        if rows:
            self.append(CHECKS, self.spark.createDataFrame(rows, CHECKS.schema))
        measured = [(self.run_id, self.stage, self.as_of, *one) for one in self.measures]
        if measured:
            self.append(MEASURES, self.spark.createDataFrame(measured, MEASURES.schema))

    def leave_out(self, source: str, why: str) -> None:
        """Remembers that a source could not be read; the run goes on without it, and says so at its end."""
        self.not_read[source] = why
        self.progress.step(f"{source} is not read: {why}")

    def _noted(self, commit: Commit) -> Commit:
        self.commits.append(commit)
        return commit


@dataclass(frozen=True)
class Stage:
    """One step of the flow. `reads` are tables of earlier stages; its own tables are its state.

    `watches` names what else its outcome depends on, outside the lake's tables. A stage that `resumes` is told which
    versions its last run read.
    """

    name: str
    about: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[[Job], None]
    settings_used: tuple[str, ...]
    depends_on_time: bool = True
    always_looks: bool = False
    resumes: bool = False
    watches: Callable[[Settings], str] | None = None
