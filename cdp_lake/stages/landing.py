"""One landing batch, as every way in fills it: records to bronze, and a row of ops.files for what they came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from pyspark.sql import DataFrame

from cdp_lake.adapters.counting import counted_by_file
from cdp_lake.bronze.batch import LANDED, bronze_rows, quarantined_files, records_per_file
from cdp_lake.contracts import TableContract, conform
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import FILES, POSITIONS, QUARANTINE
from cdp_lake.stages.job import Job

FileRow = dict[str, Any]


class Committed(NamedTuple):
    """What a killed run committed of a file: its records, the line of the first and of the last."""

    records: int
    first_line: int
    last_line: int


@dataclass(frozen=True)
class Landing:
    """The batch being landed: its number, when, and the rows of ops.files there were before."""

    job: Job
    batch: int
    ingested_at: datetime
    known: list[FileRow]
    positions: list[FileRow] = field(default_factory=list)

    def append(self, source: str, framed: DataFrame, file_ids: list[str]) -> dict[str, int]:
        """Commits the framed records of some files of one source; returns records per file.

        framed: one row per record, in the shape of adapters.files.FRAME_DDL.
        """
        counted, found = counted_by_file(bronze_rows(framed, self.batch, self.ingested_at), file_ids)
        self.job.append(bronze_table(source), counted)
        return found()

    def committed_before_a_crash(self, source: str) -> dict[str, Committed]:
        """Files, by their ids, that a killed run had committed to bronze before it could publish them."""
        table, lake = bronze_table(source), self.job.lake
        if not lake.has_unpublished(table):
            return {}
        published = {row["_file_id"] for row in records_per_file(lake.read(table, "landing")).collect()}
        head = {row["_file_id"]: Committed(*row[1:]) for row in records_per_file(lake.head(table)).collect()}
        found = {file_id: one for file_id, one in head.items() if file_id not in published}
        if found:
            self.job.keep(table)
        return found

    def begin_anew(self, source: str) -> None:
        """Takes a killed run's records of a source back: a table that is read again may hold other rows by now."""
        if self.job.lake.take_back(bronze_table(source)):
            self.job.keep(bronze_table(source))

    def move(self, source: str, part: str, position: str) -> None:
        """The source, or a part of it, is read on from there by the run after this batch is published."""
        self.positions.append({"source": source, "part": part, "position": position, "batch_id": self.batch})

    def note(self, rows: list[FileRow]) -> None:
        """Writes what was looked at to ops.files, how far it was read, and what could not be landed."""
        if rows:
            files = self._frame(FILES, rows)
            self.job.upsert(FILES, conform(files, FILES))
            if any(row["fate"] != LANDED for row in rows):
                self.job.upsert(QUARANTINE, conform(quarantined_files(files), QUARANTINE))
        if self.positions:
            self.job.upsert(POSITIONS, conform(self._frame(POSITIONS, self.positions), POSITIONS))

    def _frame(self, table: TableContract, rows: list[FileRow]) -> DataFrame:
        columns = [c for c in table.columns if c.name in table.value_columns]
        ddl = ", ".join(f"{c.name} {c.type}" for c in columns)
        return self.job.spark.createDataFrame([tuple(row.get(c.name) for c in columns) for row in rows], ddl)
