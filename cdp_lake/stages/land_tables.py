"""Landing tables of databases: the rows that are new since the last run, as one extract of each source.

A table that cannot be read now holds up no other source: it is named at the end of the run, and read by the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame

from cdp_lake.adapters.jdbc import DatabaseTable
from cdp_lake.adapters.placing import in_order
from cdp_lake.bronze.batch import LANDED, REFUSED, record_hash
from cdp_lake.bronze.extracts import (
    Position,
    Window,
    batches_to_compare,
    ceiling,
    content,
    content_id,
    framed,
    unseen,
    window_after,
)
from cdp_lake.bronze.inspection import FileFacts, facts_by_header, names_of
from cdp_lake.config.settings import Settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.config.ways_in import Database, TableFeed
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import POSITIONS
from cdp_lake.errors import SourceNotRead
from cdp_lake.stages.job import Job
from cdp_lake.stages.landing import FileRow, Landing

_WHOLE_TABLE = ""


@dataclass(frozen=True)
class Reading:
    """One reading of one table: what is read, where the next one goes on, and the batches that may hold rows of it.

    went_back: the table no longer reaches its position.
    """

    window: Window | None
    position: Position | None
    batches: list[int] | None
    path: str
    notes: tuple[str, ...] = ()
    went_back: bool = False


def land_tables(landing: Landing, contracts: dict[str, SourceContract]) -> list[FileRow]:
    """Lands the new rows of every source that is a table; returns a row of ops.files for each extract with any."""
    rows = []
    for contract in contracts.values():
        if contract.table is not None and not database_of(landing.job.settings, contract.table).paused:
            try:
                rows += _land(landing, contract, contract.table)
            except SourceNotRead as problem:
                landing.job.leave_out(contract.name, str(problem))
    return rows


def database_of(settings: Settings, feed: TableFeed) -> Database:
    """The database a table is in; that there is one is checked with the settings."""
    return next(one for one in settings.connections.databases if one.name == feed.connection)


def _land(landing: Landing, contract: SourceContract, feed: TableFeed) -> list[FileRow]:
    job = landing.job
    table = DatabaseTable(job.spark, database_of(job.settings, feed), feed)
    job.progress.step(f"{contract.name}: asking {table.name}")
    header = [*table.columns]
    facts = facts_by_header(content_id(contract.name, *header), header, names_of(contract))
    if facts.problems:
        return _refused(landing, contract.name, table, facts)
    landing.begin_anew(contract.name)
    reading = _reading(landing, contract, table)
    placed, count = in_order(_new_rows(landing, contract, table, reading), ("_order", "payload"))
    if count or reading.went_back:
        _move(landing, contract.name, reading)
    job.progress.step(f"{contract.name}: {count:,} new rows of {table.name}")
    return [_landed(landing, contract.name, placed, facts, reading)] if count else []


def _reading(landing: Landing, contract: SourceContract, table: DatabaseTable) -> Reading:
    """What to read of a table now."""
    watermark = table.watermark()
    if watermark is None:
        return Reading(None, None, None, f"{table.name}, all of it")
    column, kind = watermark
    top = ceiling(kind, landing.ingested_at, contract.time_zone)
    bounds = table.bounds(column, kind, top)
    before = _position(landing.job, contract.name, column)
    try:
        window = window_after(before, bounds, kind, table.feed.overlap, top)
    except ValueError as problem:
        raise SourceNotRead(f"{table.name}: watermark '{column}': {problem}") from problem
    landed = [row for row in landing.known if row["source"] == contract.name and row["fate"] == LANDED]
    notes = [(bounds.undated, f"rows without {column}"), (bounds.ahead, f"rows with {column} ahead of the clock")]
    return Reading(
        window,
        Position(column, bounds.high or (before.watermark if before else None), bounds.ahead > 0),
        batches_to_compare(landed, window, column, kind),
        f"{table.name}, {column} up to {bounds.high or 'none'}",
        tuple(f"{count} {what}, looked at in every run" for count, what in notes if count),
        went_back=before is not None and window.low is None and bounds.high is not None,
    )


def _position(job: Job, source: str, column: str) -> Position | None:
    """Where the source was left; None when it was read by another column, or not at all."""
    rows = job.lake.read(POSITIONS, "landing").collect()
    found = next((Position.of(row["position"]) for row in rows if row["source"] == source), None)
    return found if found and found.column == column and found.watermark is not None else None


def _new_rows(landing: Landing, contract: SourceContract, table: DatabaseTable, reading: Reading) -> DataFrame:
    """The rows of the window that bronze does not hold, read once and kept for this run."""
    job, watermark = landing.job, table.watermark()
    key = [column.source_path for name in contract.key for column in contract.columns if column.name == name]
    with table.told():
        rows = table.payloads(table.rows(reading.window, watermark), key)
        extract = job.staged(rows.withColumn("_record_hash", record_hash()), contract.name)
    bronze = job.lake.read(bronze_table(contract.name), "landing")
    if bronze_table(contract.name).name not in job.lake.versions or reading.batches == []:
        return extract
    if reading.batches is not None:
        bronze = bronze.where(bronze["_batch_id"].isin(*reading.batches))
    return unseen(extract, bronze)


def _landed(landing: Landing, source: str, placed: DataFrame, facts: FileFacts, reading: Reading) -> FileRow:
    """Commits the rows of an extract to bronze; its row of ops.files."""
    told = content(placed).collect()[0]
    file_id = content_id(source, *told)
    counts = landing.append(source, framed(placed, source, file_id), [file_id])
    position = reading.position.text() if reading.position else None
    row = _file_row(landing, source, file_id, reading.path) | {"header": facts.header, "fate": LANDED}
    notes = [*facts.notes, *reading.notes]
    return row | {"record_count": counts[file_id], "bytes": told["bytes"], "notes": notes, "position": position}


def _refused(landing: Landing, source: str, table: DatabaseTable, facts: FileFacts) -> list[FileRow]:
    """The row of ops.files of a table that lacks what its contract requires; none when it is known to."""
    why = ", ".join(facts.problems)
    landing.job.leave_out(source, f"{table.name}: {why}; mend the table or the contract")
    if any((row["source"], row["file_id"]) == (source, facts.file_id) for row in landing.known):
        return []
    refused = {"header": facts.header, "fate": REFUSED, "record_count": 0, "notes": facts.problems}
    return [_file_row(landing, source, facts.file_id, table.name) | refused]


def _file_row(landing: Landing, source: str, file_id: str, path: str) -> FileRow:
    return {"source": source, "file_id": file_id, "batch_id": landing.batch, "path": path}


def _move(landing: Landing, source: str, reading: Reading) -> None:
    if reading.position is not None:
        landing.move(source, _WHOLE_TABLE, reading.position.text())
