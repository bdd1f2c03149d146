"""The lake as stages see it: read what is published, commit what changed, publish it as one.

Write, audit, publish: a stage commits to tables that nobody reads yet; one row in ops.publications then
names the version of every table that belongs together, and readers resolve through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdp_lake.adapters.delta_tables import DeltaTables
from cdp_lake.adapters.scratch import Scratch
from cdp_lake.adapters.table_check import (
    damaged_among,
    require_sound,
    set_aside,
    table_on_disk,
    tables_on_disk,
)
from cdp_lake.adapters.table_on_disk import TableOnDisk
from cdp_lake.contracts.conform import ROW_HASH, conform
from cdp_lake.contracts.ops import PUBLICATIONS
from cdp_lake.contracts.table import TableContract
from cdp_lake.errors import ConfigError, did_you_mean

_KNOWN_HASH, _CHANGE = "_known_hash", "_change"
_NEW, _CHANGED, _DELETED = "new", "changed", "deleted"


@dataclass(frozen=True)
class Commit:
    """What one write did; `version` None when there was nothing to do. `rows` counts the `deleted` ones too."""

    table: str
    rows: int
    version: int | None
    deleted: int = 0


@dataclass
class Lake:
    """Published tables by purpose, and the head of each table for the one writer."""

    tables: DeltaTables
    purposes: frozenset[str]
    scratch: Scratch
    versions: dict[str, int] = field(default_factory=dict)
    publication_no: int = 0
    reads: dict[str, int] = field(default_factory=dict)
    # Of each sequence, as this writer last committed them: nobody else writes while it holds the lock.
    next_numbers: dict[str, int] = field(default_factory=dict)
    # Rows of small tables, with the version they are of.
    remembered: dict[tuple[str, str], tuple[int | None, list[dict[str, Any]]]] = field(default_factory=dict)

    # Damaged tables that are to be made anew, and where they lie now.
    aside: dict[str, Path] = field(default_factory=dict)

    @classmethod
    def open(cls, spark: SparkSession, root: str, purposes: frozenset[str], catalog: bool = False) -> Lake:
        """The lake at a folder, at its last publication; `require_sound` before anything is read from it."""
        scratch = Scratch(Path(root).absolute() / ".scratch" / "changes")
        lake = cls(DeltaTables(spark, root, catalog), purposes, scratch)
        if lake.folder is not None:
            require_sound([table_on_disk(lake.folder, PUBLICATIONS.name)])
        if lake.tables.version(PUBLICATIONS) is not None:
            last = lake.tables.frame(PUBLICATIONS).agg(F.max_by("versions", "publication_no"), F.max("publication_no"))
            versions, number = last.collect()[0]
            lake.versions, lake.publication_no = dict(versions or {}), int(number or 0)
        return lake

    @property
    def folder(self) -> Path | None:
        """Where the tables are; None where that is no folder of this machine."""
        return None if "://" in self.tables.root else Path(self.tables.root)

    def require_sound(self) -> None:
        """Raises TableDamaged when a table's log is broken, or files it lists are not there as they were written."""
        require_sound(self.tables_on_disk())

    def tables_on_disk(self) -> list[TableOnDisk]:
        """Every table as it lies in the lake's folder; none where that is no folder of this machine."""
        return [] if self.folder is None else tables_on_disk(self.folder, self.versions)

    def make_way(self, names: Iterable[str]) -> None:
        """Puts those of the tables aside that are damaged: they are about to be made anew from others."""
        if self.folder is not None:
            for table in damaged_among(self.folder, names, self.versions):
                self.aside[table.name] = set_aside(table, self.folder)
                self.versions.pop(table.name, None)

    @property
    def spark(self) -> SparkSession:
        """The session the lake was opened with."""
        return self.tables.spark

    def read(self, contract: TableContract, purpose: str, *, whole: bool = False) -> DataFrame:
        """The published rows of a table, for a purpose the consent settings list; empty before its first run.

        Rows that the contract says do not count are left out, unless the whole table is asked for.
        Raises ConfigError for a purpose nobody declared: no purpose, no data.
        """
        if purpose not in self.purposes:
            hint = did_you_mean(purpose, self.purposes)
            raise ConfigError(f"{contract.name} read for purpose '{purpose}'; {hint}")
        version = self.versions.get(contract.name)
        if version is None:
            return self.tables.empty(contract)
        self.reads[contract.name] = version
        # Always by number: a read of the newest version would show what this stage itself commits a moment later.
        rows = _with_declared_columns(self.tables.frame(contract, version), contract)
        return rows if whole or contract.present is None else rows.where(contract.present)

    def collected(self, contract: TableContract, purpose: str) -> list[dict[str, Any]]:
        """The published rows of a small table, read once a version: asking again starts no Spark job."""
        version, asked = self.versions.get(contract.name), (contract.name, purpose)
        if asked not in self.remembered or self.remembered[asked][0] != version:
            self.remembered[asked] = (version, [row.asDict() for row in self.read(contract, purpose).collect()])
        elif version is not None:
            self.reads[contract.name] = version
        return self.remembered[asked][1]

    def changes(self, contract: TableContract, purpose: str, after: int) -> DataFrame:
        """The published rows that came, went or changed after a version: as they were, and as they are."""
        until = self.versions[contract.name]
        published = self.read(contract, purpose)
        if after == until:
            return published.limit(0)
        return self.tables.changes(contract, after, until).select(*published.columns)

    def head(self, contract: TableContract) -> DataFrame:
        """The newest committed rows, published or not: what a writer compares with."""
        if self.tables.version(contract) is None:
            return self.tables.empty(contract)
        return _with_declared_columns(self.tables.frame(contract), contract)

    def has_unpublished(self, contract: TableContract) -> bool:
        """True when a run ended between its commit and its publication."""
        head = self.tables.version(contract)
        return head is not None and head > self.versions.get(contract.name, 0)

    def take_back(self, contract: TableContract) -> bool:
        """Undoes what a killed run committed and never published: built upon, its rows would come to light."""
        found = self.has_unpublished(contract)
        if found:
            self.tables.restore(contract, self.versions.get(contract.name, 0))
        return found

    def append(self, contract: TableContract, rows: DataFrame, txn: tuple[str, int] | None = None) -> Commit:
        """Adds rows in one commit."""
        # Landing takes up what a killed run landed; ops tables are the memory of killed runs too; and Delta ignores
        # a transaction it has seen, also one whose rows were taken back.
        if txn is None and contract.layer not in ("bronze", "ops"):
            self.take_back(contract)
        self.tables.create(contract)
        self.tables.append(contract, conform(rows, contract), contract.purpose, txn)
        return Commit(contract.name, -1, self.tables.version(contract))

    def upsert(
        self, contract: TableContract, rows: DataFrame, *, complete: bool = False, replacing: DataFrame | None = None
    ) -> Commit:
        """Commits only the rows that differ from the published ones; with `complete`, keys not in `rows` are deleted.

        replacing: the published rows that these take the place of, when they are not all; the others stay.
        With `complete` the `rows` are read twice: hand over a cached frame.
        """
        self.take_back(contract)
        self.tables.create(contract)
        before = self.head(contract)
        if (self.tables.version(contract) or 0) == 0:
            return self._first_rows(contract, rows)
        known = before.select(*contract.key, F.col(ROW_HASH).alias(_KNOWN_HASH))
        found = _differing(contract, rows, known)
        if complete:
            gone = _gone(contract, rows, known if replacing is None else replacing)
            found = found.unionByName(gone, allowMissingColumns=True)
        # Read three times; and what a commit reads from a cache, Delta plans twice, with all that led to it.
        changes = self.scratch.staged(found, contract.name.replace(".", "_"))
        new, changed, deleted = _counted(changes)
        if changed or deleted:
            self.tables.merge(contract, changes, f"s.{_CHANGE} = '{_DELETED}'")
        elif new:
            # What a merge would look for is not there: a commit of new rows alone takes a fourth of its time.
            self.tables.append(contract, changes.drop(_CHANGE), contract.purpose)
        self.scratch.clear()
        # Also without a row: what was taken back, or a column added, moved the version that is to be published.
        version = self.tables.version(contract) if self.has_unpublished(contract) else None
        return Commit(contract.name, new + changed + deleted, version, deleted)

    def overwrite(self, contract: TableContract, rows: DataFrame) -> Commit:
        """Puts the rows in the place of all there are, in one commit: for tables of a handful of rows."""
        self.tables.create(contract)
        self.tables.overwrite(contract, rows, contract.purpose)
        return Commit(contract.name, -1, self.tables.version(contract))

    def delete(self, contract: TableContract, condition: str) -> Commit:
        """Deletes rows by batch or surrogate in one commit."""
        if self.tables.version(contract) is None:
            return Commit(contract.name, 0, None)
        self.tables.delete(contract, condition)
        return Commit(contract.name, -1, self.tables.version(contract))

    def publish(self, run_id: str, stage: str, commits: Mapping[str, int], at: datetime) -> None:
        """Makes the committed versions the ones that readers see, all at once."""
        versions = {**self.versions, **commits}
        row = (self.publication_no + 1, run_id, stage, at, versions)
        self.append(PUBLICATIONS, self.spark.createDataFrame([row], PUBLICATIONS.schema))
        self.versions, self.publication_no = versions, self.publication_no + 1

    def _first_rows(self, contract: TableContract, rows: DataFrame) -> Commit:
        count = rows.count()
        if not count:
            return Commit(contract.name, 0, None)
        self.tables.append(contract, rows.select(*contract.column_names), contract.purpose)
        return Commit(contract.name, count, self.tables.version(contract))


