"""Damaged files: whatever arrives, the run goes through, every record has one fate, and each damage is named."""

from collections import Counter

import pytest

from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import FATES, FILES, QUARANTINE
from tests.stages.damaged_files import CASES, FEW, write_damaged
from tests.stages.lakes import RAW_TO_SILVER, Place, csv_rows, opened, run


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage")
    return Place(folder / "lake", folder / "landing")


@pytest.fixture(scope="module")
def expected(shop, mine):
    """Records that must be landed, by source; none of them is one that the shop itself had planted as bad."""
    planted = [r for r in csv_rows(shop / "truth" / "bad_rows.csv") if 0 < int(r["record_no"]) <= FEW + 1]
    assert {case.file for case in CASES.values()}.isdisjoint(row["file"] for row in planted)
    return write_damaged(shop / "landing", mine.landing)


@pytest.fixture(scope="module")
def lake(spark, mine, expected):
    ended = run(spark, mine.settings(), *RAW_TO_SILVER)
    assert {outcome.status for outcome in ended.values()} == {"done"}
    return opened(spark, mine.settings())


def test_no_record_of_a_damaged_file_is_lost_and_each_has_one_fate(lake, mine, expected):
    sources = [source.name for source in mine.settings().sources if source.files]
    landed = {source: lake.read(bronze_table(source), "quality").count() for source in sources}
    assert landed == expected
    fated = lake.read(FATES, "quality").select("source", "record_id").collect()
    assert len(set(fated)) == len(fated)
    assert Counter(row["source"] for row in fated) == Counter(landed)


def test_each_damage_is_one_row_of_the_quarantine_and_no_neighbour_is(lake):
    files = {(r["source"], r["file_id"]) for r in lake.read(FILES, "quality").collect()}
    assert {source for source, _ in files} == set(CASES)
    found = {(r["source"], _record_no(r["record_id"])): r["rules"] for r in lake.read(QUARANTINE, "quality").collect()}
    assert found == {(source, case.bad_record): [case.rule] for source, case in CASES.items() if case.rule}


def test_a_byte_order_mark_is_part_of_no_name(lake):
    headers = {
        r["source"]: r["header"][0]
        for r in lake.read(FILES, "quality").where("fate = 'landed'").collect()
        if r["header"]
    }
    assert headers["shop"] == "Name"
    assert headers["redemptions"] == "redemption_no"


def _record_no(record_id):
    return 0 if record_id.startswith("file:") else int(record_id.rpartition("-")[2])
