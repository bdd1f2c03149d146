"""A model that is kept is the same model again, and holds nobody's values."""

import pandas as pd
import pytest

from cdp_lake.identity.matching.blocking import BlockingPlan, BlockingRule
from cdp_lake.identity.matching.calibration import prior, untrained
from cdp_lake.identity.matching.comparisons import comparisons
from cdp_lake.identity.matching.doubts import doubts
from cdp_lake.identity.matching.frequencies import (
    LISTED_FROM,
    hashed,
    listed,
    with_frequencies,
    with_kept_frequencies,
)
from cdp_lake.identity.matching.match_model import Frequencies, MatchModel, match_model_of
from cdp_lake.identity.matching.splink_form import model_of

COLUMNS = ("given", "family", "birth_date", "email")


def _model() -> MatchModel:
    compared = comparisons(COLUMNS)
    learnt = untrained(compared, {c.name: prior(c) / 3 for c in compared})
    plan = BlockingPlan((BlockingRule(("given", "family"), 12, 3), BlockingRule((), 4, 2)), 500, 7)
    return MatchModel(COLUMNS, model_of(compared, learnt), learnt, doubts(compared, learnt, 900), plan)


def test_files_are_the_model_again():
    table = pd.DataFrame({"column": ["family"], "value_hash": [-(2**62) - 1], "frequency": [1 / 3]})
    files = _model().as_files() | Frequencies(table, {"email": 1 / 7}).as_files()

    model, frequencies = match_model_of(files)

    assert model.as_files() | frequencies.as_files() == files
    assert frequencies.listed.to_dict("records") == table.to_dict("records")
    assert frequencies.unlisted == {"email": 1 / 7}
    assert (model.plan, model.doubted, model.columns) == (_model().plan, _model().doubted, COLUMNS)
    assert model.compiled == _model().compiled


def test_where_no_rarity_counts_nothing_is_listed():
    table, unlisted = listed(pd.DataFrame({"gender": ["f", "m"] * 5}), [])
    assert list(table.columns) == ["column", "value", "frequency"]
    assert table.empty
    assert unlisted == {}


def test_only_values_of_several_records_are_listed():
    families = ["li"] * LISTED_FROM + ["rare"] * (LISTED_FROM - 1)
    records = pd.DataFrame({"record": range(len(families)), "family": families})

    table, unlisted = listed(records, comparisons(["family"]))

    assert table["value"].tolist() == ["li"]
    assert 0 < unlisted["family"] < table["frequency"].iloc[0]


@pytest.mark.spark
def test_kept_frequencies_are_those_of_the_records_they_were_counted_on(spark):
    families = ["li"] * 8 + ["wang"] * 5 + ["rare"] * 2 + [None]
    compared = comparisons(["family", "given"])
    records = pd.DataFrame({"record": range(len(families)), "family": families, "given": ["ann"] * len(families)})
    table, unlisted = listed(records, compared)
    shape = "column STRING, value STRING, frequency DOUBLE"
    kept = Frequencies(hashed(spark.createDataFrame(table, shape)).toPandas(), unlisted)

    found = with_kept_frequencies(spark.createDataFrame(records), kept).toPandas().sort_values("record")

    counted = with_frequencies(records, compared)
    for name in ("tf_family", "tf_given"):
        assert found[name].tolist() == pytest.approx(counted[name].tolist(), nan_ok=True)
