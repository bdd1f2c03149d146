"""Land: every new file becomes bronze records exactly as received, once, however often it appears."""

from __future__ import annotations

from typing import Any

from cdp_lake.adapters.clock import now
from cdp_lake.adapters.counting import counted_by_file
from cdp_lake.adapters.files import file_facts, framed_records
from cdp_lake.adapters.landing_folder import IncomingFile, incoming_files, is_as_listed, still_written
from cdp_lake.bronze.batch import LANDED, bronze_rows, file_rows, quarantined_files, records_per_file
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts import conform
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import FILES, QUARANTINE
from cdp_lake.stages.job import Job

FileRow = dict[str, Any]
Incoming = tuple[str, str, str]
# Each file of a commit is counted in a column of its own.
FILES_PER_COMMIT = 100


def land(job: Job) -> None:
    """Lands the files that are new since the last publication, as one batch."""
    contracts = {contract.name: contract for contract in job.settings.sources}
    known = [row.asDict() for row in job.lake.read(FILES, "landing").collect()]
    waiting = _whole_ones(job, _not_yet_seen(known, incoming_files(job.landing, contracts.values())))
    if not waiting:
        return
    job.progress.step(f"looking at {len(waiting)} new files")
    facts = [row.asDict() for row in file_facts(job.spark, job.landing, waiting, contracts).collect()]
    # Whoever writes slowly may have paused until now.
    changed = {file.path for file in waiting if not is_as_listed(job.landing, file)}
    facts = [row for row in facts if row["path"] not in changed]
    _tell_unfinished(job, changed)
    batch = 1 + max([0, *(row["batch_id"] for row in known)])
    encodings = {name: contract.encoding for name, contract in contracts.items()}
    rows = file_rows(facts, {(row["source"], row["file_id"]) for row in known}, batch, encodings)
    counts = _land_records(job, [row for row in rows if row["fate"] == LANDED], contracts, batch)
    _note_files(job, [row | {"record_count": counts.get(row["file_id"], 0)} for row in rows])


def _whole_ones(job: Job, files: list[IncomingFile]) -> list[IncomingFile]:
    growing = still_written(job.landing, files)
    _tell_unfinished(job, growing)
    return [file for file in files if file.path not in growing]


def _tell_unfinished(job: Job, paths: set[str]) -> None:
    if paths:
        job.progress.step(f"still being written, the next run takes them: {', '.join(sorted(paths))}")


def _land_records(job: Job, files: list[FileRow], contracts: dict[str, SourceContract], batch: int) -> dict[str, int]:
    """Commits the records source by source; returns records per file."""
    ingested_at, counts = now(), dict[str, int]()
    for source in dict.fromkeys(file["source"] for file in files):
        done = _committed_before_a_crash(job, source)
        waiting = [(f["source"], f["path"], f["file_id"]) for f in files if f["source"] == source]
        if done:
            counts |= done
            job.keep(bronze_table(source))
        for group in _groups([file for file in waiting if file[2] not in done]):
            framed = framed_records(job.spark, job.landing, group, contracts)
            counted, found = counted_by_file(bronze_rows(framed, batch, ingested_at), [file[2] for file in group])
            job.append(bronze_table(source), counted)
            counts |= found()
        job.progress.step(f"{source}: {sum(counts.get(f[2], 0) for f in waiting):,} records of {len(waiting)} files")
    job.facts |= {"files": str(len(files)), "records": str(sum(counts.values()))}
    return counts


def _groups(files: list[Incoming]) -> list[list[Incoming]]:
    return [files[i : i + FILES_PER_COMMIT] for i in range(0, len(files), FILES_PER_COMMIT)]


def _note_files(job: Job, rows: list[FileRow]) -> None:
    if not rows:
        return
    columns = [c for c in FILES.columns if c.name in FILES.value_columns]
    ddl = ", ".join(f"{c.name} {c.type}" for c in columns)
    frame = job.spark.createDataFrame([tuple(row[c.name] for c in columns) for row in rows], ddl)
    job.upsert(FILES, conform(frame, FILES))
    if any(row["fate"] != LANDED for row in rows):
        job.upsert(QUARANTINE, conform(quarantined_files(frame), QUARANTINE))


def _not_yet_seen(known: list[FileRow], files: list[IncomingFile]) -> list[IncomingFile]:
    """Files whose path, size and time are not in ops.files: only those are read at all."""
    seen = {(r["source"], r["path"], r["bytes"], r["modified_ns"]) for r in known}
    return [f for f in files if (f.source, f.path, f.bytes, f.modified_ns) not in seen]


def _committed_before_a_crash(job: Job, source: str) -> dict[str, int]:
    """Files, with their records, that a killed run had committed to bronze before it could publish them."""
    table = bronze_table(source)
    if not job.lake.has_unpublished(table):
        return {}
    published = {row["_file_id"] for row in records_per_file(job.lake.read(table, "landing")).collect()}
    head = {row["_file_id"]: row["count"] for row in records_per_file(job.lake.head(table)).collect()}
    return {file_id: count for file_id, count in head.items() if file_id not in published}
