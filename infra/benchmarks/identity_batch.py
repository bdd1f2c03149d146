"""What a batch costs beside a full run, and whether ids stay: stitching a lake of made-up records in one warm session.

    .venv/bin/python infra/benchmarks/identity_batch.py --records 1000000 --work DIR

One process. A lake of 5,000 records warms the session up. Then so many records are stitched, stitched again in full,
and three batches of 1 % more come, each stitched alone; a full run at the end says what that would have cost and must
find the same people under the same ids. Half of a batch are new records of people who are there, half are new people.
Seconds are those of the whole stage stitch_identity, its commits and its health report included. Exit code 1 when the
full run finds other people than the batches did.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from rich.console import Console
from rich.table import Table

from cdp_lake.adapters import machine
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.process_memory import watched_memory
from cdp_lake.config.settings import Settings
from cdp_lake.contracts import conform
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.assignments import standing
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.pipeline import stages_named
from cdp_lake.stages.runner import run_stages
from cdp_lake.stages.session import open_lake

WARM_UP, BATCHES, OF_HUNDRED = 5_000, 3, 1
RECORDS_OF_A_PERSON = 2.5
LARGE = 1_000_000
MOST_SHARE = {True: 0.10, False: 0.25}
LEAST_KEPT = 0.999
START = datetime(2018, 1, 1, tzinfo=timezone.utc)
# Only part of a person's records say each of these, so that people hang together by chains.
NAMESPACES = {"user_id": 30, "email": 60, "phone": 40, "loyalty_id": 25}
console = Console(width=120)


class Told:
    """Progress as lines."""

    def begin(self, stage: str, about: str) -> None:
        """Nothing: a line at the end of a stage is enough."""

    def step(self, text: str) -> None:
        """What the stage has found."""
        console.print(f"    {text}", highlight=False)

    def end(self, stage: str, status: str, seconds: float) -> None:
        """A stage ended."""
        console.print(f"  {stage}: {seconds:.1f} s", highlight=False)

    def skip(self, stage: str, why: str) -> None:
        """Nothing to do, which no stage here should say."""
        console.print(f"  {stage}: {why}")


@dataclass(frozen=True)
class Town:
    """A lake of source records alone."""

    folder: Path
    seed: int

    def open(self) -> Lake:
        """The lake at its last publication."""
        return open_lake(self._settings)

    def bring(self, numbers: tuple[int, int], people: int) -> None:
        """Publishes records of those numbers, [from, to), of so many people."""
        lake = self.open()
        rows = made_up(lake, numbers, people, self.seed).persist()
        commit = lake.upsert(SOURCE_RECORDS, rows)
        lake.publish("made-up", "a benchmark", {commit.table: commit.version or 0}, START)
        rows.unpersist()

    def stitch(self, rebuild: bool = False) -> float:
        """Runs the stage; its seconds."""
        stages = stages_named(("stitch_identity",))
        return run_stages(self.open(), self._settings, stages, Told(), rebuild=rebuild)[0].seconds

    def people(self) -> DataFrame:
        """One row per record: its profile id now."""
        rows = standing(self.open().read(ASSIGNMENTS, "evaluation")).select("record_sk", "profile_id")
        return rows.localCheckpoint()

    @property
    def _settings(self) -> Settings:
        own = (f"lake.path={self.folder}", "spark.compiler=thorough", "identity.incremental.from_records=0")
        return configured(None, None, own).settings


def made_up(lake: Lake, numbers: tuple[int, int], people: int, seed: int) -> DataFrame:
    """Source records of those numbers: who they are follows from number and seed alone."""
    start, end = numbers
    is_known = F.col("record_sk") % 2 == 0
    person = F.when(is_known | F.lit(start == 1), F.pmod(F.xxhash64("record_sk", F.lit(seed)), F.lit(people)))
    rows = lake.spark.range(start, end).withColumnRenamed("id", "record_sk")
    rows = rows.withColumn("_person", F.coalesce(person, F.col("record_sk") + people))
    seen = F.timestamp_add("minute", F.col("record_sk"), F.lit(START))

    def told(what: str, variety: int) -> Column:
        return F.concat(F.lit(what), F.pmod(F.xxhash64("_person", F.lit(what)), F.lit(variety)).cast("string"))

    def identifier(name: str, of_hundred: int) -> Column:
        value = F.concat(F.lit(f"{name}-"), F.col("_person").cast("string"))
        known = F.pmod(F.xxhash64("record_sk", F.lit(name)), F.lit(100)) < of_hundred
        parts = [F.lit(name).alias("namespace"), value.alias("value"), seen.alias("first_seen_at")]
        return F.when(known, F.struct(*parts, seen.alias("last_seen_at")))

    values = F.array_compact(F.array(*[identifier(name, share) for name, share in NAMESPACES.items()]))
    given, family = told("g", 400), told("f", 5000)
    columns = {
        "source": F.lit("crm"),
        "source_pk": F.col("record_sk").cast("string"),
        "version_no": F.lit(1),
        "is_carrier": F.lit(False),
        **dict.fromkeys(("valid_from", "first_seen_at", "last_seen_at"), seen),
        "given_key": given,
        "family_key": family,
        "name_key": F.concat_ws(" ", given, family),
        "birth_date": F.date_add(
            F.lit("1950-01-01").cast("date"), F.pmod(F.xxhash64("_person"), F.lit(20_000)).cast("int")
        ),
        "postcode": told("", 20_000),
        "street": told("s", 50_000),
        "identifiers": values,
    }
    wide = rows.withColumns(columns)
    missing = {
        c.name: F.lit(None).cast(c.struct_field.dataType) for c in SOURCE_RECORDS.columns if c.name not in wide.columns
    }
    return conform(wide.withColumns(missing), SOURCE_RECORDS)


def main() -> int:
    """Runs the benchmark and prints its table; 1 when batches and full run disagree."""
    args = _arguments()
    console.print(f"{machine.cores()} cores, {machine.memory_bytes() / machine.GIB:.1f} GiB, seed {args.seed}")
    with watched_memory() as peak:
        _grown(Town(args.work / "warm-up", args.seed), WARM_UP, 1)
        town, records = Town(args.work / "town", args.seed), args.records
        batches, fulls, kept, same = _grown(town, records, BATCHES)
    share, most = median(batches) / fulls[-1], MOST_SHARE[records >= LARGE]
    table = Table("figure", "value", "limit", "")
    table.add_row(f"full run, {records:,} records", f"{fulls[0]:.1f} s, {fulls[-1]:.1f} s", "", "")
    table.add_row(f"batch of {records * OF_HUNDRED // 100:,}, median of {BATCHES}", f"{median(batches):.1f} s", "", "")
    table.add_row("a batch takes of a full run", f"{share:.1%}", f"{most:.0%}", _verdict(share <= most))
    table.add_row("ids kept by a second run", f"{kept[0]:.3%}", "100%", _verdict(kept[0] == 1))
    untouched = min(kept[1:])
    table.add_row(
        "ids of untouched people kept by a batch", f"{untouched:.3%}", "99.9%", _verdict(untouched >= LEAST_KEPT)
    )
    table.add_row(
        "peak memory of all processes",
        f"{peak.bytes / machine.GIB:.2f} GiB",
        "8",
        _verdict(peak.bytes <= 8 * machine.GIB),
    )
    console.print(table)
    console.print(
        f"batches {[round(s, 1) for s in batches]} s; a full run finds the same people: {same}", highlight=False
    )
    return int(not same)


def _grown(town: Town, records: int, batches: int) -> tuple[list[float], list[float], list[float], bool]:
    """Seconds of batches and of full runs, shares of ids kept (by a second run, by each batch), whether all agree."""
    people = int(records / RECORDS_OF_A_PERSON)
    step = records * OF_HUNDRED // 100
    town.bring((1, records + 1), people)
    town.stitch()
    before = town.people()
    fulls = [town.stitch(rebuild=True)]
    kept, seconds = [_kept(before, before, town.people())], []
    for batch in range(batches):
        first = records + 1 + batch * step
        before = town.people()
        town.bring((first, first + step), people)
        seconds.append(town.stitch())
        after = town.people()
        kept.append(_kept(before, _untouched(before, after, first), after))
    fulls.append(town.stitch(rebuild=True))
    return seconds, fulls, kept, _kept(after, after, town.people()) == 1


def _untouched(before: DataFrame, after: DataFrame, first_new: int) -> DataFrame:
    """The records of people whom no new record joined."""
    joined = after.where(F.col("record_sk") >= first_new).select("profile_id")
    return before.join(joined, "profile_id", "left_anti")


def _kept(before: DataFrame, asked: DataFrame, after: DataFrame) -> float:
    """The share of the asked records that have the id they had."""
    both = (
        asked.select("record_sk")
        .join(before, "record_sk")
        .join(after.withColumnRenamed("profile_id", "_now"), "record_sk")
    )
    row = both.agg(F.count("*"), F.count_if(F.col("profile_id") == F.col("_now"))).collect()[0]
    return row[1] / row[0]


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "missed"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--records", type=int, default=120_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--work", type=Path, required=True, help="an empty folder for the lakes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
