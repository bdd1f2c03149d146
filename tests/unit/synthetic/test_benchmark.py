"""The identity benchmark keeps its promises: same bytes, the floor, a whole truth, traps that are really there."""

import csv
import subprocess
import sys
from collections import defaultdict
from itertools import combinations, pairwise
from os import environ, pathsep
from pathlib import Path

import pytest

from cdp_lake.config.field_map import load_field_map
from cdp_lake.errors import ConfigError
from cdp_lake.stages.synthesise import synthesise_benchmark
from cdp_lake.synthetic.benchmark import Published, publish
from cdp_lake.synthetic.noise import canonical_email

FILES = ["DATASHEET.md", "map.yml", "records.csv", "traps.csv", "truth.csv"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Published, Path]:
    out = tmp_path_factory.mktemp("benchmark")
    return publish("S", 7, out), out


@pytest.fixture(scope="module")
def records(small: tuple[Published, Path]) -> dict[str, dict[str, str]]:
    return {row["record_id"]: row for row in _table(small[1] / "records.csv")}


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes_in_another_process_and_another_seed_does_not(small, tmp_path):
    program = "import sys, pathlib as p; from cdp_lake.synthetic.benchmark import publish; "
    program += "publish('S', int(sys.argv[1]), p.Path(sys.argv[2]))"
    seeded = {**environ, "PYTHONHASHSEED": "123", "PYTHONPATH": pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program, "7", str(tmp_path / "there")], check=True, env=seeded)
    publish("S", 8, tmp_path / "other")
    assert list(_bytes(small[1])) == FILES
    assert _bytes(small[1]) == _bytes(tmp_path / "there")
    assert _bytes(small[1])["records.csv"] != _bytes(tmp_path / "other")["records.csv"]


def test_it_is_as_hard_as_promised_and_says_so(small):
    published, out = small
    floor = published.floor
    assert floor.names_differ >= 0.25
    assert floor.nothing_shared >= 0.12
    assert floor.people_sharing >= 0.03
    text = (out / "DATASHEET.md").read_text("utf-8")
    assert all(f"{share:.1%} of" in text for share in (floor.names_differ, floor.nothing_shared, floor.people_sharing))


def test_the_floor_is_that_of_the_published_records(small, records):
    """Counted again from the CSV, with phones by their last digits: spelling is all that canonical forms take away."""
    people = defaultdict(list)
    for row in _table(small[1] / "truth.csv"):
        people[row["entity_id"]].append(records[row["record_id"]])
    pairs = [
        (one, other)
        for known in people.values()
        for one, other in combinations(known, 2)
        if one["source"] != other["source"]
    ]
    apart = sum(_stated(one).isdisjoint(_stated(other)) for one, other in pairs)
    assert apart / len(pairs) == pytest.approx(small[0].floor.nothing_shared, abs=0.002)


def _stated(record: dict[str, str]) -> set[str]:
    digits = "".join(filter(str.isdigit, record["phone"]))[-10:]
    return {canonical_email(record["email"]), digits, record["loyalty_no"], record["login_id"]} - {""}


def test_the_datasheet_tells_how_many_records_nobody_can_place(small, records):
    people = defaultdict(list)
    for row in _table(small[1] / "truth.csv"):
        people[row["entity_id"]].append(records[row["record_id"]])
    nowhere = sum(
        not (one["first_name"] or one["last_name"] or one["full_name"] or one["native_name"])
        and all(_stated(one).isdisjoint(_stated(other)) for other in known if other is not one)
        for known in people.values()
        for one in known
    )
    assert 0 < nowhere < len(records) / 50
    assert f"{nowhere} records state no name" in (small[1] / "DATASHEET.md").read_text("utf-8")


def test_about_five_thousand_records_each_with_one_entity(small, records):
    truth = _table(small[1] / "truth.csv")
    assert 4_500 <= len(records) <= 5_500
    assert [(row["record_id"], row["source"]) for row in truth] == [(n, r["source"]) for n, r in records.items()]
    assert all(row["entity_id"] for row in truth)
    assert len({row["entity_id"] for row in truth}) == small[0].people


def test_every_record_says_who_it_is_somehow(records):
    assert all(row["email"] or row["phone"] or row["street"] or row["loyalty_no"] for row in records.values())
    assert any(row["full_name"] > "一" for row in records.values())


def test_traps_name_records_that_are_there_and_tempt(small, records):
    rows = _table(small[1] / "traps.csv")
    owner = {row["record_id"]: row["entity_id"] for row in _table(small[1] / "truth.csv")}
    scenes = defaultdict(list)
    for row in rows:
        assert owner[row["source_pk"]] == row["person_id"]
        assert records[row["source_pk"]]["source"] == row["source"]
        scenes[row["trap_kind"], row["trap_id"]].append(row)
    assert {kind for kind, _ in scenes} == set(small[0].traps)
    assert min(small[0].traps.values()) >= 5
    for (kind, _), scene in scenes.items():
        if kind not in ("placeholder_phone", "test_email"):
            assert len({row["person_id"] for row in scene}) > 1
        if kind == "lent_loyalty_card":
            assert len({records[row["source_pk"]]["loyalty_no"] for row in scene}) == 1


def test_numbers_do_not_run_along_households(small, records):
    """People of one household stand side by side in truth: numbers in that order would tell who lives with whom."""
    people = {row["record_id"]: int(row["entity_id"][1:]) for row in _table(small[1] / "truth.csv")}
    for field in ("login_id", "loyalty_no", "record_id"):
        known = sorted({(row[field], people[name]) for name, row in records.items() if row[field]})
        steps = [abs(one - other) for (_, one), (_, other) in pairwise(known)]
        assert sum(steps) / len(steps) > small[0].people / 5


def test_the_map_fits_the_records(small, records):
    header = list(next(iter(records.values())))
    known = load_field_map(small[1] / "map.yml", header)
    assert {known.record_id, known.source, *known.fields} == set(header)


def test_the_larger_size_has_about_twenty_thousand_records(tmp_path):
    said: list[str] = []
    synthesise_benchmark("M", 3, tmp_path, said.append)
    assert 18_000 <= len(_table(tmp_path / "records.csv")) <= 22_000
    assert "of true pairs differ in name" in said[0]


def test_an_unknown_size_or_a_file_in_the_way_is_explained(tmp_path):
    with pytest.raises(ConfigError, match="unknown size 'L'; known: M, S"):
        publish("L", 1, tmp_path)
    (tmp_path / "taken").write_text("x")
    with pytest.raises(ConfigError, match="taken: is a file; name a folder"):
        synthesise_benchmark("S", 1, tmp_path / "taken", lambda _: None)
