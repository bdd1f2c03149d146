"""Stitching what changed gives what stitching everything gives, whatever came in which order.

Hundreds of small worlds live in one lake side by side: their values carry the world's number, so no world touches
another, and Spark is asked once for all of them.
"""

from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts import conform
from cdp_lake.contracts.identity import EDGES, IDENTIFIERS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.silver.normalise.names import parsed_name
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.pipeline import stages_named
from cdp_lake.stages.runner import run_stages
from tests.stages.lakes import Quiet, people

START = datetime(2018, 1, 1, tzinfo=timezone.utc)
NAMES = (None, None, "Anna Li", "Ana Li", "Robert Ray", "Bob Ray", "R Ray", "Chen Wei")
RECORDS, BATCHES, WORLDS = 7, 3, 200
POOLS = {
    "user_id": ("u1", "u2", "u3"),
    "email": ("e1", "e2", "e3", "test@test.com"),
    "phone": ("p1", "p2"),
    "loyalty_id": ("c1", "c2"),
    "anonymous_id": ("d1", "d2"),
    "order_id": ("o1", "o2"),
}


class Record(NamedTuple):
    """A version of a record: who it says it is, what it carries, whether it only carries."""

    name: str | None
    birth: str | None
    identifiers: frozenset[tuple[str, str]]
    carrier: bool = False


# None: the record is gone.
Batch = dict[int, Record | None]
World = list[Batch]

_identifier = st.sampled_from([(namespace, value) for namespace, pool in POOLS.items() for value in pool])
_record = st.builds(
    Record,
    st.sampled_from(NAMES),
    st.sampled_from((None, "1990-01-01", "1985-05-05")),
    st.frozensets(_identifier, min_size=1, max_size=3),
)
_carrier = st.builds(
    lambda own, others: Record(None, None, others | {own}, carrier=True),
    st.sampled_from([("anonymous_id", "d1"), ("loyalty_id", "c1"), ("phone", "p1")]),
    st.frozensets(_identifier, max_size=2),
)
_batch = st.dictionaries(
    st.integers(1, RECORDS), st.one_of(_record, _record, _carrier, st.none()), min_size=1, max_size=4
)


def _drawn() -> list[World]:
    """Random worlds; each a try of Hypothesis, all of them one question to Spark."""
    worlds: list[World] = []

    # Always the same tries: a law that fails now and then in somebody else's change helps nobody.
    @settings(max_examples=WORLDS, database=None, derandomize=True, phases=[Phase.generate])
    @given(world=st.lists(_batch, min_size=BATCHES, max_size=BATCHES))
    def collect(world: World) -> None:
        worlds.append(world)

    collect()
    return worlds


def _named(identifiers: str, name: str | None = None) -> Record:
    pairs = {"u": "user_id", "e": "email", "p": "phone", "c": "loyalty_id", "d": "anonymous_id", "o": "order_id"}
    return Record(name, None, frozenset((pairs[value[0]], value) for value in identifiers.split()))


SCENARIOS: dict[str, World] = {
    "chain": [{1: _named("e1 o1"), 2: _named("o1 o2")}, {3: _named("o2 e2")}, {4: _named("e2 o3"), 5: _named("o3")}],
    "fan_in": [{1: _named("e1"), 2: _named("e2"), 3: _named("e3")}, {4: _named("e1 e2 e3")}, {5: _named("e1 e4")}],
    "fan_out": [{1: _named("e1 e2 e3")}, {2: _named("e1"), 3: _named("e2"), 4: _named("e3")}, {1: _named("e1")}],
    "diamond": [{1: _named("e1 e2"), 4: _named("o1 o2")}, {2: _named("e1 o1")}, {3: _named("e2 o2")}],
    "disjoint": [{1: _named("e1"), 2: _named("e2")}, {3: _named("e3")}, {2: _named("e4")}],
    "long_chain": [
        {n: _named(f"o{n} o{n + 1}") for n in range(1, 7, 2)},
        {n: _named(f"o{n} o{n + 1}") for n in range(2, 7, 2)},
        {3: None},
    ],
    "late": [{2: _named("e1 o1")}, {3: _named("o1")}, {1: _named("e1")}],
    "self_bridge": [{1: _named("e1"), 2: _named("o1")}, {3: _named("e1 o1")}, {3: _named("e1")}],
    "uid_conflict": [{1: _named("u1 e1")}, {2: _named("u2 o1")}, {3: _named("e1 o1"), 4: _named("u2 e1")}],
    "rapid_remerge": [{1: _named("e1"), 2: _named("e1")}, {2: _named("e2")}, {2: _named("e1")}],
}


