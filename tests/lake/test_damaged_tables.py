"""Broken files of a lake are found before anything is served, and whoever meets them learns what to do."""

import shutil
from datetime import datetime, timezone
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cdp_lake.adapters.lake import Lake
from cdp_lake.cli import main
from cdp_lake.console.terminal import explained
from cdp_lake.contracts import Column, TableContract, conform
from cdp_lake.contracts.catalogue import TABLES
from cdp_lake.contracts.gold import SCORES
from cdp_lake.contracts.ops import PUBLICATIONS
from cdp_lake.errors import TableDamaged
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.doctor import examined
from cdp_lake.stages.pipeline import STAGES

NOW = datetime(2018, 1, 2, tzinfo=timezone.utc)
PETS = TableContract(
    name="silver.pets",
    grain="one row per pet",
    key=("pet_id",),
    columns=(Column("pet_id", "BIGINT"), Column("name", "STRING"), Column("_row_hash", "BIGINT")),
)
EVERYBODY = {"Rex", "Tom", "Kit", "Bob"}
COPY = "put back a copy of the whole lake folder"


class Pets:
    """A lake of two tables: four pets in commits 1 to 4 of one, the log of which has a checkpoint at 3."""

    def __init__(self, spark, folder: Path):
        self.spark, self.folder = spark, folder

    def opened(self) -> Lake:
        return Lake.open(self.spark, self.folder.as_posix(), frozenset({"show"}))

    def checked(self) -> Lake:
        lake = self.opened()
        lake.require_sound()
        return lake

    def add(self, *names: str) -> None:
        tables = self.opened().tables
        tables.create(PETS)
        for name in names:
            rows = self.spark.createDataFrame([(name,)], "name STRING").selectExpr("length(name) AS pet_id", "name")
            tables.append(PETS, conform(rows, PETS), "a test")

    def publish(self) -> None:
        lake = self.opened()
        lake.publish("r1", "a_stage", {PETS.name: lake.tables.version(PETS)}, NOW)

    def names(self) -> set[str]:
        return {row["name"] for row in self.checked().read(PETS, "show").collect()}

    @property
    def table(self) -> Path:
        return self.folder / "silver" / "pets"

    def log(self, name: str) -> Path:
        return self.table / "_delta_log" / name

    def commit(self, version: int, table: str = "silver/pets") -> Path:
        return self.folder / table / "_delta_log" / f"{version:020d}.json"

    def file_with(self, name: str) -> Path:
        """The data file that this pet is in."""
        files = self.table.glob("*.parquet")
        return next(path for path in files if name in pq.ParquetFile(path).read()["name"].to_pylist())


@pytest.fixture(scope="module")
def made(spark, tmp_path_factory) -> Pets:
    pets = Pets(spark, tmp_path_factory.mktemp("pets") / "lake")
    pets.add("Rex", "Tom", "Kit")
    # Delta makes one by itself with every tenth commit.
    log = spark._jvm.org.apache.spark.sql.delta.DeltaLog
    log.forTable(spark._jsparkSession, pets.table.as_posix()).checkpoint()
    pets.add("Bob")
    pets.publish()
    return pets


@pytest.fixture
def pets(spark, made, tmp_path) -> Pets:
    shutil.copytree(made.folder, tmp_path / "lake")
    return Pets(spark, tmp_path / "lake")


def told(pets) -> str:
    with pytest.raises(TableDamaged) as caught:
        pets.checked()
    return str(caught.value)


def test_a_sound_lake_is_served(pets):
    assert pets.names() == EVERYBODY


def test_a_commit_of_no_bytes_is_not_taken_for_one_that_did_nothing(pets):
    pets.commit(4).write_bytes(b"")
    # What Delta makes of it is the reason to look.
    assert pets.opened().read(PETS, "show").count() == 3
    message = told(pets)
    assert f"silver.pets: {pets.commit(4)} is empty" in message
    assert COPY in message


def test_half_a_line_in_the_newest_commit(pets):
    whole = pets.commit(4).read_bytes()
    pets.commit(4).write_bytes(whole[: len(whole) - 40])
    assert f"silver.pets: {pets.commit(4)} is cut short, or no JSON" in told(pets)


def test_a_commit_cut_at_the_end_of_a_line(pets):
    first, *_ = pets.commit(4).read_text().splitlines(keepends=True)
    pets.commit(4).write_text(first)
    assert "tells of 3 files" in told(pets)


def test_the_newest_commit_gone_though_it_is_published(pets):
    pets.commit(4).unlink()
    assert "version 4 is published and the newest commit is 3" in told(pets)


def test_a_table_gone_though_it_is_published(pets):
    shutil.rmtree(pets.table)
    assert "silver.pets: " in (message := told(pets))
    assert "there are no commits" in message


def test_a_commit_gone_in_the_middle_of_the_log(pets):
    pets.commit(4).rename(pets.commit(5))
    assert f"{pets.commit(4)} is missing, though later commits are there" in told(pets)


