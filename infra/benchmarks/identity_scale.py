"""How fast identity is at scale, and whether one bad value spoils it: a figure and its limit for each part.

    .venv/bin/python infra/benchmarks/identity_scale.py components          # 1,000,000 records, 400,000 random edges
    .venv/bin/python infra/benchmarks/identity_scale.py scorer              # pairs a second and core
    .venv/bin/python infra/benchmarks/identity_scale.py resolve --work DIR  # 120,000 records from file to file
    .venv/bin/python infra/benchmarks/identity_scale.py poison --work DIR   # the same, with and without a shared phone

Every part starts a Spark session of its own and warms it up as it says. Records are like those of FEBRL, with seeded
damage (`febrl_like.py`); `scorer` compares those of tests/data/febrl3.csv. Beside seconds of the clock stand those that
processors worked, all processes together: on a machine that others use only they mean much. Exit code 1 when engines
disagree about components, 0 otherwise, however slow.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pandas as pd
from febrl_like import febrl_like, map_text
from processor_time import processor_seconds
from pyspark.sql import DataFrame, SparkSession
from rich.console import Console
from rich.table import Table
from scorer_side import febrl3_pairs

from cdp_lake.adapters import machine
from cdp_lake.adapters.clock import seconds_since, tick
from cdp_lake.adapters.graph_engine import connected_components
from cdp_lake.config.identity import ComponentRules
from cdp_lake.identity.evaluation import Evaluation, evaluate
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.resolve_table import Files, resolve_table
from cdp_lake.stages.session import lakeless

VERTICES, EDGES, RUNS = 1_000_000, 400_000, 3
ENGINES = {
    "auto": (ComponentRules(engine="auto"), 3.0),
    "graphx": (ComponentRules(engine="graphframes", algorithm="graphx"), 25.0),
    "two-phase": (ComponentRules(engine="graphframes", algorithm="graphframes"), 25.0),
}
PAIRS_PER_CORE = 50_000
RECORDS, POISONED, WARM_UP = 120_000, 10_000, 5_000
MOST_SECONDS, MOST_CHANGE = 150.0, 0.001
POISON = "+1 212 226 8000"
console = Console(width=120)


class Took(NamedTuple):
    """Seconds of the clock, and of processors."""

    seconds: float
    worked: float


class Watch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._worked, self._mark = processor_seconds() or 0.0, tick()

    @property
    def took(self) -> Took:
        """How long it has run."""
        return Took(seconds_since(self._mark), (processor_seconds() or 0.0) - self._worked)


def main() -> int:
    """Runs one part; 1 when components differ."""
    args = _arguments()
    thorough = ("spark.compiler=thorough",)
    spark = lakeless(configured(None, None, thorough).settings)
    console.print(f"{machine.cores()} cores, {machine.memory_bytes() / machine.GIB:.1f} GiB, seed {args.seed}")
    return PARTS[args.part](spark, args)


def components(spark: SparkSession, args: argparse.Namespace) -> int:
    """Every engine on the same random graph: one run to warm up, then the median of the others."""
    rng = np.random.default_rng(args.seed)
    ends = rng.integers(0, VERTICES, (2, EDGES))
    partitions, table = [], _table("engine", "median s", "limit s", "", "runs s", "processors s")
    with TemporaryDirectory(prefix="cdp-lake-benchmark-") as folder:
        records = _kept(spark, pd.DataFrame({"record_sk": 7 * np.arange(VERTICES) + 3}), f"{folder}/records")
        pairs = pd.DataFrame({"src_record_sk": 7 * ends.min(0) + 3, "dst_record_sk": 7 * ends.max(0) + 3})
        edges = _kept(spark, pairs, f"{folder}/edges")
        for name in args.engines:
            rules, limit = ENGINES[name]
            runs = [_timed_components(records, edges, rules) for _ in range(args.runs + 1)]
            partitions.append(runs[-1][1])
            took = [took for took, _ in runs[1:]]
            worked = f"{median(one.worked for one in took):.1f}"
            shown = ", ".join(f"{one.seconds:.1f}" for one in took)
            table.add_row(name, *_at_most(limit, median(one.seconds for one in took)), shown, worked)
            console.print(f"{name}: {took}", highlight=False)
    console.print(table)
    same = all(np.array_equal(partitions[0], other) for other in partitions[1:])
    found = len(np.unique(partitions[0]))
    console.print(f"{VERTICES:,} records, {EDGES:,} edges, {found:,} components; same partition: {same}")
    return int(not same)


def _timed_components(records: DataFrame, edges: DataFrame, rules: ComponentRules) -> tuple[Took, np.ndarray]:
    """The time until every record's component is materialised, and the components in the order of the records."""
    watch = Watch()
    found = connected_components(records, edges, rules)
    found.count()
    took = watch.took
    rows = found.toPandas().sort_values("record_sk")
    found.unpersist()
    return took, rows["cluster_sk"].to_numpy()


def _kept(spark: SparkSession, rows: pd.DataFrame, path: str) -> DataFrame:
    """The rows as a stage would read them: from files."""
    spark.createDataFrame(rows).write.parquet(path)
    return spark.read.parquet(path)


