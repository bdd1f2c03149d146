"""Opening the lake for a command: settings, the version handshake, a Spark session, the published tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession

from cdp_lake.adapters.handshake import require
from cdp_lake.adapters.jvm import compiler_for
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.landing_folder import incoming_files
from cdp_lake.adapters.locks import lake_lock
from cdp_lake.adapters.spark import build_session
from cdp_lake.config.settings import Loaded, Settings
from cdp_lake.stages.configuration import configured


@dataclass(frozen=True)
class Options:
    """What every command takes: project settings, environment, single values, the time to believe."""

    conf: Path | None = None
    env: str | None = None
    sets: tuple[str, ...] = ()
    as_of: str | None = None

    @property
    def all_sets(self) -> tuple[str, ...]:
        """The single values, the time among them."""
        return (*self.sets, *((f"lake.as_of={self.as_of}",) if self.as_of else ()))

    @property
    def words(self) -> list[str]:
        """The same as words of a command line, for a process beside this one."""
        named = [("--conf", str(self.conf) if self.conf else None), ("--env", self.env), ("--as-of", self.as_of)]
        told = [word for name, value in named if value for word in (name, value)]
        return [*told, *(word for one in self.sets for word in ("--set", one))]

    def loaded(self, rules: Path | None = None) -> Loaded:
        """The settings with where each came from; with `rules` in place of the project's identity.yml.

        Raises ConfigError listing every problem.
        """
        return configured(self.conf, self.env, self.all_sets, rules)


def lakeless(settings: Settings) -> SparkSession:
    """A Spark session for work beside the lake; the machine is checked first."""
    require(settings.spark)
    return build_session(settings.spark, "cdp-lake")


def open_lake(settings: Settings, anew: Iterable[str] = ()) -> Lake:
    """The published lake, with a Spark session behind it; the machine is checked first, then the tables' files.

    Tables that are to be made `anew` are put aside if they are damaged. Raises TableDamaged for any other.
    """
    spark = lakeless(settings)
    root = settings.lake.path
    path = root if "://" in root else Path(root).resolve().as_posix()
    lake = Lake.open(spark, path, settings.consent.read_purposes, settings.lake.catalog)
    lake.make_way(anew)
    lake.require_sound()
    return lake


@contextmanager
def writing(settings: Settings, command: str, anew: Iterable[str] = ()) -> Iterator[Lake]:
    """The lake, held against every other writer until the command ends."""
    with lake_lock(Path(settings.lake.path), command):
        yield open_lake(for_the_work(settings), anew)


def for_the_work(settings: Settings) -> Settings:
    """The settings with the Java compiler chosen by what there is to read, unless they name one."""
    if settings.spark.compiler is not None:
        return settings
    files = incoming_files(Path(settings.lake.landing), settings.sources)
    chosen = {"compiler": compiler_for(sum(file.bytes for file in files))}
    return settings.model_copy(update={"spark": settings.spark.model_copy(update=chosen)})
