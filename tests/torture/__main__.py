"""All points, many seeds: `python -m tests.torture`. It goes on where the ledger ends, and stops after some minutes."""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from time import perf_counter

from cdp_lake.adapters.spark import build_session
from cdp_lake.config.spark import SparkSettings
from tests.torture.points import POINTS
from tests.torture.trial import begun, finished, killed

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
        waiting = [point for point in POINTS if (point, str(seed)) not in {row[:2] for row in _rows(asked.ledger)}]
        if waiting and perf_counter() < until:
            _trials(seed, waiting, asked.ledger, until)
    return _told(_rows(asked.ledger), asked.seeds)


def _trials(seed: int, points: list[str], ledger: Path, until: float) -> None:
    spark = build_session(SparkSettings(master="local[2]", driver_memory="1536m", shuffle_partitions=2), "torture")
    with tempfile.TemporaryDirectory(prefix="cdp-lake-torture-") as folder:
        office = begun(spark, Path(folder) / "begun", seed)
        undisturbed = finished(spark, office.copy(Path(folder) / "undisturbed"))
        for point in points:
            if perf_counter() > until:
                return
            mine = office.copy(Path(folder) / point)
            killed(mine, point)
            mark = perf_counter()
            found = finished(spark, mine)
            wrong = [part for part, holds in undisturbed.items() if found[part] != holds]
            _note(
                ledger,
                (
                    point,
                    str(seed),
                    f"differs: {', '.join(wrong)}" if wrong else "equal",
                    f"{perf_counter() - mark:.1f}",
                ),
            )


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
    sys.stdout.write("| killed | trials | lost or doubled | slowest repair |\n|---|---|---|---|\n")
    for point in POINTS:
        wrong = sum(row[2] != "equal" for row in trials[point])
        slowest = max((float(row[3]) for row in trials[point]), default=0.0)
        sys.stdout.write(
            f"| {point.replace('_', ' ')} | {len(trials[point])} of {seeds} | {wrong} | {slowest:.0f} s |\n"
        )
    return int(any(row[2] != "equal" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