def test_a_broken_commit_that_nobody_published_can_go_and_its_work_is_done_again(pets):
    pets.commit(5).write_bytes(b"")
    assert "remove it: it was never published" in told(pets)
    pets.commit(5).unlink()
    pets.add("Max")
    pets.publish()
    assert pets.names() == {*EVERYBODY, "Max"}


def test_a_data_file_that_is_missing_and_one_that_is_cut_short(pets):
    gone, short = pets.file_with("Kit"), pets.file_with("Tom")
    gone.unlink()
    whole = short.read_bytes()
    short.write_bytes(whole[:-1])
    message = told(pets)
    assert f"silver.pets: {gone} is missing" in message
    assert f"silver.pets: {short} has {len(whole) - 1} bytes, {len(whole)} were written" in message


def test_a_broken_checkpoint_can_go_while_its_commits_are_there(pets):
    checkpoint = pets.log(f"{3:020d}.checkpoint.parquet")
    checkpoint.write_bytes(checkpoint.read_bytes()[:-20])
    message = told(pets)
    assert f"silver.pets: {checkpoint} is broken" in message
    assert "remove it, and _last_checkpoint beside it" in message
    checkpoint.unlink()
    pets.log("_last_checkpoint").unlink()
    assert pets.names() == EVERYBODY


def test_a_broken_checkpoint_whose_commits_are_gone_needs_a_copy(pets):
    pets.log(f"{3:020d}.checkpoint.parquet").write_bytes(b"PAR1")
    for version in range(3):
        pets.commit(version).unlink()
    assert COPY in told(pets)


def test_broken_publications_are_found_before_they_are_read(pets):
    newest = max(pets.commit(0, "ops/publications").parent.glob("*.json"))
    newest.write_bytes(b"")
    assert f"{PUBLICATIONS.name}: {newest} is empty" in told(pets)


def flipped(pets) -> Path:
    """One bit of a value flips, so that Rex would be Sex: the page still unpacks."""
    path = pets.file_with("Rex")
    content = bytearray(path.read_bytes())
    content[content.index(b"Rex")] ^= 1
    path.write_bytes(content)
    return path


def test_a_flipped_bit_is_not_served(pets):
    path = flipped(pets)
    with pytest.raises(Exception, match="CRC") as caught:
        pets.names()
    problem = explained(caught.value)
    assert isinstance(problem, TableDamaged)
    assert f"silver.pets: {path} is not as it was written: its checksum differs" in str(problem)
    assert COPY in str(problem)


def test_the_doctor_reads_every_file(pets):
    settings = configured(None, None, (f"lake.path={pets.folder}",)).settings
    [sound] = [one for one in examined(settings, contents=True) if one.name == "Tables"]
    assert (sound.ok, sound.found) == (True, "2 with 5 files, all read")
    path = flipped(pets)
    [damaged] = [one for one in examined(settings, contents=True) if one.name == "Tables"]
    assert not damaged.ok
    assert f"silver.pets: {path} cannot be read" in damaged.advice


def test_a_file_that_goes_while_it_is_being_read(pets):
    rows = pets.checked().read(PETS, "show")
    gone = pets.file_with("Kit")
    gone.unlink()
    with pytest.raises(Exception, match="FILE_NOT_EXIST") as caught:
        rows.collect()
    assert f"silver.pets: {gone} is missing" in str(explained(caught.value))


@pytest.mark.parametrize("command", [["status"], ["show", "profile", "P1"], ["run"]])
def test_a_command_says_it_and_serves_nothing(pets, capsys, command):
    pets.commit(4).write_bytes(b"")
    assert main([*command, "--set", f"lake.path={pets.folder}"]) == TableDamaged.exit_code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("cdp-lake: the lake is damaged, nothing is read from it:\n  silver.pets: ")


def test_a_damaged_table_made_of_others_alone_makes_way_for_a_new_one(spark, pets):
    def score(lake, *people):
        ddl = "profile_id STRING, model STRING, model_version STRING, score DOUBLE, decile INT, scored_at TIMESTAMP"
        rows = spark.createDataFrame([(who, "churn", "1", 0.5, 5, NOW) for who in people], ddl)
        commit = lake.upsert(SCORES, conform(rows, SCORES))
        lake.publish("r1", "score_profiles", {commit.table: commit.version}, NOW)

    score(pets.opened(), "P1", "P2")
    next((pets.folder / "gold" / "scores").glob("*.parquet")).unlink()
    assert "cdp-lake rebuild score_profiles, then cdp-lake run" in told(pets)
    lake = pets.opened()
    lake.make_way([SCORES.name, "gold.traits"])
    assert lake.aside == {SCORES.name: pets.folder / ".damaged" / "gold.scores-1"}
    score(lake, "P1", "P2")
    assert pets.checked().read(SCORES, "show").count() == 2


def test_what_a_stage_rebuilds_is_what_it_writes():
    writes = {stage.name: stage.writes for stage in STAGES}
    rebuilt = [table for table in TABLES if table.rebuilt_by]
    assert rebuilt
    assert [t.name for t in rebuilt if t.name not in writes[t.rebuilt_by] or t.name in _read_by(t.rebuilt_by)] == []


def _read_by(stage: str) -> tuple[str, ...]:
    return next(one.reads for one in STAGES if one.name == stage)