def _differing(contract: TableContract, rows: DataFrame, known: DataFrame) -> DataFrame:
    """The rows that are new or changed, and which of both. known: one row per key, with its hash."""
    compared = rows.join(known, on=list(contract.key), how="left")
    is_new = F.col(_KNOWN_HASH).isNull()
    different = compared.where(is_new | (F.col(_KNOWN_HASH) != F.col(ROW_HASH)))
    change = F.when(is_new, _NEW).otherwise(_CHANGED)
    return different.select(*contract.column_names, change.alias(_CHANGE))


def _gone(contract: TableContract, rows: DataFrame, old: DataFrame) -> DataFrame:
    """The keys of old rows that the rows no longer have."""
    keys = old.select(*contract.key).join(rows, on=list(contract.key), how="left_anti")
    return keys.withColumn(_CHANGE, F.lit(_DELETED))


def _counted(changes: DataFrame) -> tuple[int, int, int]:
    """How many rows are new, changed and gone."""
    kinds = (F.count_if(F.col(_CHANGE) == kind) for kind in (_NEW, _CHANGED, _DELETED))
    new, changed, deleted = changes.agg(*kinds).collect()[0]
    return int(new), int(changed), int(deleted)


def _with_declared_columns(frame: DataFrame, contract: TableContract) -> DataFrame:
    missing = [c for c in contract.columns if c.name not in frame.columns]
    added = {c.name: F.lit(None).cast(c.struct_field.dataType) for c in missing}
    return frame.withColumns(added) if added else frame
