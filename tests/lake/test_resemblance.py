"""Records without a shared value link by resemblance: learnt once, kept in MLflow, explained; a person comes first."""

import csv
import json
import math
import shutil
from collections import Counter
from datetime import date, datetime, timezone
from itertools import combinations
from pathlib import Path

import pytest

from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts import conform
from cdp_lake.contracts.identity import COMPARABLES, EDGES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.explaining.answers import Rift, Tie
from cdp_lake.identity.matching.match_model import match_model_of
from cdp_lake.identity.resemblance import BELOW_AUTOMATIC, RESEMBLES
from cdp_lake.silver.normalise.names import parsed_name
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.decide_identity import Asked, decide
from cdp_lake.stages.explain_identity import explain
from cdp_lake.stages.models import registry_of
from cdp_lake.stages.pipeline import stages_named
from cdp_lake.stages.runner import run_stages
from tests.stages.lakes import Quiet, people

DATA = Path(__file__).parents[1] / "data" / "fake_1000.csv"
START = datetime(2018, 1, 1, tzinfo=timezone.utc)
RULES = (
    "identity.resemblance={automatic: 0.9, review: 0.5, pair_budget: 20000, learn_anew_at: 9}",
    "identity.incremental={from_records: 0, up_to_share: 99}",
    "identity.households={any_of: []}",
)
FIRST, GONE = 600, 100
pytestmark = pytest.mark.spark


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _record(row: dict[str, str]) -> dict[str, object]:
    """A row of the file as a record of a CRM that carries no identifier at all."""
    name = parsed_name(row["first_name"] or None, row["surname"] or None, None, None)
    return {
        "record_sk": int(row["unique_id"]) + 1,
        "source": "crm",
        "source_pk": row["unique_id"],
        "version_no": 1,
        "is_carrier": False,
        "first_seen_at": START,
        "last_seen_at": START,
        "raw_given_name": row["first_name"] or None,
        "raw_family_name": row["surname"] or None,
        "email": row["email"] or None,
        "city": row["city"] or None,
        "birth_date": _day(row["dob"]),
        "given_key": name.given_key,
        "name_key": name.name_key,
        "identifiers": [],
    }


class Town(Quiet):
    """A lake that holds records of the file, and what its stages said."""

    def __init__(self, spark, folder: Path) -> None:
        self.spark, self.folder, self.said = spark, folder, []
        with DATA.open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))

    def step(self, text: str) -> None:
        self.said.append(text)

    def settings(self, *sets: str) -> Settings:
        return configured(None, None, (f"lake.path={self.folder}", *RULES, *sets)).settings

    def lake(self) -> Lake:
        return Lake.open(self.spark, self.folder.as_posix(), self.settings().consent.read_purposes)

    def bring(self) -> None:
        names = SOURCE_RECORDS.schema.names
        rows = [[record.get(name) for name in names] for record in map(_record, self.rows)]
        frame = conform(self.spark.createDataFrame(rows, SOURCE_RECORDS.schema), SOURCE_RECORDS)
        lake = self.lake()
        commit = lake.upsert(SOURCE_RECORDS, frame.persist(), complete=True)
        lake.publish("bring", "a test", {commit.table: commit.version or 0}, START)

    def stitch(self, *sets: str):
        return run_stages(self.lake(), self.settings(*sets), stages_named(("stitch_identity",)), self)[0]

    def table(self, contract) -> Counter[tuple[object, ...]]:
        rows = self.lake().read(contract, "evaluation").drop("_row_hash").collect()
        return Counter(tuple(row) for row in rows)

    def edges(self):
        return [row for row in self.lake().read(EDGES, "evaluation").collect() if row["rule"] == RESEMBLES]

    def pairwise(self) -> tuple[float, float]:
        """Precision and recall of pairs."""
        truth = {row["unique_id"]: row["cluster"] for row in self.rows}
        found = [sorted(key for _, key in person) for person in people(self.lake())]
        together = [pair for person in found for pair in combinations(person, 2)]
        right = sum(truth[one] == truth[other] for one, other in together)
        wanted = sum(math.comb(count, 2) for count in Counter(truth.values()).values())
        return right / len(together), right / wanted


@pytest.fixture(scope="module")
def town(spark, tmp_path_factory) -> Town:
    made = Town(spark, tmp_path_factory.mktemp("resemblance") / "lake")
    made.rows = made.rows[:FIRST]
    made.bring()
    made.stitch()
    return made


def test_records_without_a_shared_value_become_people(town):
    precision, recall = town.pairwise()

    assert precision >= 0.97
    assert recall >= 0.75