def scorer(spark: SparkSession, args: argparse.Namespace) -> int:
    """The compiled model over FEBRL3's proposed pairs, held in memory: grades, weights, probability of each pair."""
    pairs, score = febrl3_pairs(spark, args.copies)
    count = pairs.count()
    runs = []
    for _ in range(args.runs + 1):
        watch = Watch()
        score(pairs).write.format("noop").mode("overwrite").save()
        runs.append(watch.took)
    rates = {
        "pairs a second of a processor, warm": count / median(run.worked for run in runs[1:]),
        "pairs a second of the clock and core, warm": count / median(run.seconds for run in runs[1:]) / machine.cores(),
    }
    table = _table("figure", "value", "limit", "")
    for name, rate in rates.items():
        table.add_row(name, f"{rate:,.0f}", f"{PAIRS_PER_CORE:,}", _verdict(rate >= PAIRS_PER_CORE))
    console.print(table)
    console.print(f"{count:,} pairs; the first run, which warms up, and the others: {runs}", highlight=False)
    return 0


def resolve(spark: SparkSession, args: argparse.Namespace) -> int:
    """120,000 records through `identity resolve`, after 5,000 others to warm up."""
    made = febrl_like(RECORDS, args.seed)
    _warm_up(spark, args)
    took, found = _resolved(spark, made.records, made.truth, args.work / "clean")
    table = _table("figure", "value", "limit", "")
    table.add_row(
        "seconds, file to file", f"{took.seconds:.1f}", f"{MOST_SECONDS:g}", _verdict(took.seconds <= MOST_SECONDS)
    )
    table.add_row("seconds that processors worked", f"{took.worked:.1f}", "", "")
    console.print(table)
    _say_scores("as they are", found)
    return 0


def poison(spark: SparkSession, args: argparse.Namespace) -> int:
    """The same records twice: as they are, and with one phone number in 10,000 of them."""
    made = febrl_like(RECORDS, args.seed)
    _warm_up(spark, args)
    clean, before = _resolved(spark, made.records, made.truth, args.work / "clean")
    victims = np.random.default_rng(args.seed).choice(RECORDS, POISONED, replace=False)
    spoilt = made.records.copy()
    spoilt.loc[victims, "phone"] = POISON
    poisoned, after = _resolved(spark, spoilt, made.truth, args.work / "poisoned")
    change = before.b_cubed.f1 - after.b_cubed.f1
    growth = after.largest_cluster - before.largest_cluster
    table = _table("figure", "value", "limit", "")
    table.add_row("B-cubed F1 lost", f"{change:.5f}", f"< {MOST_CHANGE:g}", _verdict(change < MOST_CHANGE))
    table.add_row("largest cluster grows by", f"{growth}", "0", _verdict(growth <= 0))
    table.add_row(
        "seconds, as they are", f"{clean.seconds:.1f}", f"{MOST_SECONDS:g}", _verdict(clean.seconds <= MOST_SECONDS)
    )
    table.add_row("seconds that processors worked", f"{clean.worked:.1f} and {poisoned.worked:.1f}", "", "")
    console.print(table)
    _say_scores("as they are", before)
    _say_scores(f"with one phone in {POISONED:,} of them", after)
    return 0


def _warm_up(spark: SparkSession, args: argparse.Namespace) -> None:
    small = febrl_like(WARM_UP, args.seed + 1)
    _resolved(spark, small.records, small.truth, args.work / "warm-up")


def _resolved(spark: SparkSession, records: pd.DataFrame, truth: pd.DataFrame, folder: Path) -> tuple[Took, Evaluation]:
    """The time from file to file, and how well the answer agrees with the truth."""
    folder.mkdir(parents=True, exist_ok=True)
    records.to_csv(folder / "records.csv", index=False)
    (folder / "map.yml").write_text(map_text(), encoding="utf-8")
    files = Files(folder / "records.csv", folder / "map.yml", folder / "resolved.csv")
    watch = Watch()
    answer = resolve_table(spark, files, _told(watch))
    took = watch.took
    return took, evaluate(answer.assign(source="-"), truth.assign(source="-"))


def _told(watch: Watch) -> Callable[[str], None]:
    def say(text: str) -> None:
        took = watch.took
        console.print(f"  {took.seconds:6.1f} s, processors {took.worked:6.1f} s  {text}", highlight=False)

    return say


def _say_scores(label: str, found: Evaluation) -> None:
    console.print(
        f"{label}: pairwise F1 {found.pairwise.f1:.4f} (precision {found.pairwise.precision:.4f}, recall "
        f"{found.pairwise.recall:.4f}), B-cubed F1 {found.b_cubed.f1:.5f}, largest cluster {found.largest_cluster}",
        highlight=False,
    )


def _table(*columns: str) -> Table:
    table = Table()
    for name in columns:
        table.add_column(name, no_wrap=True)
    return table


def _at_most(limit: float, seconds: float) -> tuple[str, str, str]:
    return f"{seconds:.1f}", f"{limit:g}", _verdict(seconds <= limit)


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "missed"


PARTS = {"components": components, "scorer": scorer, "resolve": resolve, "poison": poison}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parts = parser.add_subparsers(dest="part", required=True)
    for name, part in PARTS.items():
        one = parts.add_parser(name, help=part.__doc__)
        one.add_argument("--seed", type=int, default=7)
        if name == "components":
            engines = {"choices": list(ENGINES), "default": list(ENGINES)}
            one.add_argument("--engines", nargs="+", **engines, help="the last two are algorithms of GraphFrames")
        if name in ("components", "scorer"):
            one.add_argument("--runs", type=int, default=RUNS, help=f"runs after the one that warms up ({RUNS})")
        if name == "scorer":
            one.add_argument("--copies", type=int, default=3, help="how often each proposed pair is scored")
        if name in ("resolve", "poison"):
            one.add_argument("--work", type=Path, required=True, help="folder for the files")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
