"""Correct: a person says what records that are set aside should have said; bronze keeps what they did say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pyspark.sql import DataFrame

from cdp_lake.adapters.clock import now
from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.contracts import conform
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import CORRECTIONS, FATES, FILES
from cdp_lake.errors import ConfigError
from cdp_lake.quality.summary import having_broken
from cdp_lake.silver import redriving
from cdp_lake.silver.corrections import in_force
from cdp_lake.silver.corrections.edits import NewValue, edited, new_values, record_text, whole
from cdp_lake.silver.corrections.refusal import DOUBTFUL, NO_COLUMN, NO_OBJECT, UNREADABLE
from cdp_lake.silver.exports import with_export_time
from cdp_lake.silver.fates import QUARANTINED
from cdp_lake.silver.fields import with_event_time
from cdp_lake.silver.parse import parsed
from cdp_lake.silver.quarantine import broken_by_rule
from cdp_lake.stages.chosen_records import Choice, fates_of, set_aside
from cdp_lake.stages.driven_again import last_corrections
from cdp_lake.stages.job import Job, Progress, Stage
from cdp_lake.stages.runner import run_stages

PURPOSE = "refinement"
# Rules that say a text is no record at all.
_NO_RECORD = ("wrong_column_count", "invalid_json")
REFUSALS = {
    DOUBTFUL: "cannot be trusted in their whole text; give the whole record with --payload",
    UNREADABLE: "cannot be taken apart into values; give the whole record with --payload",
    NO_COLUMN: "came in files without that column; give the whole record with --payload, or land the file again",
    NO_OBJECT: "have a value where that column is part of an object; give the whole record with --payload",
}


@dataclass(frozen=True)
class Wish:
    """What somebody wants records to say: values by column, or a whole record, or what was received again."""

    choice: Choice
    reason: str
    actor: str
    values: Mapping[str, str] = field(default_factory=dict)
    payload: bytes | None = None
    withdraws: bool = False

    @property
    def kind(self) -> str:
        """The word ops.corrections has for it."""
        if self.withdraws:
            return in_force.WITHDRAWN
        return in_force.SET if self.payload is None else in_force.WHOLE


@dataclass(frozen=True)
class Corrected:
    """What became of a wish: records meant, corrected, and why others were not; and what the corrected ones break yet.

    `passing`: how many of them keep every rule of a single record now.
    """

    source: str
    kind: str
    chosen: int
    corrected: int
    refused: Mapping[str, int]
    passing: int
    broken: tuple[tuple[str, int], ...]
    in_silver: bool = False


def correct(lake: Lake, settings: Settings, wish: Wish, progress: Progress, *, dry_run: bool = False) -> Corrected:
    """Records the corrections of the records meant; of a dry run only what they would do is told.

    Raises ConfigError for records that are not set aside, columns the contract does not have, and where one of the
    records that were named cannot be corrected so.
    """
    contract = _contract_meant(lake, settings, wish)
    text = record_text(wish.payload or b"", contract.encoding)
    work = _Work(wish, contract, new_values(contract, wish.values), text, dry_run)
    stage = Stage(
        name="correct_records",
        about="what a person says that records should have said",
        reads=(),
        writes=("ops.corrections",),
        run=work.carry_out,
        settings_used=(),
        depends_on_time=False,
        always_looks=True,
    )
    run_stages(lake, settings, (stage,), progress)
    if work.why_not:
        raise ConfigError(work.why_not)
    return work.done[0]


@dataclass
class _Work:
    """One wish being carried out; `why_not` where nothing was written because of what came out."""

    wish: Wish
    contract: SourceContract
    values: tuple[NewValue, ...]
    text: str
    dry_run: bool
    done: list[Corrected] = field(default_factory=list)
    why_not: str = ""

    def carry_out(self, job: Job) -> None:
        """The stage: finds the records, writes what they are to be read as, and looks at what they break then."""
        last = last_corrections(job)
        chosen = job.staged(_meant(job, self.contract, self.wish, last), "chosen")
        job.progress.step(f"{self.contract.name}: records meant: {chosen.count():,}")
        read = job.staged(self._read_from_now_on(job, chosen, last), "read_from_now_on")
        counts = {row["problem"]: row["count"] for row in read.groupBy("problem").count().collect()}
        good = read.where(read["problem"].isNull())
        rules = _still_broken(job, self.contract, good)
        in_silver = not chosen.where(chosen["fate"] != QUARANTINED).isEmpty()
        self.done.append(_told(self.contract.name, self.wish.kind, counts, rules, in_silver=in_silver))
        self.why_not = _why_not(self.wish, self.contract, self.done[0])
        if not self.dry_run and not self.why_not and self.done[0].corrected:
            self._write(job, good, last)

    def _read_from_now_on(self, job: Job, chosen: DataFrame, last: DataFrame) -> DataFrame:
        """Bronze records as they are to be read, each with the `problem` that keeps it from being read so."""
        batches = [row["batch_id"] for row in chosen.select("batch_id").distinct().collect()]
        landed = job.lake.read(bronze_table(self.contract.name), PURPOSE)
        own = redriving.those_of(landed.where(landed["_batch_id"].isin(*batches)), chosen)
        if self.wish.withdraws:
            return in_force.as_received(own)
        texts = in_force.with_header(in_force.corrected(own, last), job.lake.read(FILES, PURPOSE), self.contract.name)
        is_whole = self.wish.payload is not None
        new = whole(self.text) if is_whole else edited(self.contract, self.values)
        return in_force.with_new_payload(texts, new(texts["payload"], texts["_header"]), is_whole=is_whole)

    def _write(self, job: Job, records: DataFrame, last: DataFrame) -> None:
        columns = tuple(value.column for value in self.values)
        told = in_force.Told(self.wish.kind, columns, self.wish.actor, now())
        why = job.spark.createDataFrame([(self.wish.reason,)], "reason STRING")
        rows = conform(in_force.correction_rows(records, last, told, why), CORRECTIONS)
        job.upsert(CORRECTIONS, job.staged(rows, "corrections_made"))


def _contract_meant(lake: Lake, settings: Settings, wish: Wish) -> SourceContract:
    choice = wish.choice
    if choice.files:
        raise ConfigError(f"{choice.files[0]} is a whole file: mend it and drop it into the landing folder again")
    fates = fates_of(lake, choice)
    wrong = [one for one in fates if one.fate != QUARANTINED]
    if wrong and not wish.withdraws:
        raise ConfigError(f"record {wrong[0].record_id} is not set aside, its fate is {wrong[0].fate}: only what is "
                          "set aside can be corrected")  # fmt: skip
    sources = sorted({one.source for one in fates}) or [choice.source or ""]
    if len(sources) > 1:
        raise ConfigError(f"the records are of {', '.join(sources)}: correct those of one source at a time")
    if choice.rule is not None:
        set_aside(lake, settings, choice)
    return settings.source(sources[0])


def _meant(job: Job, contract: SourceContract, wish: Wish, last: DataFrame) -> DataFrame:
    """The fates of the records meant, one row per record."""
    fates = job.lake.read(FATES, PURPOSE)
    rows = fates.where(fates["source"] == contract.name)
    if wish.choice.ids:
        rows = rows.where(rows["record_id"].isin(*wish.choice.ids))
    if wish.choice.rule is not None:
        rows = having_broken(rows, wish.choice.rule)
    return in_force.having_one(rows, last) if wish.withdraws else rows.where(rows["fate"] == QUARANTINED)


def _still_broken(job: Job, contract: SourceContract, records: DataFrame) -> list[tuple[str, int, int]]:
    """Rule, records that break it, and those that break none; under the rule '' all records."""
    files = {row["_file_id"] for row in records.select("_file_id").distinct().collect()}
    theirs = [row.asDict() for row in job.lake.read(FILES, PURPOSE).collect()]
    theirs = [row for row in theirs if row["source"] == contract.name and row["file_id"] in files]
    headers: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in theirs:
        headers[tuple(row["header"] or ())].append(row["file_id"])
    rows = with_event_time(parsed(with_export_time(records, contract, theirs), contract, headers), contract)
    return [(row["rule"], row["records"], row["passing"]) for row in broken_by_rule(rows).collect()]


def _told(
    source: str, kind: str, counts: Mapping[str | None, int], rules: list[tuple[str, int, int]], *, in_silver: bool
) -> Corrected:
    passing = next((passing for rule, _, passing in rules if not rule), 0)
    return Corrected(
        source=source,
        kind=kind,
        chosen=sum(counts.values()),
        corrected=counts.get(None, 0),
        refused={why: count for why, count in counts.items() if why is not None},
        passing=passing,
        broken=tuple((rule, records) for rule, records, _ in rules if rule),
        in_silver=in_silver,
    )


def _why_not(wish: Wish, contract: SourceContract, done: Corrected) -> str:
    """Why nothing is written of what was asked for by name."""
    shapeless = [rule for rule, _ in done.broken if rule in _NO_RECORD]
    if wish.payload is not None and shapeless:
        return f"the payload is no record of {contract.name}: {shapeless[0]}; nothing is changed"
    refused = [f"{count:,} {REFUSALS[why]}" for why, count in done.refused.items() if why in REFUSALS]
    if wish.choice.ids and refused:
        return f"nothing is changed, for of {done.chosen:,} records {'; '.join(refused)}"
    if wish.withdraws and not done.chosen:
        return "none of these records has a correction in force; see: cdp-lake quarantine show RECORD_ID"
    return ""
