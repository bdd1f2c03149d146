"""Add a source: the draft of an unknown file's contract goes straight into a project's settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cdp_lake.config.shipped import conf_dir
from cdp_lake.errors import ConfigError
from cdp_lake.stages.profile_source import RECORDS, Profiled
from cdp_lake.stages.profile_table import profile_any
from cdp_lake.stages.session import Options


def add_source(options: Options, file: Path, name: str | None = None, records: int = RECORDS) -> Profiled:
    """Drafts the contract of FILE, or DATABASE:TABLE, into the project's sources, and keeps it if all settings agree.

    Raises ConfigError when there is no project, a source of that name is there already, the file cannot be looked at,
    or the settings do not agree with the draft: nothing is added then.
    """
    folder = _project(options) / "sources"
    settings = options.loaded().settings
    folder.mkdir(exist_ok=True)
    done = profile_any(settings, file, name, folder, records)
    try:
        if done.name in {source.name for source in settings.sources}:
            raise ConfigError(f"there is a source '{done.name}' already; choose another name with --name")
        options.loaded()
    except ConfigError as problem:
        done.out.unlink()
        raise ConfigError(f"nothing is added, for the draft and the settings do not agree:\n{problem}") from problem
    return replace(done, in_force=True)


def _project(options: Options) -> Path:
    if options.conf is None:
        raise ConfigError("a source is added to a project: say --conf DIR, or make one first: cdp-lake init DIR")
    if options.conf.resolve() == conf_dir().resolve():
        raise ConfigError(
            f"--conf {options.conf}: these settings are shipped to everybody; make a project: cdp-lake init"
        )
    return options.conf
