"""Training on DuckDB: what blocking rules would cost, and how often strangers agree (by Splink)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from cdp_lake.identity.matching.grades import Comparison
from cdp_lake.identity.matching.splink_form import settings_of

# Same records, same numbers: the sample is seeded, and more threads would take another one.
SEED = 1
RANDOM_PAIRS = 1_000_000


class RuleCosts(Mapping[tuple[str, ...], tuple[int, int]]):
    """Pairs that each rule proposes, and its largest block; counted when somebody asks.

    records: one row per record, with `kind` and the comparable parts. keys: SQL by key. A context that frees the table.
    """

    def __init__(self, records: pd.DataFrame, keys: Mapping[str, str], rules: Iterable[tuple[str, ...]]) -> None:
        self._rules, self._found = tuple(rules), dict[tuple[str, ...], tuple[int, int]]()
        self._db = duckdb.connect()
        self._db.register("_records", records)
        columns = ", ".join(f"{sql} AS {name}" for name, sql in keys.items())
        self._db.execute(f"CREATE TABLE keyed AS SELECT kind, {columns} FROM _records")  # noqa: S608 - names are ours

    def __enter__(self) -> RuleCosts:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def __getitem__(self, rule: tuple[str, ...]) -> tuple[int, int]:
        if rule not in self._found:
            self._found[rule] = _cost(self._db, rule)
        return self._found[rule]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)


def blocking_recall(
    records: pd.DataFrame, keys: Mapping[str, str], rules: Iterable[tuple[str, ...]], entities: pd.Series
) -> tuple[int, int]:
    """How many pairs of one entity share the keys of any rule, and how many there are.

    records and keys: as in `RuleCosts`. entities: the entity of each record, in their order; null where unknown.
    """
    columns = ", ".join(f"{sql} AS {name}" for name, sql in keys.items())
    met = " OR ".join(" AND ".join(["true", *(f"a.{key} = b.{key}" for key in rule)]) for rule in rules) or "false"
    with duckdb.connect() as db:
        db.register("_records", records.assign(_entity=entities.to_numpy(), _place=range(len(records))))
        db.execute(f"CREATE TABLE keyed AS SELECT _entity, _place, {columns} FROM _records")  # noqa: S608 - names are ours
        counted = (
            f"SELECT count_if(coalesce({met}, false)), count(*) FROM keyed a JOIN keyed b "  # noqa: S608
            "ON a._entity = b._entity AND a._place < b._place"
        )
        proposed, pairs = db.execute(counted).fetchall()[0]
    return int(proposed), int(pairs)


def _cost(db: duckdb.DuckDBPyConnection, rule: tuple[str, ...]) -> tuple[int, int]:
    complete = " AND ".join(["true", *(f"{key} IS NOT NULL" for key in rule)])
    blocks = f"SELECT count(*) AS n FROM keyed WHERE {complete} GROUP BY {', '.join(['kind', *rule])}"  # noqa: S608
    counted = f"SELECT coalesce(sum(n * (n - 1) // 2), 0), coalesce(max(n), 0) FROM ({blocks})"  # noqa: S608
    pairs, largest = db.execute(counted).fetchall()[0]
    return int(pairs), int(largest)


def chance_agreement(records: pd.DataFrame, comparisons: Sequence[Comparison]) -> tuple[dict[str, list[float]], int]:
    """The share of random pairs in each grade of each comparison (grade 0 first), and how many pairs were taken."""
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    with duckdb.connect(config={"threads": 1}) as db:
        linker = Linker(DuckDBAPI(db).register(records), settings_of(comparisons), log_level=None)
        linker.training.estimate_u_using_random_sampling(RANDOM_PAIRS, seed=SEED, min_count_per_level=None)
        model: dict[str, Any] = linker.misc.save_model_to_json()
    found = {c["output_column_name"]: _shares(c["comparison_levels"]) for c in model["comparisons"]}
    return found, min(RANDOM_PAIRS, len(records) * (len(records) - 1) // 2)


def _shares(levels: list[dict[str, Any]]) -> list[float]:
    return [float(level.get("u_probability") or 0) for level in reversed(levels) if not level.get("is_null_level")]
