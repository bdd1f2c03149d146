"""Which pairs a person is asked about, and what he may answer."""

import pandas as pd
import pytest

from cdp_lake.adapters.review_files import read_review, write_review
from cdp_lake.errors import ConfigError
from cdp_lake.identity.review import most_telling, uncertain_pairs
from cdp_lake.stages.decide_identity import Asked
from cdp_lake.stages.review_identity import answers

EDGE = """src_record_sk BIGINT, dst_record_sk BIGINT, rule STRING, refused_by STRING, weight DOUBLE,
    model_version STRING"""
DECISION = "decision_no BIGINT, kind STRING, side INT, record_sk BIGINT, withdrawn_at TIMESTAMP"


@pytest.mark.spark
def test_the_strongest_evidence_between_two_profiles_is_asked_about_once_and_nothing_decided(spark):
    homes = spark.createDataFrame(
        [(1, "P1"), (2, "P1"), (3, "P2"), (4, "P3"), (5, "P4")], "record_sk BIGINT, profile_id STRING"
    )
    edges = spark.createDataFrame(
        [
            (1, 3, "resembles", "below_automatic", 0.7, "1"),
            (2, 3, "resembles", "below_automatic", 0.8, "1"),
            (1, 4, "phone", "given_names_disagree", 1.0, None),
            (1, 2, "phone", "given_names_disagree", 1.0, None),  # one profile by other evidence
            (3, 4, "email", "blocked_carrier", 1.0, None),  # nobody could tell
            (3, 5, "resembles", "below_automatic", 0.9, "1"),  # decided
            (4, 5, "resembles", None, 0.99, "1"),
        ],
        EDGE,
    )
    decisions = spark.createDataFrame([(1, "cannot_link", 1, 3, None), (1, "cannot_link", 2, 5, None)], DECISION)

    found = most_telling(uncertain_pairs(edges, homes, decisions), 10).collect()

    assert [tuple(row) for row in found] == [
        ("P1", "P2", 2, 3, "resembles", "below_automatic", 0.8, 2),
        ("P1", "P3", 1, 4, "phone", "given_names_disagree", None, 1),
    ]


def test_awkward_cells_come_back_as_they_were_and_only_their_owner_reads_them(tmp_path):
    cells = ["=cmd()", "+8613812345678", "-", "@home", "张伟; 王", 'a "quoted", one', "'=kept", "plain"]
    rows = pd.DataFrame({"record_a": cells, "decision": ""})

    write_review(rows, tmp_path / "review.csv")

    text = (tmp_path / "review.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert (tmp_path / "review.csv").stat().st_mode & 0o777 == 0o600
    assert "\n=cmd()" not in text.decode("utf-8-sig") and "\n+86" not in text.decode("utf-8-sig")
    assert read_review(tmp_path / "review.csv")["record_a"].tolist()[:6] == cells[:6]


def _filled(*rows):
    return pd.DataFrame(rows, columns=["record_a", "record_b", "decision", "reason"])


def test_answers_become_decisions_and_open_rows_stay_open(tmp_path):
    rows = _filled(
        ("crm:1", "shop:2", "Same", "called her"),
        ("crm:3", "shop:4", "different", "twins"),
        ("crm:5", "shop:6", "", ""),
        ("shop:2", "crm:1", "same", "said twice"),
    )

    assert answers(rows, tmp_path) == [
        Asked("must_link", "crm:1", "shop:2", "called her"),
        Asked("cannot_link", "crm:3", "shop:4", "twins"),
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            _filled(("crm:1", "shop:2", "sam", "x")),
            "row 2: decision 'sam'; known: different, same. Did you mean",
        ),
        (_filled(("crm:1", "shop:2", "same", " ")), "row 2: a decision without a reason"),
        (
            _filled(("crm:1", "shop:2", "same", "x"), ("shop:2", "crm:1", "different", "y")),
            "row 3: says 'different', and row 2 the opposite",
        ),
        (_filled(("crm:1", "shop:2", "", "")).drop(columns="reason"), "no column 'reason'"),
    ],
)
def test_what_is_not_clear_is_told_by_row_and_nothing_is_decided(rows, told, tmp_path):
    with pytest.raises(ConfigError) as caught:
        answers(rows, tmp_path / "review.csv")
    assert told in str(caught.value)
