"""How well `identity resolve` does on labelled data of others, with every pair of people it misses in the smallest set.

    .venv/bin/python infra/benchmarks/identity_truth.py

One process, a session that has resolved nothing before; the files and their licences are those of tests/data. Truth is
read after the answer is written. Exit code 1 when a figure misses its limit.
"""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from pyspark.sql import SparkSession
from rich.console import Console
from rich.table import Table

from cdp_lake.adapters import machine
from cdp_lake.adapters.clock import seconds_since, tick
from cdp_lake.identity.evaluation import evaluate
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.resolve_table import Files, resolve_table
from cdp_lake.stages.session import lakeless

DATA = Path(__file__).parents[2] / "tests" / "data"
# The least pairwise and B-cubed F1.
FAKE_LIMITS, FEBRL_LIMIT = (0.93, 0.948), 0.997
LEAST_FOUND, MOST_WRONG = 94, 1
KEY = ["source", "record_id"]
console = Console(width=140)


def main() -> int:
    """Resolves the three sets and prints what became of them; 1 when a limit is missed."""
    spark = lakeless(configured(None, None, ()).settings)
    console.print(f"{machine.cores()} cores, {machine.memory_bytes() / machine.GIB:.1f} GiB")
    table = Table("data", "records", "figure", "value", "limit", "", "seconds")
    with TemporaryDirectory(prefix="cdp-lake-truth-") as folder:
        verdicts = [*_of_one_source(spark, Path(folder), table), *_senzing(spark, Path(folder), table)]
    console.print(table)
    return int(not all(verdicts))


def _of_one_source(spark: SparkSession, folder: Path, table: Table) -> list[bool]:
    fake = pd.read_csv(DATA / "fake_1000.csv", dtype=str)
    febrl = pd.read_csv(DATA / "febrl3.csv", dtype=str, skipinitialspace=True)["rec_id"]
    entities = {"fake_1000": fake["cluster"], "febrl3": febrl.str.extract(r"rec-(\d+)-")[0]}
    limits = {"fake_1000": FAKE_LIMITS, "febrl3": (FEBRL_LIMIT, FEBRL_LIMIT)}
    verdicts = []
    for name, truth in entities.items():
        answer, seconds = _resolved(spark, folder, name)
        known = pd.DataFrame({"source": "-", "record_id": answer["record_id"], "entity_id": truth})
        found = evaluate(answer.assign(source="-"), known)
        scores = {"pairwise F1": found.pairwise.f1, "B-cubed F1": found.b_cubed.f1}
        for (figure, score), limit in zip(scores.items(), limits[name], strict=True):
            verdicts.append(score >= limit)
            table.add_row(name, f"{len(answer):,}", figure, f"{score:.4f}", f"{limit}", _told(score >= limit), seconds)
    return verdicts


def _senzing(spark: SparkSession, folder: Path, table: Table) -> list[bool]:
    """Pairs of people found and not, and pairs that are wrong."""
    answer, seconds = _resolved(spark, folder, "senzing")
    truth = pd.read_csv(DATA / "senzing_truth.csv", dtype=str)
    records = pd.read_csv(DATA / "senzing.csv", dtype=str)
    kinds = pd.DataFrame(
        {"source": records["DATA_SOURCE"], "record_id": records["RECORD_ID"], "kind": records["RECORD_TYPE"]}
    )
    known = answer.merge(truth, on=KEY, validate="one_to_one").merge(kinds, on=KEY, validate="one_to_one")
    wanted, found = _pairs(known, "entity_id"), _pairs(known, "profile_id")
    people = {pair for pair in wanted if _kinds(known, pair) == {"PERSON"}}
    wrong = {pair for pair in found - wanted if "PERSON" in _kinds(known, pair)}
    mixed = {pair for pair in found if len(_kinds(known, pair)) > 1}
    figures = [
        (
            f"of {len(people)} pairs of people found",
            len(people & found),
            f">= {LEAST_FOUND}",
            len(people & found) >= LEAST_FOUND,
        ),
        ("wrong pairs of people", len(wrong), f"<= {MOST_WRONG}", len(wrong) <= MOST_WRONG),
        ("people joined with organisations", len(mixed), "0", not mixed),
    ]
    for figure, value, limit, is_met in figures:
        table.add_row("senzing", f"{len(answer):,}", figure, f"{value}", limit, _told(is_met), seconds)
    for label, pairs in (("missed", people - found), ("wrong", wrong)):
        for one, other in sorted(pairs):
            console.print(f"  {label}: {_named(known, one)} and {_named(known, other)}", highlight=False)
    return [is_met for *_, is_met in figures]


def _resolved(spark: SparkSession, folder: Path, name: str) -> tuple[pd.DataFrame, str]:
    mark = tick()
    files = Files(DATA / f"{name}.csv", DATA / f"{name}.yml", folder / f"{name}.csv")
    answer = resolve_table(spark, files, lambda _: None)
    return answer, f"{seconds_since(mark):.1f}"


def _pairs(known: pd.DataFrame, cluster: str) -> set[tuple[int, int]]:
    groups = known.groupby(cluster).indices.values()
    return {pair for members in groups for pair in combinations(sorted(members.tolist()), 2)}


def _kinds(known: pd.DataFrame, pair: tuple[int, int]) -> set[str]:
    return set(known["kind"].iloc[list(pair)])


def _named(known: pd.DataFrame, place: int) -> str:
    return ":".join(known.iloc[place][KEY])


def _told(is_met: bool) -> str:
    return "met" if is_met else "missed"


if __name__ == "__main__":
    sys.exit(main())
