"""Redrive: records of the quarantine go through refinement again, under today's contract and as last corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from cdp_lake.adapters.clock import now
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.landing_folder import IncomingFile, is_as_listed, outer_file
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.ops import FILES, QUARANTINE
from cdp_lake.errors import ConfigError
from cdp_lake.silver.fates import QUARANTINED
from cdp_lake.silver.redriving import redrive_rows
from cdp_lake.stages.chosen_records import FILE, Choice, Fate, fates_of, set_aside
from cdp_lake.stages.driven_again import asked_for
from cdp_lake.stages.job import Job, Progress, Stage
from cdp_lake.stages.refine_silver import drive
from cdp_lake.stages.runner import run_stages

_WRITES = ("silver.*", "ops.fates", "ops.quarantine", "ops.redrives", "ops.files", "ops.sequences")
CHANGED, FORGOTTEN, GONE = "changed", "forgotten", "gone"


@dataclass(frozen=True)
class WholeFile:
    """A file that was set aside whole, and how it stands in the landing folder.

    changed: the next run lands it anyway; forgotten: it is as it was, and the next run looks at it as if it were new;
    gone: it is not there.
    """

    record_id: str
    path: str
    state: str


@dataclass(frozen=True)
class Redriven:
    """What became of a redrive: fates by source, what was not set aside any more, files, and tables committed."""

    fates: dict[str, dict[str, int]]
    settled: tuple[Fate, ...]
    files: tuple[WholeFile, ...]
    files_left: int
    commits: int


def redrive(lake: Lake, settings: Settings, choice: Choice, actor: str, progress: Progress) -> Redriven:
    """Drives the records meant again, all that are set aside for no names; looks again at files that are named.

    Raises ConfigError for a record, file, source or rule that nothing is known of.
    """
    named = fates_of(lake, choice)
    aside = set_aside(lake, settings, choice).where(f"record_id LIKE '{FILE}%'")
    files = _standing_files(lake, settings, _named(choice, aside)) if choice.files else []
    work = _Work(settings, choice, actor)
    stages = [_stage("redrive_records", "records that were set aside, once more", work.drive_records)]
    forgotten = [file.record_id for file in files if file.state == FORGOTTEN]
    if choice.files:
        look_again = partial(_forget, record_ids=forgotten)
        stages = stages if choice.records else []
        stages += [_stage("look_again", "files that were set aside, to be landed once more", look_again)]
    outcomes = run_stages(lake, settings, tuple(stages), progress)
    settled = tuple(one for one in named if one.fate != QUARANTINED)
    left = 0 if choice.ids else aside.count()
    return Redriven(work.fates, settled, tuple(files), left, sum(outcome.commits for outcome in outcomes))


@dataclass
class _Work:
    """One redrive being carried out."""

    settings: Settings
    choice: Choice
    actor: str
    fates: dict[str, dict[str, int]] = field(default_factory=dict)

    def drive_records(self, job: Job) -> None:
        """The stage: finds the records, drives them, and counts what became of them."""
        asked = asked_for(job, set_aside(job.lake, self.settings, self.choice), self.actor)
        fates = None if asked.records.isEmpty() else drive(job, {}, asked)
        if fates is None:
            return
        if all(commit.version is None for commit in job.commits):
            # What came out as before was checked before: a redrive that changes nothing leaves nothing behind.
            job.judged.clear()
        counted = redrive_rows(asked.records, fates, job.run_id, self.actor, now()).groupBy("source", "fate").count()
        for row in counted.orderBy("source", "fate").collect():
            self.fates.setdefault(row["source"], {})[row["fate"]] = row["count"]


def _stage(name: str, about: str, run: Callable[[Job], None]) -> Stage:
    return Stage(name, about, (), _WRITES, run, settings_used=(), depends_on_time=False, always_looks=True)


def _named(choice: Choice, aside: DataFrame) -> list[dict[str, Any]]:
    """The rows of ops.quarantine of the files that are named. Raises ConfigError for one that is not set aside."""
    known = [row.asDict() for row in aside.select("source", "record_id", "file").collect()]
    missing = set(choice.files) - {row["record_id"] for row in known}
    if missing:
        raise ConfigError(f"no file '{min(missing)}' is set aside; see: cdp-lake quarantine list")
    return known


def _standing_files(lake: Lake, settings: Settings, rows: list[dict[str, Any]]) -> list[WholeFile]:
    """How the named files stand in the landing folder."""
    landing = Path(settings.lake.landing).absolute()
    seen = {(r["source"], f"{FILE}{r['file_id']}"): r for r in lake.read(FILES, "landing").collect()} if rows else {}
    found = []
    for row in rows:
        file = seen[row["source"], row["record_id"]]
        listed = IncomingFile(file["source"], file["path"], file["bytes"], file["modified_ns"])
        is_there = outer_file(landing, file["path"]).is_file()
        state = GONE if not is_there else FORGOTTEN if is_as_listed(landing, listed) else CHANGED
        found.append(WholeFile(row["record_id"], file["path"], state))
    return found


def _forget(job: Job, record_ids: list[str]) -> None:
    """The stage: takes files out of the lake's memory, so that landing looks at them as if they were new."""
    if not record_ids:
        return
    aside, files = job.lake.read(QUARANTINE, "landing"), job.lake.read(FILES, "landing")
    of_files = files.where(files["file_id"].isin(*[one.removeprefix(FILE) for one in record_ids]))
    refused = of_files.where(of_files["fate"] == QUARANTINED)
    for table, gone in ((QUARANTINE, aside.where(aside["record_id"].isin(*record_ids))), (FILES, refused)):
        job.upsert(table, job.lake.tables.empty(table), complete=True, replacing=gone)
