"""What sources promised against what came: late, too little or too much, another number than they counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.durations import in_words
from cdp_lake.config.history import HOURS_BEHIND
from cdp_lake.config.sources import SourceContract
from cdp_lake.quality.history import Verdict, published

_HOUR = 3600


class Counted(NamedTuple):
    """One line of a control file: which file of the source has how many records, and which control file says so.

    records: None for a line that cannot be read.
    """

    path: str
    records: int | None
    said_by: str


@dataclass(frozen=True)
class Delivered:
    """When the newest file of a source was made, and when its newest record happened; None where nobody knows."""

    file_at: datetime | None = None
    record_at: datetime | None = None


def late(contract: SourceContract, last: Delivered, as_of: datetime) -> tuple[str, ...]:
    """What is late of a source, in words; nothing when it keeps what it promised, or promised nothing."""
    expects, found = contract.expects, []
    if expects.every is not None:
        if last.file_at is None:
            found.append(f"no file yet; one every {in_words(expects.every)} is expected")
        elif as_of - last.file_at > expects.every:
            age = in_words(as_of - last.file_at)
            found.append(f"the newest file is {age} old; one every {in_words(expects.every)} is expected")
    if expects.at_most_behind is not None and last.record_at is not None:
        behind = as_of - last.record_at
        if behind > expects.at_most_behind:
            told = f"the newest record is {in_words(behind)} behind"
            found.append(f"{told}; at most {in_words(expects.at_most_behind)} is promised")
    return tuple(found)


def newest_files(files: DataFrame) -> DataFrame:
    """One row per source: when its newest file that was let in was made. files: ops.files."""
    let_in = files.where(F.col("fate").isin("landed", "duplicate"))
    return let_in.groupBy("source").agg(F.max("modified_ns").alias("newest_ns"))


def newest_records(measures: DataFrame, runs: DataFrame) -> DataFrame:
    """One row per table and source: when the newest of its published records happened. Arguments: the ops tables."""
    told = published(measures.where(F.col("measure") == HOURS_BEHIND), runs)
    moment = F.timestamp_seconds(F.unix_seconds("measured_at") - F.round(F.col("value") * _HOUR))
    return told.groupBy("name").agg(F.max(moment).alias("record_at"))


def delivery_verdict(contract: SourceContract, records: int) -> Verdict | None:
    """Whether a delivery is of the promised size; None where none is promised."""
    fewest, most = contract.expects.records
    if fewest is None and most is None:
        return None
    given = (("at least", fewest), ("at most", most))
    bounds = [f"{word} {bound:,}" for word, bound in given if bound is not None]
    kept = (fewest is None or records >= fewest) and (most is None or records <= most)
    label = f"{' and '.join(bounds)} records of a delivery (expects.records)"
    return Verdict(contract.name, label, "warning", kept, f"{records:,} came")


def words_verdict(contract: SourceContract, column: str, unknown: int) -> Verdict:
    """Whether a column of consents says only what its contract gives a meaning. unknown: records that say else."""
    label = f"{column}: every word has a meaning (consents)"
    told = f"another one in {_records(unknown)}, which counts as denied" if unknown else "so it is"
    return Verdict(contract.name, label, "warning", not unknown, told)


def plan_verdict(contract: SourceContract, records: int, names: int) -> Verdict:
    """Whether a source sends only events that its tracking plan lists. records, names: of those it does not."""
    told = f"{_records(records)} of {names:,} other {'event' if names == 1 else 'events'}" if records else "so it is"
    return Verdict(contract.name, "every event is a planned one (plan)", "warning", not records, told)


def reconciled(
    contract: SourceContract, said: Iterable[Counted], files: Sequence[Mapping[str, Any]], fresh: set[str]
) -> Iterator[Verdict]:
    """One verdict per counted file that this run refines, and per counted file that never landed.

    files: rows of ops.files of the source that landed. fresh: ids of the files being refined.
    """
    if contract.counts is None:
        return
    by_path, severity = {_unpacked(file["path"]): file for file in files}, contract.counts.severity
    for line in said:
        if line.records is None:
            label = f"{line.said_by}, {line.path}: `file name,records`"
            yield Verdict(contract.name, label, severity, False, "the line cannot be read")
            continue
        file = by_path.get(_unpacked(line.path))
        label = f"{line.path}: {line.records:,} records, as {line.said_by} says"
        if file is None:
            yield Verdict(contract.name, label, severity, False, "the file has not landed")
        elif file["file_id"] in fresh:
            landed = file["record_count"]
            yield Verdict(contract.name, label, severity, landed == line.records, f"{landed:,} have landed")


def _records(count: int) -> str:
    return f"{count:,} {'record' if count == 1 else 'records'}"


def _unpacked(path: str) -> str:
    """A path without what packing adds: `crm/a.zip!/b.csv` and `crm/b.csv.gz` are both `crm/b.csv`."""
    outer, _, inside = path.partition("!/")
    folder, _, name = outer.rpartition("/")
    name = inside.rpartition("/")[2] if inside else name
    for suffix in (".gz", ".bz2", ".xz", ".zip"):
        name = name.removesuffix(suffix)
    return f"{folder}/{name}" if folder else name
