"""Records that are driven once more: which they are, what has to come along, what is written down about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pyspark.sql import DataFrame

from cdp_lake.adapters.clock import now
from cdp_lake.contracts import TableContract, conform
from cdp_lake.contracts.ops import CORRECTIONS, FATES, FILES, REDRIVES
from cdp_lake.silver import redriving
from cdp_lake.silver.corrections import in_force
from cdp_lake.silver.fates import PASSED, QUARANTINED
from cdp_lake.silver.standing import changes
from cdp_lake.stages.job import Job

PURPOSE = "refinement"


@dataclass(frozen=True)
class Asked:
    """Records to be driven again, rows of ops.fates each with its `correction_no`, and who asked; '' a run did."""

    records: DataFrame
    actor: str = ""

    @property
    def reach_into_silver(self) -> bool:
        """True when one of them stands in silver: what it left there is not to be told from what others say."""
        return not self.records.where(self.records["fate"] != QUARANTINED).isEmpty()


@dataclass(frozen=True)
class Part:
    """What is driven again of one source: how many records, of which batches and files."""

    records: int
    batches: tuple[int, ...]
    files: list[dict[str, Any]]


@dataclass(frozen=True)
class Again:
    """All that is driven again: one row per record (source, record_id, batch_id), and the same by source.

    Once they have fates: `lost`, records that had passed and do not any more, and `said_anew`, records that what silver
    holds of them is not to be added to.
    """

    driven: DataFrame
    parts: dict[str, Part]
    lost: DataFrame | None = None
    said_anew: DataFrame | None = None

    def of(self, source: str, bronze: DataFrame) -> DataFrame:
        """The bronze records of a source that are driven again."""
        of_batches = bronze.where(bronze["_batch_id"].isin(*self.parts[source].batches))
        return redriving.those_of(of_batches, self.driven.where(self.driven["source"] == source))

    def files_of(self, source: str) -> list[dict[str, Any]]:
        """The rows of ops.files that they came in."""
        return self.parts[source].files if source in self.parts else []

    def left_in(self, job: Job, table: TableContract) -> DataFrame:
        """What records that passed no more had left in a table of silver: it goes, where nobody says it again."""
        rows = job.lake.read(table, PURPOSE, whole=True)
        return rows.limit(0) if self.lost is None else redriving.left_by(rows, self.lost)


def last_corrections(job: Job) -> DataFrame:
    """One row per record that was ever corrected: its last correction, or that it was withdrawn."""
    return job.staged(in_force.last_ones(job.lake.read(CORRECTIONS, PURPOSE)), "corrections")


def corrections_in_force(job: Job) -> dict[str, DataFrame]:
    """The last corrections by source; only of sources that have any."""
    if CORRECTIONS.name not in job.lake.versions:
        return {}
    last = last_corrections(job)
    sources = [row["source"] for row in last.select("source").distinct().collect()]
    return {source: last.where(last["source"] == source) for source in sources}


def corrected_since(job: Job) -> Asked | None:
    """Records that a correction, or its withdrawal, says something else of than they were judged by."""
    if CORRECTIONS.name not in job.lake.versions:
        return None
    records = job.staged(in_force.not_driven(last_corrections(job), _fates(job)), "corrected_since")
    return None if records.isEmpty() else Asked(records)


def asked_for(job: Job, chosen: DataFrame, actor: str) -> Asked:
    """Records of the quarantine as somebody asks for them. chosen: one row per record (source, record_id)."""
    return Asked(job.staged(in_force.with_correction(_fates(job), chosen, last_corrections(job)), "asked"), actor)


def together(job: Job, asked: Asked) -> Again:
    """The records asked for, and those that can be judged only together with them."""
    with_others = redriving.with_companions(asked.records, _fates(job), job.settings.sources)
    driven = job.staged(with_others, "driven_again")
    return Again(driven, parts_among(job, driven))


def parts_among(job: Job, driven: DataFrame) -> dict[str, Part]:
    """What is driven of each source. driven: one row per record (source, record_id, batch_id)."""
    rows = {row["source"]: row for row in redriving.parts_of(driven).collect()}
    files = [row.asDict() for row in job.lake.read(FILES, PURPOSE).collect()] if rows else []
    return {source: _part(row.asDict(), files) for source, row in rows.items()}


def judged(job: Job, again: Again, fates: DataFrame) -> Again:
    """The same, now that they have fates."""
    # Of feeds that change, rows are kept that newer records stand by: those leave by what overtakes them.
    steady = [contract.name for contract in job.settings.sources if not changes(contract)]
    lost = job.staged(redriving.no_longer_passing(_fates(job), fates), "no_longer_passing")
    passing = redriving.those_among(again.driven, fates.where(fates["fate"] == PASSED))
    said_anew = job.staged(passing.select(*redriving.RECORD).unionByName(lost), "said_anew")
    return replace(again, lost=lost.where(lost["source"].isin(*steady)), said_anew=said_anew)


def write_down(job: Job, asked: Asked, fates: DataFrame) -> None:
    """Remembers what became of the records asked for, when anything became of any."""
    if all(commit.version is None for commit in job.commits):
        return
    rows = redriving.redrive_rows(asked.records, fates, job.run_id, asked.actor, now())
    job.upsert(REDRIVES, conform(rows, REDRIVES).persist())


def _part(row: dict[str, Any], files: list[dict[str, Any]]) -> Part:
    wanted = {(row["source"], file_id) for file_id in row["files"]}
    own = [file for file in files if (file["source"], file["file_id"]) in wanted]
    return Part(row["records"], tuple(row["batches"]), own)


def _fates(job: Job) -> DataFrame:
    """Fates of the sources there are: a source that was taken out of the settings cannot be read any more."""
    fates = job.lake.read(FATES, PURPOSE)
    return fates.where(fates["source"].isin(*[source.name for source in job.settings.sources]))