def test_edges_name_their_model_and_what_is_not_sure_waits_for_a_person(town):
    edges = town.edges()
    sure = [edge for edge in edges if edge["is_live"]]

    assert {edge["model_version"] for edge in edges} == {"1"}
    assert sure and all(edge["weight"] >= 0.9 for edge in sure)
    waiting = [edge for edge in edges if edge["refused_by"] == BELOW_AUTOMATIC]
    assert waiting and all(0.5 <= edge["weight"] < 0.9 for edge in waiting)


def test_the_model_is_kept_and_no_file_of_it_holds_a_value(town):
    files = registry_of(town.settings()).files("resemblance", "1")
    model, frequencies = match_model_of(files)

    assert model.as_files() | frequencies.as_files() == files
    told = {row[name].lower() for row in town.rows for name in ("first_name", "surname", "email") if len(row[name]) > 3}
    words = set(json.dumps(files).lower().replace('"', " ").replace(",", " ").replace("\\n", " ").split())
    assert told.isdisjoint(words)
    assert len(frequencies.listed) > 10


def test_the_same_records_are_not_learnt_or_written_again(town):
    assert town.stitch().status == "nothing to do"


def test_a_pair_is_explained_by_what_each_field_added(town):
    edge = max((edge for edge in town.edges() if edge["is_live"]), key=lambda edge: edge["weight"])
    one, other = (f"crm:{edge[end] - 1}" for end in ("src_record_sk", "dst_record_sk"))

    told = explain(town.lake(), town.settings(), one, other)

    assert isinstance(told, Tie)
    (step,) = told.path
    bits = sum(part.bits for part in step.parts)
    assert 1 / (1 + 2**-bits) == pytest.approx(step.weight, abs=1e-5)
    assert {"any two records", "given"} <= {part.what for part in step.parts}
    assert step.parts[0].bits < 0 < step.parts[1].bits


def test_what_waits_for_a_person_is_explained_too(town):
    edge = next(
        edge
        for edge in sorted(town.edges(), key=lambda edge: -edge["weight"])
        if edge["refused_by"] == BELOW_AUTOMATIC and town_apart(town, edge)
    )
    one, other = (f"crm:{edge[end] - 1}" for end in ("src_record_sk", "dst_record_sk"))

    told = explain(town.lake(), town.settings(), one, other)

    assert isinstance(told, Rift)
    assert any(step.refused_by == BELOW_AUTOMATIC and step.parts for step in told.between)


def town_apart(town: Town, edge) -> bool:
    ends = {("crm", str(edge[end] - 1)) for end in ("src_record_sk", "dst_record_sk")}
    return not any(ends <= person for person in people(town.lake()))


def test_a_persons_word_outranks_what_resembles(town):
    # Of records that are gone in the second batch: what is decided of them changes nobody there.
    edge = next(edge for edge in town.edges() if edge["is_live"] and edge["dst_record_sk"] <= GONE)
    words = [f"crm:{edge[end] - 1}" for end in ("src_record_sk", "dst_record_sk")]
    before = {(e["src_record_sk"], e["dst_record_sk"]): (e["weight"], e["model_version"]) for e in town.edges()}

    decide(town.lake(), town.settings(), [Asked("cannot_link", *words, "two people")], "a test", Quiet())

    assert town_apart(town, edge)
    after = {(e["src_record_sk"], e["dst_record_sk"]): (e["weight"], e["model_version"]) for e in town.edges()}
    assert after == before


@pytest.fixture(scope="module")
def whole(spark, town, tmp_path_factory) -> Town:
    """A town that all records of the other one's second batch came to at once, with the same model."""
    made = Town(spark, tmp_path_factory.mktemp("whole") / "lake")
    # Some go, some come, some are called or reached otherwise than before.
    moved = [{**row, "city": "Hull", "email": ""} if place % 7 == 0 else row for place, row in enumerate(made.rows)]
    made.rows = [{**row, "surname": "Lee"} if place % 31 == 0 else row for place, row in enumerate(moved)][GONE:]
    shutil.copytree(town.folder / "mlflow", made.folder / "mlflow")
    made.bring()
    made.stitch()
    return made


def test_what_changed_is_compared_alone_and_leaves_what_comparing_everything_leaves(town, whole):
    town.rows = whole.rows
    town.bring()
    town.said.clear()
    told = town.stitch()

    assert "only theirs are stitched" in " ".join(town.said)
    assert told.facts["resemblance: model"] == "resemblance version 1"
    for table in (EDGES, COMPARABLES):
        assert town.table(table) == whole.table(table)
    assert people(town.lake()) == people(whole.lake())
