"""All points, many seeds: `python -m tests.torture`. It goes on where the ledger ends, and stops after some minutes."""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections import defaultdict
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter

from pyspark.sql import SparkSession

from cdp_lake.adapters.spark import build_session
from cdp_lake.config.spark import SparkSettings
from tests.torture.points import POINTS
from tests.torture.small_disk import can_mount, filled, small_disk
from tests.torture.trial import Office, begun, finished, killed
from tests.torture.two_writers import two_writers

FULL, WRITERS = "disk_full", "two_writers_of_1,000_commits"
EQUAL, COMMITS = "equal", 1_000
COLUMNS = ("point", "seed", "outcome", "seconds_to_repair")


def main() -> int:
    """Runs the trials that the ledger lacks; 0 when none of all in the ledger lost or doubled anything."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--ledger", type=Path, default=Path("torture.csv"))
    asked = parser.parse_args()
    until = perf_counter() + 60 * asked.minutes
    for seed in range(1, asked.seeds + 1):
        done = {row[:2] for row in _rows(asked.ledger)}
        waiting = [case for case in _cases(seed) if (case, str(seed)) not in done]
        if waiting and perf_counter() < until:
            _trials(seed, waiting, asked.ledger, until)
    if not can_mount():
        sys.stdout.write(f"{FULL} is left out: only root may mount a small file system\n")
    return _told(_rows(asked.ledger), asked.seeds)


def _cases(seed: int) -> list[str]:
    """What happens to a lake: a kill at each point, a full disk, and, of one seed, two writers."""
    return [*POINTS, *([FULL] if can_mount() else []), *([WRITERS] if seed == 1 else [])]


def _trials(seed: int, cases: list[str], ledger: Path, until: float) -> None:
    spark = build_session(SparkSettings(master="local[2]", driver_memory="1536m", shuffle_partitions=2), "torture")
    with tempfile.TemporaryDirectory(prefix="cdp-lake-torture-") as folder:
        office = begun(spark, Path(folder) / "begun", seed)
        undisturbed = finished(spark, office.copy(Path(folder) / "undisturbed"))
        for case in cases:
            if perf_counter() > until:
                return
            place = Path(folder) / case
            if case == WRITERS:
                outcome, seconds = _both_wrote(spark, place)
            else:
                outcome, seconds = _disturbed(spark, office, case, place, undisturbed)
            _note(ledger, (case, str(seed), outcome, f"{seconds:.1f}"))


def _disturbed(
    spark: SparkSession, office: Office, case: str, place: Path, undisturbed: dict[str, object]
) -> tuple[str, float]:
    """One lake that something happens to, and whether the next run makes it an undisturbed one, in how many seconds."""
    with small_disk(place) if case == FULL else nullcontext():
        mine = office.copy(place / "office")
        if case == FULL:
            filled(spark, mine)
        else:
            killed(mine, case)
        mark = perf_counter()
        found = finished(spark, mine)
    wrong = [part for part, holds in undisturbed.items() if found[part] != holds]
    return f"differs: {', '.join(wrong)}" if wrong else EQUAL, perf_counter() - mark


def _both_wrote(spark: SparkSession, place: Path) -> tuple[str, float]:
    """Two processes that make 1,000 commits together, and how long it took them."""
    place.mkdir()
    mark = perf_counter()
    with two_writers(spark, place) as writers:
        writers.commit(COMMITS // 2)
        kept = writers.kept(spark)
    outcome = EQUAL if kept == (COMMITS, 0, 0, COMMITS) else f"differs: {kept.lost} lost, {kept.doubled} doubled"
    return outcome, perf_counter() - mark


def _rows(ledger: Path) -> list[tuple[str, ...]]:
    if not ledger.is_file():
        return []
    with ledger.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def _note(ledger: Path, row: tuple[str, ...]) -> None:
    is_new = not ledger.is_file()
    with ledger.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, row] if is_new else [row])
    sys.stdout.write(f"{'  '.join(row)}\n")
    sys.stdout.flush()


def _told(rows: list[tuple[str, ...]], seeds: int) -> int:
    """The table for the README."""
    trials: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for row in rows:
        trials[row[0]].append(row)
    sys.stdout.write("| what happened | trials | lost or doubled | slowest repair |\n|---|---|---|---|\n")
    for case in _cases(seed=1):
        wrong = sum(row[2] != EQUAL for row in trials[case])
        slowest = max((float(row[3]) for row in trials[case]), default=0.0)
        of = 1 if case == WRITERS else seeds
        sys.stdout.write(f"| {case.replace('_', ' ')} | {len(trials[case])} of {of} | {wrong} | {slowest:.0f} s |\n")
    return int(any(row[2] != EQUAL for row in rows))


if __name__ == "__main__":
    sys.exit(main())
