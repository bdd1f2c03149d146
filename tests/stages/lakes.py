"""What stage tests share: running stages in this process, and telling what a lake holds apart from how it came."""

import csv
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import DataFrame, SparkSession

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts import TableContract
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.ops import FATES, FILES
from cdp_lake.contracts.silver import SILVER_TABLES, SOURCE_RECORDS
from cdp_lake.identity.assignments import standing
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.pipeline import stages_named
from cdp_lake.stages.runner import StageOutcome, run_stages

RAW_TO_SILVER = ("land_bronze", "refine_silver")
RAW_TO_PEOPLE = (*RAW_TO_SILVER, "stitch_identity")
# Two sources that know the same people: enough for what is not about the breadth of the sources.
TWO_SOURCES = ("crm", "shop")


class Place(NamedTuple):
    """Where one test's files and lake are."""

    lake: Path
    landing: Path

    def settings(self, *sets: str, conf: Path | None = None) -> Settings:
        """The demo's settings, with this lake and these files."""
        return configured(conf, "demo", (*self._own(), *sets)).settings

    def options(self, *sets: str) -> list[str]:
        """The same settings as words of a command line."""
        return ["--env", "demo", *(word for one in (*self._own(), *sets) for word in ("--set", one))]

    def _own(self) -> tuple[str, ...]:
        return (f"lake.path={self.lake}", f"lake.landing={self.landing}")


class Quiet:
    """Progress that is not shown."""

    def begin(self, stage: str, about: str) -> None: ...
    def step(self, text: str) -> None: ...
    def end(self, stage: str, status: str, seconds: float) -> None: ...
    def skip(self, stage: str, why: str) -> None: ...


def opened(spark: SparkSession, settings: Settings) -> Lake:
    """The lake at its last publication."""
    return Lake.open(spark, settings.lake.path, settings.consent.read_purposes, settings.lake.catalog)


def run(spark: SparkSession, settings: Settings, *stages: str, rebuild: bool = False) -> dict[str, StageOutcome]:
    """Runs these stages, all of them for no names; how each ended."""
    lake = opened(spark, settings)
    return {o.stage: o for o in run_stages(lake, settings, stages_named(stages), Quiet(), rebuild=rebuild)}


def copied(place: Place, folder: Path) -> Place:
    """A lake of its own with the same content and the same files waiting."""
    shutil.copytree(place.lake, folder / "lake")
    return Place(folder / "lake", place.landing)


def landing_of(landing: Path, folder: Path, sources: Iterable[str]) -> Path:
    """A landing folder with the files of some sources only."""
    for source in sources:
        shutil.copytree(landing / source, folder / "landing" / source)
    return folder / "landing"


def csv_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, whether or not it begins with a byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def csv_written(path: Path, rows: list[dict[str, str]]) -> None:
    """A CSV file of those rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def files_below(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file, but for what only a running process writes."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock")
    return {str(p.relative_to(folder)): (p.stat().st_size, p.stat().st_mtime_ns) for p in found}


def silver(lake: Lake) -> dict[str, Counter[tuple[object, ...]]]:
    """Published silver in canonical form: no `_` columns, surrogates replaced by the keys they stand for."""
    keys = {row[0]: tuple(row)[1:] for row in _collected(lake, SOURCE_RECORDS, "record_sk", "source", "source_pk")}
    return {table.name: _canonical(lake, table, keys) for table in SILVER_TABLES}


def fates(lake: Lake) -> Counter[tuple[object, ...]]:
    """The published fate of each record; record ids follow from the files' content, so they are canonical."""
    return Counter(map(_plain, _collected(lake, FATES, "source", "record_id", "fate", "duplicate_of", "rules")))


def people(lake: Lake) -> frozenset[frozenset[tuple[str, str]]]:
    """Who is one person, by the keys of the records and not by any id."""
    keys = {row[0]: (row[1], row[2]) for row in _collected(lake, SOURCE_RECORDS, "record_sk", "source", "source_pk")}
    clusters: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in standing(lake.read(ASSIGNMENTS, "evaluation")).select("record_sk", "profile_id").collect():
        clusters[row["profile_id"]].add(keys[row["record_sk"]])
    return frozenset(map(frozenset, clusters.values()))


def row_hashes(lake: Lake, *tables: TableContract) -> dict[str, Counter[int]]:
    """The row hashes of published tables: equal hashes are equal rows, ids and all."""
    return {t.name: Counter(row["_row_hash"] for row in _collected(lake, t, "_row_hash")) for t in tables}


def record_ids(lake: Lake, bad_rows: Iterable[dict[str, str]]) -> set[tuple[str, str]]:
    """(source, record id) of places in files."""
    ids = {(row["source"], row["path"]): row["file_id"] for row in _collected(lake, FILES, "source", "path", "file_id")}
    return {(r["source"], f"{ids[r['source'], r['file']]}-{int(r['record_no']):09d}") for r in bad_rows}


def _canonical(lake: Lake, table: TableContract, keys: dict[int, tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    found = []
    for row in _collected(lake, table, *table.value_columns):
        cells = row.asDict(recursive=True)
        if "record_sk" in cells:
            cells["record_sk"] = keys.get(cells["record_sk"])
        found.append(_plain(cells.values()))
    return Counter(found)


def _plain(cells: Iterable[object]) -> tuple[object, ...]:
    return tuple(repr(cell) if isinstance(cell, list | dict) else cell for cell in cells)


def _collected(lake: Lake, table: TableContract, *columns: str) -> list:
    frame: DataFrame = lake.read(table, "evaluation")
    return frame.select(*columns).collect()
