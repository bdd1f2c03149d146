"""How long each stage takes, and how long another engine takes for the same tables.

    .venv/bin/python infra/benchmarks/pipeline.py --sizes M L --work DIR

One process and one Spark session. A shop of each size is made below DIR unless it is there; the session is warmed up
by the whole pipeline on size S (--warm); then, size by size, every stage runs into a fresh lake, the reference engine
makes the same tables from the same files as Delta tables below DIR/reference-SIZE, and both are compared by hashes of
their rows. DIR/result.json keeps all figures with their conditions. `lake-*` and `reference-*` of DIR are made anew.
Exit code 1 when any table differs, 0 otherwise, however slow.

The reference is DuckDB on all cores, with Polars to cut files into lines and delta-rs to write (`reference/`).
Landing and refining cover bronze of every source, every silver table, ops.files, ops.fates and ops.quarantine;
traits and segments cover all declared traits and segments, read from the lake's published silver, assignments,
profiles and scores. What Spark does besides and the reference does not: quality gates, publications and run records,
surrogates that outlast a run, comparing with what was there before, change data feed, clustering, and reading back
what it wrote. Not compared: what is of one run (`_ingested_at`, `run_id`, row hashes); surrogates, instead of which
the keys they stand for are compared; key and version of a record that was set aside, because of a broken text each
engine reads another part.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import sys
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from equality import SIGNIFICANT_DIGITS, Verdict
from figures import Pair, marginals, pairs
from reference_side import run_reference, verdicts
from rich.console import Console
from spark_side import driver_memory, run_all
from tables import marginal_table, pair_table, stage_table, verdict_table

from cdp_lake.adapters import machine
from cdp_lake.stages.synthesise import synthesise
from cdp_lake.synthetic.sizes import SIZES

PACKAGES = ("pyspark", "delta-spark", "duckdb", "deltalake", "polars", "pyarrow", "pandas")
console = Console(width=120)


def main() -> int:
    """Runs the benchmark; 1 when the two sides made different tables."""
    args = _arguments()
    work: Path = args.work.resolve()
    for size in dict.fromkeys([args.warm, *args.sizes]):
        _make_shop(size, args.seed, work)
    result: dict[str, Any] = {"conditions": _conditions(args), "sizes": {}}
    console.print(f"warming up on size {args.warm}")
    _measured(args.warm, work, args, lake="lake-warm")
    result["conditions"]["driver_memory"] = driver_memory(work / "lake-warm")
    found: list[list[Pair]] = []
    for size in args.sizes:
        console.print(f"size {size}")
        result["sizes"][size] = _measured(size, work, args, lake=f"lake-{size}")
        found.append(pairs(result["sizes"][size]["stages"], result["sizes"][size]["reference"]))
        _keep(result, work)
        _show(size, result["sizes"][size], found[-1])
    if len(args.sizes) > 1:
        costs = marginals(found[0], found[1])
        result["marginal"] = [asdict(m) | {"ratio": m.ratio, "verdict": m.verdict} for m in costs]
        console.print(marginal_table((args.sizes[0], args.sizes[1]), costs))
    _keep(result, work)
    return int(any(not v.is_equal for size in result["sizes"].values() for v in size["verdicts"]))


def _measured(size: str, work: Path, args: argparse.Namespace, lake: str) -> dict[str, Any]:
    """Both sides at one size: seconds, rows and verdicts."""
    load = os.getloadavg()[0]
    spark = run_all(work / lake, _shop(size, work) / "landing", console.print)
    out = work / lake.replace("lake", "reference", 1)
    reference = run_reference(spark, out, args.memory)
    console.print("  reference: " + ", ".join(f"{part} {seconds:.1f} s" for part, seconds in reference.seconds.items()))
    return {
        "load_before": load,
        "stages": {name: asdict(stage) for name, stage in spark.stages.items()},
        "reference": reference.seconds,
        "tied_nodes": reference.tied,
        "verdicts": verdicts(spark, out, args.memory),
    }


def _show(size: str, measured: dict[str, Any], found: list[Pair]) -> None:
    console.print(stage_table(size, measured["stages"]))
    console.print(pair_table(size, found))
    console.print(verdict_table(size, measured["verdicts"]))
    for verdict in measured["verdicts"]:
        for difference in verdict.differences:
            console.print(f"  {verdict.table}: {difference}")


def _make_shop(size: str, seed: int, work: Path) -> None:
    # In a process of its own: what making a large shop needed is given back before anything is measured.
    maker = multiprocessing.get_context("spawn").Process(target=_synthesise, args=(size, seed, _shop(size, work)))
    maker.start()
    maker.join()
    if maker.exitcode:
        raise SystemExit(f"the shop of size {size} could not be made")


def _synthesise(size: str, seed: int, out: Path) -> None:
    synthesise(size, seed, out, console.print)


def _shop(size: str, work: Path) -> Path:
    return work / f"shop-{size}"


def _conditions(args: argparse.Namespace) -> dict[str, Any]:
    return {
        "started_at": datetime.now(tz=timezone.utc).isoformat(timespec="seconds"),
        "cores": machine.cores(),
        "memory_gib": round(machine.memory_bytes() / machine.GIB, 1),
        "seed": args.seed,
        "warmed_up_on": args.warm,
        "reference_memory": args.memory,
        "significant_digits_of_doubles": SIGNIFICANT_DIGITS,
        "python": platform.python_version(),
        "java": machine.java_version(machine.java_command() or ""),
        "system": platform.platform(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _keep(result: dict[str, Any], work: Path) -> None:
    (work / "result.json").write_text(json.dumps(result, indent=1, default=_plain) + "\n", encoding="utf-8")


def _plain(value: object) -> Any:
    if not isinstance(value, Verdict):
        return str(value)
    return asdict(value) | {"is_equal": value.is_equal}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), default=["M", "L"], help="smaller first")
    parser.add_argument("--work", type=Path, required=True, help="folder for shops, lakes and result.json")
    parser.add_argument("--seed", type=int, default=7, help="seed of the shops")
    parser.add_argument("--warm", choices=list(SIZES), default="S", help="size that the session is warmed up on")
    memory = f"{machine.memory_bytes() // 3 // machine.GIB or 1}GB"
    parser.add_argument("--memory", default=memory, help=f"memory of the reference engine ({memory})")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
