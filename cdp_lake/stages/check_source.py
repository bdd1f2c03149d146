"""Check a source: what would become of one file by a contract, and where the two differ, before anything is landed."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pyspark.sql import Row, SparkSession

from cdp_lake.adapters.clock import now
from cdp_lake.adapters.files import file_facts, framed_records
from cdp_lake.adapters.landing_folder import PACKED, files_at
from cdp_lake.bronze.assessment import Drift, drift
from cdp_lake.bronze.batch import bronze_rows
from cdp_lake.config.settings import Settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.errors import ConfigError
from cdp_lake.silver.exports import with_export_time
from cdp_lake.silver.fields import with_event_time
from cdp_lake.silver.parse import parsed
from cdp_lake.silver.quarantine import broken_by_rule
from cdp_lake.stages.profile_source import assessed


@dataclass(frozen=True)
class BrokenRule:
    """A rule, how many records break it, and the first line on which one begins that does."""

    rule: str
    records: int
    first_line: int


@dataclass(frozen=True)
class Checked:
    """What one file is, and what its records break. `refused`: why no record of it would land."""

    source: str
    file: str
    records: int
    passing: int
    broken: tuple[BrokenRule, ...]
    notes: tuple[str, ...]
    refused: tuple[str, ...]


def source_of(settings: Settings, file: Path, name: str | None) -> SourceContract:
    """The source of that name, else the one whose pattern the file matches.

    Raises ConfigError when there is no such file or source, or when several sources would take the file.
    """
    if not file.is_file():
        raise ConfigError(f"{file}: there is no such file")
    if name is not None:
        return settings.source(name)
    path = file.absolute().as_posix()
    found = [source for source in settings.sources if source.files and _takes(source.files, path)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(sorted(source.name for source in found)) or "none of the sources"
    raise ConfigError(f"{file}: {names} would take a file there; say which source is meant with --source NAME")


def check_source(spark: SparkSession, contract: SourceContract, file: Path) -> list[Checked]:
    """Reads the file, or each one of an archive, as landing and refinement would, and writes nothing."""
    folder, contracts = file.absolute().parent, {contract.name: contract}
    facts = file_facts(spark, folder, files_at(folder, file.absolute(), contract.name), contracts).collect()
    return [_checked(spark, contract, folder, row) for row in sorted(facts, key=lambda row: str(row["path"]))]


def differences(settings: Settings, contract: SourceContract, file: Path) -> tuple[Drift, ...]:
    """Where a file and the contract have come apart. Raises ConfigError when the file cannot be looked at."""
    return drift(assessed(file, settings), contract)


def _checked(spark: SparkSession, contract: SourceContract, folder: Path, facts: Row) -> Checked:
    name, path, notes = contract.name, str(facts["path"]), tuple(facts["notes"])
    if facts["problems"]:
        return Checked(name, path, 0, 0, (), notes, tuple(facts["problems"]))
    framed = framed_records(spark, folder, [(name, path, facts["file_id"])], {name: contract})
    headers = {tuple(facts["header"]): [facts["file_id"]]}
    bronze = with_export_time(bronze_rows(framed, 0, now()), contract, [facts.asDict()])
    rows = with_event_time(parsed(bronze, contract, headers), contract)
    found = {row["rule"]: row for row in broken_by_rule(rows).collect()}
    every = found.pop("", None)
    broken = tuple(BrokenRule(rule, row["records"], row["first_line"]) for rule, row in found.items())
    return Checked(name, path, every["records"] if every else 0, every["passing"] if every else 0, broken, notes, ())


def _takes(pattern: str, path: str) -> bool:
    return any(fnmatchcase(path, f"*/{pattern}{suffix}") for suffix in ("", *PACKED))
