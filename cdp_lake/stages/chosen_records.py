"""Which records of the quarantine somebody means: those named, or all of a source, or all that broke a rule."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.ops import FATES, QUARANTINE
from cdp_lake.errors import ConfigError, did_you_mean
from cdp_lake.quality.summary import having_broken, rules_broken

PURPOSE = "show"
FILE = "file:"


@dataclass(frozen=True)
class Choice:
    """Record ids, and how far they are narrowed down; without ids all records that are set aside."""

    ids: tuple[str, ...] = ()
    source: str | None = None
    rule: str | None = None

    @property
    def records(self) -> tuple[str, ...]:
        """The ids of records."""
        return tuple(one for one in self.ids if not one.startswith(FILE))

    @property
    def files(self) -> tuple[str, ...]:
        """The ids of files that were set aside whole."""
        return tuple(one for one in self.ids if one.startswith(FILE))


@dataclass(frozen=True)
class Fate:
    """One record that was named, and what became of it."""

    source: str
    record_id: str
    fate: str


def set_aside(lake: Lake, settings: Settings, choice: Choice) -> DataFrame:
    """The rows of ops.quarantine that are meant, files among them.

    Raises ConfigError for a source, or a rule, that nothing was set aside by.
    """
    rows = lake.read(QUARANTINE, PURPOSE)
    if choice.source is not None:
        rows = rows.where(rows["source"] == settings.source(choice.source).name)
    if choice.rule is not None:
        known = {row["rule"] for row in rules_broken(rows).collect()}
        if choice.rule not in known:
            of = f"of source {choice.source} " if choice.source else ""
            raise ConfigError(f"nothing {of}is set aside by rule '{choice.rule}'; {did_you_mean(choice.rule, known)}")
        rows = having_broken(rows, choice.rule)
    return rows.where(rows["record_id"].isin(*choice.ids)) if choice.ids else rows


def fates_of(lake: Lake, choice: Choice) -> list[Fate]:
    """The records that were named. Raises ConfigError when the lake has one not, or twice, in two sources."""
    wanted = choice.records
    if not wanted:
        return []
    rows = lake.read(FATES, PURPOSE).select("source", "record_id", "fate")
    found = [Fate(*row) for row in rows.where(rows["record_id"].isin(*wanted)).collect()]
    found = [one for one in found if choice.source in (None, one.source)]
    _all_known(wanted, found, choice.source)
    return found


def _all_known(wanted: tuple[str, ...], found: list[Fate], source: str | None) -> None:
    missing = [one for one in wanted if one not in {fate.record_id for fate in found}]
    if missing:
        where = f"source {source}" if source else "the lake"
        raise ConfigError(
            f"there is no record '{missing[0]}' in {where}; a record id is that of its file and a number, such as "
            "0123456789abcdef-000000004. See: cdp-lake quarantine show --source SOURCE"
        )
    for one in wanted:
        sources = sorted(fate.source for fate in found if fate.record_id == one)
        if len(sources) > 1:
            raise ConfigError(f"record '{one}' is of {' and '.join(sources)}; say which is meant with --source")
