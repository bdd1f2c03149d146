"""Running stages one after the other: skip what has nothing to do, publish what is done, remember each run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from cdp_lake import __version__
from cdp_lake.adapters.clock import now, seconds_since, tick
from cdp_lake.adapters.expectations import Gate
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.scratch import Scratch
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.ops import RUNS
from cdp_lake.errors import CdpLakeError, QualityGateFailed
from cdp_lake.quality.report import GATE_SECONDS, GATE_SHARE
from cdp_lake.stages.job import Job, Progress, Stage
from cdp_lake.stages.quality_page import write_quality_page

NOTHING, DONE = "nothing to do", "done"


@dataclass(frozen=True)
class StageOutcome:
    """How one stage ended: rows committed per table, counts it reports, what stood out, what it could not read.

    deleted: of the rows committed those that went.
    """

    stage: str
    status: str
    seconds: float
    rows: dict[str, int] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    not_read: dict[str, str] = field(default_factory=dict)
    deleted: dict[str, int] = field(default_factory=dict)

    @property
    def commits(self) -> int:
        """Tables that got a new version."""
        return len(self.rows)


class Ending(NamedTuple):
    """How a stage ended, and from what it ran."""

    status: str
    fingerprint: str
    message: str = ""


def run_stages(
    lake: Lake, settings: Settings, stages: tuple[Stage, ...], progress: Progress, *, rebuild: bool = False
) -> list[StageOutcome]:
    """Runs the stages in order; a stage whose inputs, settings and time are those of its last run is skipped."""
    started = now()
    as_of = (settings.lake.as_of or started).astimezone(timezone.utc)
    run_id = f"r{started:%Y%m%dT%H%M%S}-{lake.publication_no:06d}"
    last = last_fingerprints(lake)
    scratch = Scratch(Path(settings.lake.path).absolute() / ".scratch")
    outcomes: list[StageOutcome] = []
    for stage in stages:
        job = Job(lake, settings, as_of, run_id, progress, Gate(), scratch, rebuild, stage.name)
        print_of_inputs = fingerprint(stage, lake, settings, as_of)
        if not rebuild and not stage.always_looks and last.get(stage.name) == print_of_inputs:
            progress.skip(stage.name, NOTHING)
            outcomes.append(StageOutcome(stage.name, NOTHING, 0.0))
            continue
        job.resumed = _resumed(lake, settings, stage)
        try:
            outcomes.append(_run_one(stage, job, print_of_inputs))
        except QualityGateFailed:
            # Who is stopped by the gate wants to see what it saw.
            write_quality_page(lake, settings, run_id)
            raise
    if any(outcome.commits for outcome in outcomes):
        write_quality_page(lake, settings, run_id)
    return outcomes


def fingerprint(stage: Stage, lake: Lake, settings: Settings, as_of: datetime) -> str:
    """A hash of all a stage's outcome depends on: input versions, settings, code version and time."""
    inputs = {name: version for name, version in lake.versions.items() if _matches(name, stage.reads)}
    parts = {
        "inputs": inputs,
        "configuration": configuration(stage, settings),
        "as_of": as_of.isoformat() if stage.depends_on_time else None,
        "watched": stage.watches(settings) if stage.watches else None,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def configuration(stage: Stage, settings: Settings) -> str:
    """What a stage's outcome depends on besides data and time: the code's version and its settings.

    Of a stage that resumes also what it watches: what it did by another model is not resumed.
    """
    watched = stage.watches(settings) if stage.resumes and stage.watches else ""
    return f"{__version__}:{settings.digest(stage.settings_used)}" + (f":{watched}" if watched else "")


def last_fingerprints(lake: Lake) -> dict[str, str]:
    """Fingerprint of the last successful run of each stage."""
    rows = lake.head(RUNS).where("status = 'done'").select("stage", "started_at", "fingerprint").collect()
    newest: dict[str, tuple[datetime, str]] = {}
    for row in rows:
        found = (row["started_at"], row["fingerprint"])
        newest[row["stage"]] = max(newest.get(row["stage"], found), found)
    return {stage: found for stage, (_, found) in newest.items()}


def _resumed(lake: Lake, settings: Settings, stage: Stage) -> dict[str, int]:
    """The versions that the last successful run of the stage read, if it had the same settings and the same code."""
    if not stage.resumes:
        return {}
    mine = f"status = 'done' and stage = '{stage.name}'"
    last = lake.head(RUNS).where(mine).orderBy("started_at", ascending=False).first()
    if last is None or last["config_hash"] != configuration(stage, settings):
        return {}
    return dict(last["input_versions"])


def _run_one(stage: Stage, job: Job, print_of_inputs: str) -> StageOutcome:
    lake, started, mark = job.lake, now(), tick()
    lake.reads.clear()
    job.progress.begin(stage.name, stage.about)
    with _freed_memory(job):
        try:
            stage.run(job)
        except CdpLakeError as problem:
            failed = Ending("failed", print_of_inputs, str(problem).splitlines()[0])
            job.record_checks()
            _remember(job, stage, started, seconds_since(mark), failed)
            raise
        job.record_checks()
    _note_gate(job, seconds_since(mark))
    versions = {commit.table: commit.version for commit in job.commits if commit.version is not None}
    rows = {commit.table: commit.rows for commit in job.commits if commit.version is not None}
    if versions:
        lake.publish(job.run_id, stage.name, versions, now())
    left_out = "; ".join(f"{source} was not read: {why}" for source, why in job.not_read.items())
    if versions or not stage.always_looks or (left_out and left_out != _last_message(lake, stage)):
        ending = Ending(DONE, fingerprint_after(stage, job, print_of_inputs), left_out)
        _remember(job, stage, started, seconds_since(mark), ending)
    did_something = bool(versions) or (not stage.writes and bool(job.facts))
    status = DONE if did_something else NOTHING
    deleted = {commit.table: commit.deleted for commit in job.commits if commit.deleted}
    told = (dict(job.facts), job.warnings, dict(job.not_read), deleted)
    outcome = StageOutcome(stage.name, status, seconds_since(mark), rows, *told)
    job.progress.end(stage.name, outcome.status, outcome.seconds)
    return outcome


def _note_gate(job: Job, seconds: float) -> None:
    """What the gate cost, as facts of the stage: its seconds, and their share of the stage."""
    if job.gate_seconds:
        job.facts |= {GATE_SECONDS: f"{job.gate_seconds:.2f}", GATE_SHARE: f"{job.gate_seconds / seconds:.4f}"}


def _last_message(lake: Lake, stage: Stage) -> str | None:
    """What was said of the stage's last run: a stream that looks every few seconds says it once."""
    last = lake.head(RUNS).where(f"stage = '{stage.name}'").orderBy("started_at", ascending=False).first()
    return last["message"] if last is not None else None


def fingerprint_after(stage: Stage, job: Job, before: str) -> str:
    """The fingerprint to remember: taken after the run for a stage that writes a table it also reads."""
    return before if stage.always_looks else fingerprint(stage, job.lake, job.settings, job.as_of)


@contextmanager
def _freed_memory(job: Job) -> Iterator[None]:
    # A stage persists its candidates; none of them is needed once it has published.
    try:
        yield
    finally:
        job.spark.catalog.clearCache()
        job.scratch.clear()


def _remember(job: Job, stage: Stage, started: datetime, seconds: float, ending: Ending) -> None:
    done = [commit for commit in job.commits if commit.version is not None]
    row = (
        job.run_id,
        stage.name,
        ending.status,
        job.as_of,
        started,
        seconds,
        dict(job.lake.reads),
        {commit.table: commit.version for commit in done},
        {commit.table: commit.rows for commit in done},
        dict(job.facts),
        configuration(stage, job.settings),
        ending.fingerprint,
        ending.message,
    )
    job.lake.append(RUNS, job.spark.createDataFrame([row], RUNS.schema))


def _matches(table: str, patterns: tuple[str, ...]) -> bool:
    return any(table == p or (p.endswith(".*") and table.startswith(p[:-1])) for p in patterns)
