"""A wrong file is taken back out of the lake, with everything that was built on it."""

import pytest

from cdp_lake.contracts.ops import FILES
from cdp_lake.stages import unland as taking_back
from cdp_lake.stages.pipeline import stages_named
from tests.stages.lakes import (
    RAW_TO_PEOPLE,
    Place,
    Quiet,
    copied,
    csv_rows,
    csv_written,
    fates,
    landing_of,
    opened,
    people,
    run,
    silver,
)

WRONG = "crm/customers_shifted.csv"


@pytest.fixture
def mine(stitched, tmp_path):
    """The two sources, and a later export: addresses have slipped by a row, and strangers carry known ones."""
    landing = landing_of(stitched.landing, tmp_path, ("crm", "shop"))
    rows = csv_rows(landing / "crm" / "customers_2017-06-30.csv")[:30]
    slipped = [
        row | {"email": below["email"], "updated_at": "2017-12-31T23:00:00-05:00"} for row, below in _pairs(rows)
    ]
    strangers = [row | {"customer_id": f"W{row['customer_id']}"} for row in slipped[:5]]
    csv_written(landing / WRONG, slipped + strangers)
    return Place(copied(stitched, tmp_path).lake, landing)


def test_what_a_wrong_file_did_is_undone(spark, mine, undisturbed, monkeypatch):
    run(spark, mine.settings(), *RAW_TO_PEOPLE)
    harmed = opened(spark, mine.settings())
    assert people(harmed) != people(undisturbed)
    assert silver(harmed) != silver(undisturbed)

    # The stages behind are those of every run; nothing of this story is in them.
    monkeypatch.setattr(taking_back, "_AFTER_LANDING", stages_named(("stitch_identity",)))
    taking_back.unland(harmed, mine.settings(), 2, Quiet())
    healed = opened(spark, mine.settings())
    assert silver(healed) == silver(undisturbed)
    assert fates(healed) == fates(undisturbed)
    assert people(healed) == people(undisturbed)
    assert run(spark, mine.settings(), "land_bronze")["land_bronze"].commits == 0
    [file] = healed.read(FILES, "evaluation").where(f"path = '{WRONG}'").collect()
    assert file["fate"] == "unlanded"


def _pairs(rows):
    return zip(rows, [*rows[1:], rows[0]], strict=True)
