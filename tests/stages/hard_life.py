"""A lake that nothing is spared: later files first, copies of files, and a run that dies between two commits."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdp_lake.adapters.delta_tables import DeltaTables
from cdp_lake.adapters.lake import Lake
from cdp_lake.contracts import TableContract
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.silver import ORDER_LINES, ORDERS, SOURCE_RECORDS
from tests.stages.lakes import RAW_TO_SILVER, Place, opened, row_hashes, run

REFINED, STITCHED = (SOURCE_RECORDS, ORDERS, ORDER_LINES), (ASSIGNMENTS,)


class Killed(BaseException):
    """No error that anybody handles: the process is gone."""


@dataclass(frozen=True)
class Sight:
    """What a reader who opens the lake sees, and the tables with commits that it must not see."""

    versions: dict[str, int]
    rows: dict[str, Counter[int]] = field(repr=False)
    unpublished: tuple[TableContract, ...]


@dataclass(frozen=True)
class HardLife:
    """The lake at the end, and what readers saw before and after each of the two deaths."""

    place: Place
    before_commits: Sight
    between_commits: Sight
    before_publishing: Sight
    not_published: Sight
    copies: tuple[str, ...]


def lived(spark: SparkSession, landing: Path, mine: Place) -> HardLife:
    """Two batches, refined one after the other; the second refinement dies half-way, and so does the stitching."""
    for file in _later_half(landing):
        _bring(file, landing, mine.landing)
    run(spark, mine.settings(), *RAW_TO_SILVER)
    shutil.copytree(landing, mine.landing, dirs_exist_ok=True)
    # Of a file that is landed already, and of one that comes at the same time.
    copies = [_bring(file, landing, mine.landing, "copy_of_") for file in sorted((landing / "shop").iterdir())[::3]]
    run(spark, mine.settings(), "land_bronze")
    before_commits = _seen(spark, mine, REFINED)
    with _killed_at_commit_to(ORDER_LINES):
        run(spark, mine.settings(), "refine_silver")
    between_commits = _seen(spark, mine, REFINED)
    run(spark, mine.settings(), "refine_silver")
    before_publishing = _seen(spark, mine, STITCHED)
    with _killed_at_publication():
        run(spark, mine.settings(), "stitch_identity")
    not_published = _seen(spark, mine, STITCHED)
    run(spark, mine.settings(), "stitch_identity")
    return HardLife(mine, before_commits, between_commits, before_publishing, not_published, tuple(copies))


def _later_half(landing: Path) -> list[Path]:
    sources = [sorted(source.iterdir()) for source in sorted(landing.iterdir())]
    return [file for files in sources for file in files[len(files) // 2 :]]


def _bring(file: Path, landing: Path, to: Path, prefix: str = "") -> str:
    place = to / file.relative_to(landing).with_name(f"{prefix}{file.name}")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, place)
    return place.relative_to(to).as_posix()


def _seen(spark: SparkSession, place: Place, tables: tuple[TableContract, ...]) -> Sight:
    lake = opened(spark, place.settings())
    unpublished = tuple(table for table in tables if lake.has_unpublished(table))
    return Sight(lake.versions, row_hashes(lake, *tables), unpublished)


@contextmanager
def _killed_at_commit_to(table: TableContract) -> Iterator[None]:
    """Whichever way the rows would go in."""

    def dying(write: Callable[..., None]) -> Callable[..., None]:
        def dies_there(tables: DeltaTables, contract: TableContract, *rows: object) -> None:
            if contract is table:
                raise Killed
            write(tables, contract, *rows)

        return dies_there

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        for way in ("merge", "append"):
            patch.setattr(DeltaTables, way, dying(getattr(DeltaTables, way)))
        yield


@contextmanager
def _killed_at_publication() -> Iterator[None]:
    def dies(*_: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Lake, "publish", dies)
        yield
