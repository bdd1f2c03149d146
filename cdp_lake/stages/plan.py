"""What a run would do, and why, without doing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from cdp_lake.adapters.clock import now
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.landing_folder import IncomingFile, incoming_files
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import FILES, RUNS
from cdp_lake.errors import SourceNotRead
from cdp_lake.quality.summary import newest_runs
from cdp_lake.stages.configuration import table_contracts
from cdp_lake.stages.job import Stage
from cdp_lake.stages.land_topics import behind
from cdp_lake.stages.runner import configuration, fingerprint


@dataclass(frozen=True)
class Planned:
    """One stage: why it would run (empty: nothing to do), what it would read and write, files it would land."""

    stage: str
    reasons: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    files: tuple[str, ...] = ()

    @property
    def would_run(self) -> bool:
        """True when the stage has something to do."""
        return bool(self.reasons)


@dataclass(frozen=True)
class LastRun:
    """How a stage last ended, and what it depended on when it last succeeded."""

    last: dict[str, Any]
    done: dict[str, Any] | None
    facts: dict[str, str]


def last_runs(lake: Lake) -> dict[str, LastRun]:
    """The newest runs by stage."""
    rows = [row.asDict(recursive=True) for row in newest_runs(lake.head(RUNS)).collect()]
    return {row["stage"]: LastRun(row["last"], row["done"], row["facts"] or {}) for row in rows}


def plan(
    lake: Lake,
    settings: Settings,
    stages: tuple[Stage, ...],
    *,
    rebuild: bool = False,
    last: dict[str, LastRun] | None = None,
) -> list[Planned]:
    """What each of the stages would do now, in order; a stage may run because one before it would."""
    known = last_runs(lake) if last is None else last
    as_of = (settings.lake.as_of or now()).astimezone(timezone.utc)
    planned: list[Planned] = []
    for stage in stages:
        files = tuple(f"{f.source}: {f.path}" for f in new_files(lake, settings)) if stage.always_looks else ()
        reads = tuple(_with_version(lake, name) for name in tables_of(stage.reads, settings))
        writes = tables_of(stage.writes, settings)
        before = [p.stage for p in planned if p.would_run and set(p.writes) & set(tables_of(stage.reads, settings))]
        done = known[stage.name].done if stage.name in known else None
        if rebuild:
            reasons = ["a rebuild is asked for"]
        elif stage.always_looks:
            reasons = [f"{len(files):,} new {'file' if len(files) == 1 else 'files'}"] if files else []
            reasons += _messages(lake, settings)
        else:
            reasons = [*_reasons(stage, lake, settings, as_of, done)] or _because_of(before)
        planned.append(Planned(stage.name, tuple(reasons), reads, writes, files))
    return planned


def _because_of(before: list[str]) -> list[str]:
    return [f"{', '.join(before)} would run before it"] if before else []


def new_files(lake: Lake, settings: Settings) -> list[IncomingFile]:
    """Files in the landing folder that no run has looked at yet."""
    rows = lake.read(FILES, "landing").select("source", "path", "bytes", "modified_ns").collect()
    seen = {tuple(row) for row in rows}
    found = incoming_files(Path(settings.lake.landing), settings.sources)
    return [f for f in found if (f.source, f.path, f.bytes, f.modified_ns) not in seen]


def _messages(lake: Lake, settings: Settings) -> Iterator[str]:
    """What waits in topics."""
    for source, waiting in behind(lake, settings).items():
        if isinstance(waiting, SourceNotRead):
            yield f"{source} would be tried again: {waiting}"
        elif waiting:
            yield f"{waiting:,} messages wait in {source}"


def tables_of(patterns: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    """Names of the tables that a stage's patterns mean."""
    names = [bronze_table(source.name).name for source in settings.sources]
    names += [table.name for table in table_contracts(settings)]
    return tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))


def _with_version(lake: Lake, name: str) -> str:
    version = lake.versions.get(name)
    return f"{name} (empty)" if version is None else f"{name}@{version}"


def _reasons(
    stage: Stage, lake: Lake, settings: Settings, as_of: datetime, done: dict[str, Any] | None
) -> Iterator[str]:
    """Why the stage would run by itself; nothing when its last run still stands."""
    if done is None:
        yield "it has not run yet"
        return
    if fingerprint(stage, lake, settings, as_of) == done["fingerprint"]:
        return
    found = [*_changed_inputs(stage, lake, settings, done)]
    if done["config_hash"] != configuration(stage, settings):
        found.append(f"the code's version, its settings or its model changed: one of {', '.join(stage.settings_used)}")
    if stage.depends_on_time and done["as_of"].astimezone(timezone.utc) != as_of:
        found.append(f"time went on to {as_of:%Y-%m-%d %H:%M}")
    yield from found or ["its code, its models or what it wrote changed since"]


def _changed_inputs(stage: Stage, lake: Lake, settings: Settings, done: dict[str, Any]) -> Iterator[str]:
    before = done["input_versions"] or {}
    for name in tables_of(stage.reads, settings):
        version = lake.versions.get(name)
        if version is not None and name in before and before[name] != version:
            yield f"{name} went from {before[name]} to {version}"
        elif version is not None and name not in before:
            yield f"{name} is new"
