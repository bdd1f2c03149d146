"""Landing files: every new one below the landing folder, once, however often it appears."""

from __future__ import annotations

from cdp_lake.adapters.files import file_facts, framed_records
from cdp_lake.adapters.landing_folder import IncomingFile, incoming_files, is_as_listed, still_written
from cdp_lake.bronze.batch import LANDED, file_rows
from cdp_lake.config.sources import SourceContract
from cdp_lake.stages.job import Job
from cdp_lake.stages.landing import FileRow, Landing

Incoming = tuple[str, str, str]
# Each file of a commit is counted in a column of its own.
FILES_PER_COMMIT = 100


def land_files(landing: Landing, contracts: dict[str, SourceContract]) -> list[FileRow]:
    """Lands the records of new files source by source; returns a row of ops.files for each file looked at."""
    job = landing.job
    waiting = _whole_ones(job, _not_yet_seen(landing.known, incoming_files(job.landing, contracts.values())))
    if not waiting:
        return []
    job.progress.step(f"looking at {len(waiting)} new files")
    facts = [row.asDict() for row in file_facts(job.spark, job.landing, waiting, contracts).collect()]
    # Whoever writes slowly may have paused until now.
    changed = {file.path for file in waiting if not is_as_listed(job.landing, file)}
    facts = [row for row in facts if row["path"] not in changed]
    _tell_unfinished(job, changed)
    encodings = {name: contract.encoding for name, contract in contracts.items()}
    known = {(row["source"], row["file_id"]) for row in landing.known}
    rows = file_rows(facts, known, landing.batch, encodings)
    counts = _land_records(landing, [row for row in rows if row["fate"] == LANDED], contracts)
    return [row | {"record_count": counts.get(row["file_id"], 0)} for row in rows]


def _whole_ones(job: Job, files: list[IncomingFile]) -> list[IncomingFile]:
    growing = still_written(job.landing, files)
    _tell_unfinished(job, growing)
    return [file for file in files if file.path not in growing]


def _tell_unfinished(job: Job, paths: set[str]) -> None:
    if paths:
        job.progress.step(f"still being written, the next run takes them: {', '.join(sorted(paths))}")


def _land_records(landing: Landing, files: list[FileRow], contracts: dict[str, SourceContract]) -> dict[str, int]:
    """Commits the records source by source; returns records per file."""
    job, counts = landing.job, dict[str, int]()
    for source in dict.fromkeys(file["source"] for file in files):
        done = landing.committed_before_a_crash(source)
        counts |= {file_id: one.records for file_id, one in done.items()}
        waiting = [(f["source"], f["path"], f["file_id"]) for f in files if f["source"] == source]
        for group in _groups([file for file in waiting if file[2] not in done]):
            framed = framed_records(job.spark, job.landing, group, contracts)
            counts |= landing.append(source, framed, [file[2] for file in group])
        job.progress.step(f"{source}: {sum(counts.get(f[2], 0) for f in waiting):,} records of {len(waiting)} files")
    return counts


def _groups(files: list[Incoming]) -> list[list[Incoming]]:
    return [files[i : i + FILES_PER_COMMIT] for i in range(0, len(files), FILES_PER_COMMIT)]


def _not_yet_seen(known: list[FileRow], files: list[IncomingFile]) -> list[IncomingFile]:
    """Files whose path, size and time are not in ops.files: only those are read at all."""
    seen = {(r["source"], r["path"], r["bytes"], r["modified_ns"]) for r in known}
    return [f for f in files if (f.source, f.path, f.bytes, f.modified_ns) not in seen]
