"""Labels of pairs: read from a file, or told by what people decided."""

import pandas as pd
import pytest

from cdp_lake.config.field_map import FieldMap
from cdp_lake.errors import ConfigError
from cdp_lake.identity.decisions import labelled_pairs
from cdp_lake.identity.matching.pairs import labelled_beyond, with_labels
from cdp_lake.stages.pair_labels import read_pair_labels

ROWS = pd.DataFrame({"shop": ["a", "a", "b", None], "number": ["007", "008", "007", "1"]}, dtype=str)
IN_SHOPS = FieldMap(record_id="number", source="shop", fields={"name": "full_name"})
NUMBERED = FieldMap(record_id="number", fields={"name": "full_name"})
HEADER = "source_l,record_id_l,source_r,record_id_r,is_match\n"


def _read(tmp_path, text, field_map=IN_SHOPS, rows=ROWS):
    file = tmp_path / "labels.csv"
    file.write_text(text, encoding="utf-8")
    found = read_pair_labels(file, rows, field_map)
    return [tuple(row) for row in found.itertuples(index=False)]


def test_pairs_go_by_the_numbers_of_their_records_the_smaller_first_and_once(tmp_path):
    text = HEADER + "b,007,a,007,TRUE\na,008,b,007,0\na,007,b,007,yes\n,1,a,007,no\n"

    assert _read(tmp_path, text) == [(0, 2, True), (0, 3, False), (1, 2, False)]


def test_without_a_source_the_id_is_enough(tmp_path):
    rows = ROWS.drop(index=2).reset_index(drop=True)

    assert _read(tmp_path, "record_id_l,record_id_r,is_match\n1,007,1\n", NUMBERED, rows) == [(0, 2, True)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("record_id_l,record_id_r,is_match\n1,007,1\n", "source_l, source_r is not there"),
        (HEADER, "no labels"),
        (HEADER + "a,007,c,7,1\na,007,c,7,1\n", "there is no such record (2 labels): c, 7"),
        (HEADER + "a,007,a,008,maybe\n", "is_match is neither true nor false (1 labels): maybe"),
        (HEADER + "a,007,a,008,\n", "neither true nor false"),
        (HEADER + "a,007,a,007,1\n", "a record beside itself (1 labels): 007"),
        (HEADER + "a,007,a,008,1\na,008,a,007,0\n", "said to be one and not to be one (1 labels): 007"),
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path, text, said):
    with pytest.raises(ConfigError, match=r"labels\.csv") as caught:
        _read(tmp_path, text)
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_of_many_unknown_records_five_are_named(tmp_path):
    rows = "".join(f"a,007,c,{number},1\n" for number in range(7))
    with pytest.raises(ConfigError, match=r"no such record \(7 labels\): c, 0; c, 1; c, 2; c, 3; c, 4$"):
        _read(tmp_path, HEADER + rows)


def test_a_file_of_labels_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.csv: there is no such file"):
        read_pair_labels(tmp_path / "none.csv", ROWS, IN_SHOPS)


@pytest.mark.spark
def test_a_decision_labels_the_pairs_across_its_sides_and_a_later_one_comes_first(spark):
    # number | kind | side | record | withdrawn
    rows = [
        (1, "must_link", 1, 5, None),
        (1, "must_link", 1, 6, None),
        (1, "must_link", 2, 2, None),
        (2, "cannot_link", 1, 2, None),
        (2, "cannot_link", 2, 5, None),
        (3, "must_link", 1, 8, "2018-01-01"),
        (3, "must_link", 2, 9, "2018-01-01"),
    ]
    decisions = spark.createDataFrame(
        rows, "decision_no BIGINT, kind STRING, side INT, record_sk BIGINT, withdrawn_at STRING"
    )

    assert sorted(tuple(row) for row in labelled_pairs(decisions).collect()) == [(2, 5, False), (2, 6, True)]


@pytest.mark.spark
def test_labelled_pairs_that_blocking_does_not_propose_are_told_from_those_it_does(spark):
    proposed = spark.createDataFrame([(1, 2), (1, 3)], "record_l BIGINT, record_r BIGINT")
    labels = spark.createDataFrame([(1, 3, True), (4, 5, False)], "record_l BIGINT, record_r BIGINT, is_match BOOLEAN")

    beyond = labelled_beyond(proposed, labels)

    assert [tuple(row) for row in beyond.collect()] == [(4, 5)]
    told = with_labels(proposed, beyond, labels).select("record_l", "record_r", "is_match", "is_proposed")
    assert sorted(tuple(row) for row in told.collect()) == [
        (1, 2, None, True),
        (1, 3, True, True),
        (4, 5, False, False),
    ]
