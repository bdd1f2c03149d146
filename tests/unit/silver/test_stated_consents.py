"""What people said in columns of their own feed: a word nobody knows is no grant, and nothing said decides nothing."""

from datetime import datetime

import pytest
from pyspark.sql import functions as F

from cdp_lake.silver.facts.stated_consents import stated_consents, unknown_words
from cdp_lake.silver.parse import parsed
from tests.unit.silver.feeds import bronze, contract

pytestmark = pytest.mark.spark
FEED = contract(
    [
        {"name": "id", "required": True},
        {"name": "news"},
        {"name": "said", "type": "date"},
        {"name": "changed", "type": "timestamp", "required": True},
        {"name": "op"},
    ],
    name="crm",
    key=["id"],
    version={"column": "changed"},
    deletes={"column": "op", "values": ["d"]},
    consents=[
        {"column": "news", "purpose": "marketing", "granted": ["yes", "1"], "withdrawn": ["Stop"], "at": "said"},
    ],
)
HEADER = ("id", "news", "said", "changed", "op")


def read(spark, *texts):
    """Records of the feed as they reach the builder of facts, each of a person with that number."""
    rows = parsed(bronze(spark, *texts), FEED, {HEADER: ["f1"]})
    return rows.withColumns({"_source": F.lit("crm"), "_brand": F.lit("ours"), "record_sk": F.col("id").cast("bigint")})


def decisions(spark, *texts):
    """Who decided what on which day of January 2024."""
    rows = stated_consents(read(spark, *texts), FEED).collect()
    return {(row["record_sk"], row["decided_at"].day, row["status"]) for row in rows}


@pytest.mark.parametrize(
    ("said", "status"),
    [("yes", "granted"), (" YES ", "granted"), ("1", "granted"), ("no", "denied"), ("stop", "withdrawn")],
)
def test_a_word_is_what_the_contract_says_whatever_its_case(spark, said, status):
    assert decisions(spark, f"7,{said},2024-01-03,2024-01-09T08:00:00Z,") == {(7, 3, status)}


def test_a_word_that_nobody_gave_a_meaning_refuses_and_is_counted(spark):
    texts = ("7,ja,2024-01-03,2024-01-09T08:00:00Z,", "8,yes,2024-01-03,2024-01-09T08:00:00Z,")
    assert decisions(spark, *texts) == {(7, 3, "denied"), (8, 3, "granted")}
    assert unknown_words(read(spark, *texts), FEED).first()["news"] == 1


def test_an_empty_cell_and_a_deletion_decide_nothing(spark):
    assert decisions(spark, "7,,2024-01-03,2024-01-09T08:00:00Z,", "8,yes,2024-01-03,2024-01-09T08:00:00Z,d") == set()


def test_without_a_time_of_its_own_the_versions_time_counts(spark):
    assert decisions(spark, "7,yes,,2024-01-09T08:00:00Z,") == {(7, 9, "granted")}


def test_versions_that_repeat_a_decision_make_it_once(spark):
    texts = [f"7,{said},2024-01-03,2024-01-{day}T08:00:00Z," for day, said in ((10, "yes"), (11, "YES"), (12, "no"))]
    rows = stated_consents(read(spark, *texts), FEED).collect()
    # Nobody moved the date when the word changed: of one moment the restrictive one has the later id, and stands.
    assert [row["status"] for row in sorted(rows, key=lambda row: row["decision_id"])] == ["granted", "denied"]
    assert {row["decided_at"] for row in rows} == {datetime(2024, 1, 3)}


def test_a_decision_of_no_known_time_is_set_aside(spark):
    timeless = FEED.model_copy(
        update={"columns": tuple(c.model_copy(update={"required": False}) for c in FEED.columns)}
    )
    rows = parsed(bronze(spark, "7,yes,,,", "8,,,,"), timeless, {HEADER: ["f1"]}).orderBy("_record_no").collect()
    assert [row["rules"] for row in rows] == [["consent_time:news"], []]
