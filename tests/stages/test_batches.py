"""However files come in (in batches, in another order, twice), the lake ends up the same; and so it does rebuilt."""

import pytest

from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.identity import ASSIGNMENTS, EDGES, IDENTITY_TABLES
from cdp_lake.contracts.ops import FATES, FILES
from cdp_lake.contracts.silver import ORDER_LINES, ORDERS, SILVER_TABLES, SOURCE_RECORDS
from tests.stages.lakes import TWO_SOURCES, copied, fates, opened, people, row_hashes, run, silver

REFINED = tuple(table.name for table in (*SILVER_TABLES, *IDENTITY_TABLES, FATES))


@pytest.fixture
def lake(spark, hard_life):
    return opened(spark, hard_life.place.settings())


def test_batches_in_another_order_make_the_same_lake(lake, undisturbed):
    assert {row["batch_id"] for row in lake.read(FILES, "evaluation").collect()} == {1, 2}
    assert silver(lake) == silver(undisturbed)
    assert fates(lake) == fates(undisturbed)
    assert people(lake) == people(undisturbed)


def test_a_file_that_comes_again_under_another_name_adds_nothing(lake, hard_life, undisturbed):
    assert len([copy for copy in hard_life.copies if (hard_life.place.landing / copy).is_file()]) == 2
    assert _contents(lake) == _contents(undisturbed)
    for table in map(bronze_table, TWO_SOURCES):
        assert lake.read(table, "evaluation").count() == undisturbed.read(table, "evaluation").count()


def test_a_rebuild_changes_nothing_and_keeps_every_id(spark, hard_life, tmp_path):
    mine = copied(hard_life.place, tmp_path)
    before = opened(spark, mine.settings())
    for stage in ("refine_silver", "stitch_identity"):
        run(spark, mine.settings(), stage, rebuild=True)
    after = opened(spark, mine.settings())
    assert {t: after.versions.get(t) for t in REFINED} == {t: before.versions.get(t) for t in REFINED}
    tables = (SOURCE_RECORDS, ORDERS, ORDER_LINES, EDGES, ASSIGNMENTS)
    assert row_hashes(after, *tables) == row_hashes(before, *tables)


def _contents(lake):
    """Files by what is in them: of two that are the same, either one may be the one that was landed."""
    files = lake.read(FILES, "evaluation").select("source", "file_id", "fate", "record_count").collect()
    return sorted(map(tuple, files))
