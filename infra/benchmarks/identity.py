"""How well records are matched without labels, beside Splink 5, on the open identity benchmark.

    .venv/bin/python infra/benchmarks/identity.py --size S --seed 7 --work DIR

One process. The benchmark of `cdp-lake synth --identity-benchmark` is made below DIR, `identity resolve` reads its
records.csv and map.yml, Splink reads the same records, and `identity evaluate` compares both with truth.csv and
traps.csv. Truth is read by nothing else. DIR/result.json keeps all figures with their conditions.

Splink runs on DuckDB as its documentation sets it up (`splink_side.py`), once on the published columns cleaned as its
tutorials clean theirs (`cleaned`), and once on what this project's standardisation makes of them (`standardised`).
Clusters are connected components at p >= 0.95, the threshold of its documentation, and at the threshold that gives the
best pairwise F1 in hindsight, which nobody without the truth can choose. Seconds: for cdp-lake from file to file in a
session that has started but resolved nothing before, for Splink from columns in memory to clusters at p >= 0.95.
"""

from __future__ import annotations

import argparse
import json
import platform
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession
from rich.console import Console
from rich.table import Table
from splink_side import DOCUMENTED, SplinkRun, lightly_cleaned, run_splink

from cdp_lake.adapters import machine
from cdp_lake.adapters.clock import seconds_since, tick
from cdp_lake.adapters.table_files import read_text_table
from cdp_lake.adapters.training import blocking_recall
from cdp_lake.config.field_map import load_field_map
from cdp_lake.identity.matching.blocking import key_sql
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.evaluate_identity import Agreement, agreement
from cdp_lake.stages.learn_matching import budget_for, planned
from cdp_lake.stages.resolve_table import Files, comparable, resolve_table
from cdp_lake.stages.session import lakeless
from cdp_lake.stages.synthesise import synthesise_benchmark

PACKAGES = ("pyspark", "splink", "duckdb", "pandas", "faker")
PRECISION, RECALL, MERGES, TOO_EASY = 0.995, 0.95, 0, 0.97
console = Console(width=120)


@dataclass(frozen=True)
class Row:
    """One way of matching, what it came to, and how long it took."""

    name: str
    found: Agreement
    seconds: float
    in_hindsight: bool = False


def main() -> None:
    """Runs the benchmark and prints its tables."""
    args = _arguments()
    folder: Path = args.work.resolve() / f"{args.size}-{args.seed}"
    synthesise_benchmark(args.size, args.seed, folder, console.print)
    spark = lakeless(configured(None, None, ()).settings)
    rows = [_ours(spark, folder)]
    for label, records in _for_splink(spark, folder).items():
        console.print(f"Splink, columns {label}")
        rows += _splinks(label, run_splink(records), folder)
    console.print(_scores(rows))
    console.print(_traps(rows))
    for line in _verdicts(rows):
        console.print(line)
    console.print(_recall_of_blocking(spark, folder))
    (folder / "result.json").write_text(json.dumps(_result(rows, args), indent=1) + "\n", encoding="utf-8")


def _ours(spark: SparkSession, folder: Path) -> Row:
    files = Files(folder / "records.csv", folder / "map.yml", folder / "resolved.csv")
    mark = tick()
    answer = resolve_table(spark, files, console.print)
    return Row("cdp-lake", _agreement(answer, folder), seconds_since(mark))


def _for_splink(spark: SparkSession, folder: Path) -> dict[str, pd.DataFrame]:
    """The records as Splink gets them, both ways."""
    published = pd.read_csv(folder / "records.csv", dtype=str, keep_default_na=False)
    rows = read_text_table(folder / "records.csv").rows
    standardised = comparable(spark, rows, load_field_map(folder / "map.yml", rows.columns), lambda _: None)
    ours = standardised.rename(columns={"code": "loyalty_no", "code_2": "login_id"})
    keys = published[["record_id", "source"]]
    return {
        "cleaned": lightly_cleaned(published),
        "standardised": keys.join(ours.drop(columns=["record", "kind"])),
    }