@pytest.mark.spark
def test_a_change_stitched_alone_leaves_what_stitching_everything_leaves(spark, tmp_path_factory):
    worlds = [*SCENARIOS.values(), *_drawn()]
    assert len(worlds) >= len(SCENARIOS) + WORLDS
    folder = tmp_path_factory.mktemp("restitch")
    bit_by_bit, at_once = _Told(spark, folder / "bits"), _Told(spark, folder / "whole")
    for number in range(BATCHES):
        bit_by_bit.bring([world[number] for world in worlds], moment=number)
        told = bit_by_bit.stitch("identity.incremental.from_records=0", "identity.incremental.up_to_share=99")
        assert ("only theirs are stitched" in " ".join(told)) == (number > 0)
    for number in range(BATCHES):
        at_once.bring([world[number] for world in worlds], moment=number)
    at_once.stitch()

    assert _different(bit_by_bit.people(), at_once.people()) == []
    for table in (IDENTIFIERS, EDGES):
        assert _different(bit_by_bit.rows(table), at_once.rows(table)) == []


def _different(one: Counter[tuple[object, ...]], other: Counter[tuple[object, ...]]) -> list[object]:
    """A few rows that only one of them has: a world that fails shows itself by its number."""
    return [("bits only", row) for row in list(one - other)[:5]] + [
        ("whole only", row) for row in list(other - one)[:5]
    ]


class _Told(Quiet):
    """A lake of source records alone, and what its stitching said."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self._spark, self._folder = spark, folder
        self._versions: dict[int, list[tuple[object, ...]]] = {}
        self._steps: list[str] = []

    def step(self, text: str) -> None:
        self._steps.append(text)

    def bring(self, batches: list[Batch], moment: int) -> None:
        """A version of every record of a batch; the versions of a record that is gone go with it."""
        for world, batch in enumerate(batches):
            for place, record in batch.items():
                sk = world * 100 + place
                if record is None:
                    self._versions.pop(sk, None)
                else:
                    versions = self._versions.setdefault(sk, [])
                    versions.append(_row(sk, len(versions) + 1, record, world, moment))
        rows = [row for versions in self._versions.values() for row in versions]
        lake = self._lake()
        commit = lake.upsert(SOURCE_RECORDS, self._frame(rows).persist(), complete=True)
        lake.publish(f"bring-{moment}", "a test", {commit.table: commit.version or 0}, START)

    def stitch(self, *sets: str) -> list[str]:
        """Runs the stage; what it said."""
        self._steps.clear()
        run_stages(self._lake(), self._settings(*sets), stages_named(("stitch_identity",)), self)
        return self._steps

    def people(self) -> Counter[tuple[object, ...]]:
        """Who is one person, by the records."""
        return Counter(tuple(sorted(person)) for person in people(self._lake()))

    def rows(self, table) -> Counter[tuple[object, ...]]:
        """A table with values in the place of their numbers."""
        lake = self._lake()
        values = {r["identifier_sk"]: r["value"] for r in lake.read(IDENTIFIERS, "evaluation").collect()}
        found = lake.read(table, "evaluation").drop("_row_hash").collect()
        plain = [row.asDict() for row in found]
        return Counter(
            tuple(values.get(cell, cell) if name == "identifier_sk" else cell for name, cell in row.items())
            for row in plain
        )

    def _settings(self, *sets: str) -> Settings:
        # A batch a day, so a limit within a day is one within a batch.
        window = "identity.namespaces.order_id.limit_within_days={1: 2}"
        own = (f"lake.path={self._folder}", "identity.components.local_limit=1000000", window, *sets)
        return configured(None, None, own).settings

    def _lake(self) -> Lake:
        return Lake.open(self._spark, self._folder.as_posix(), self._settings().consent.read_purposes)

    def _frame(self, rows):
        columns = ("record_sk", "source", "source_pk", "version_no", "is_carrier", "first_seen_at", "last_seen_at",
                   "given_key", "name_key", "birth_date", "postcode", "identifiers")  # fmt: skip
        fields = {field.name: field for field in SOURCE_RECORDS.schema}
        wanted = [[dict(zip(columns, row, strict=True)).get(name) for name in fields] for row in rows]
        return conform(self._spark.createDataFrame(wanted, SOURCE_RECORDS.schema), SOURCE_RECORDS)


def _row(sk: int, version: int, record: Record, world: int, moment: int) -> tuple[object, ...]:
    seen = START + timedelta(days=moment, minutes=sk % 100)
    pairs = [
        (ns, value if "@" in value else f"{value}~{world}", seen, seen) for ns, value in sorted(record.identifiers)
    ]
    name = parsed_name(None, None, record.name, None)
    key = f"{pairs[0][0]}:{pairs[0][1]}" if record.carrier else str(sk)
    birth = datetime.fromisoformat(record.birth).date() if record.birth else None
    postcode = f"10115~{world}" if birth else None
    return sk, "crm", key, version, record.carrier, seen, seen, name.given_key, name.name_key, birth, postcode, pairs