def _splinks(label: str, run: SplinkRun, folder: Path) -> list[Row]:
    found = {threshold: _agreement(clusters, folder) for threshold, clusters in run.clusters.items()}
    best = max(found, key=lambda threshold: found[threshold].evaluation.pairwise.f1)
    return [
        Row(f"Splink, {label}, {DOCUMENTED:g}", found[DOCUMENTED], run.seconds),
        Row(f"Splink, {label}, {best:g} *", found[best], run.seconds, in_hindsight=True),
    ]


def _recall_of_blocking(spark: SparkSession, folder: Path) -> str:
    """What matching can find at most: the true pairs that any blocking rule proposes."""
    rows = read_text_table(folder / "records.csv").rows
    records = comparable(spark, rows, load_field_map(folder / "map.yml", rows.columns), lambda _: None)
    plan = planned(records, budget_for(len(records)), lambda _: None)
    truth = pd.read_csv(folder / "truth.csv", dtype=str)
    known = rows[["record_id", "source"]].merge(truth, on=["record_id", "source"], how="left", validate="one_to_one")
    rules = [rule.keys for rule in plan.rules]
    proposed, pairs = blocking_recall(records, key_sql(records.columns), rules, known["entity_id"])
    return f"blocking proposes {proposed:,} of {pairs:,} true pairs ({proposed / pairs:.4f}), by {len(rules)} rules"


def _agreement(predicted: pd.DataFrame, folder: Path) -> Agreement:
    return agreement(predicted, folder / "truth.csv", folder / "traps.csv")


def _scores(rows: list[Row]) -> Table:
    table = Table(title="Agreement with the truth (* threshold chosen in hindsight)", title_justify="left")
    table.add_column("", no_wrap=True)
    for name in ("pairs P", "R", "F1", "B-cubed P", "R", "F1", "largest", "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        found = row.found.evaluation
        scores = [f"{value:.4f}" for score in (found.pairwise, found.b_cubed) for value in asdict(score).values()]
        table.add_row(row.name, *scores, str(found.largest_cluster), f"{row.seconds:.1f}")
    return table


def _traps(rows: list[Row]) -> Table:
    table = Table(title="Traps in which two people were given one id", title_justify="left")
    for name in ("trap", "planted", *(row.name.replace(", ", "\n") for row in rows)):
        table.add_column(name, justify="left" if name == "trap" else "right", no_wrap=True)
    for number, (kind, planted, _) in enumerate(rows[0].found.traps):
        table.add_row(kind.replace("_", " "), str(planted), *(str(row.found.traps[number][2]) for row in rows))
    return table


def _verdicts(rows: list[Row]) -> list[str]:
    ours, merged = rows[0].found.evaluation.pairwise, sum(merged for _, _, merged in rows[0].found.traps)
    others = max(row.found.evaluation.pairwise.f1 for row in rows[1:])
    met = {
        f"precision {ours.precision:.4f}, wanted >= {PRECISION}": ours.precision >= PRECISION,
        f"recall {ours.recall:.4f}, wanted >= {RECALL}": ours.recall >= RECALL,
        f"{merged} merges by traps, wanted {MERGES}": merged <= MERGES,
        f"best F1 of Splink {others:.4f}; the set is hard enough below {TOO_EASY}": others < TOO_EASY,
    }
    return [f"{'met   ' if is_met else 'missed'} {text}" for text, is_met in met.items()]


def _result(rows: list[Row], args: argparse.Namespace) -> dict[str, Any]:
    return {
        "conditions": {
            "at": datetime.now(tz=timezone.utc).isoformat(timespec="seconds"),
            "size": args.size,
            "seed": args.seed,
            "cores": machine.cores(),
            "memory_gib": round(machine.memory_bytes() / machine.GIB, 1),
            "python": platform.python_version(),
            "packages": {name: version(name) for name in PACKAGES},
        },
        "rows": [asdict(row) for row in rows],
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--size", choices=("S", "M"), default="S", help="about 5,000 or 20,000 records")
    parser.add_argument("--seed", type=int, default=7, help="seed of the benchmark")
    parser.add_argument("--work", type=Path, required=True, help="folder for the benchmark and result.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
