"""Consent stories: who may be reached after what was said, where, and by whom."""

from datetime import datetime, timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.config.consent import ConsentNeed
from cdp_lake.privacy import consent_by_profile, consented_profiles, current_consent

AS_OF = datetime(2017, 12, 31)
ADS = ConsentNeed(purpose="marketing", channel="ads", recipient="meta", separate_in=("CN",))
DECISIONS = "record_sk long, channel string, recipient string, status string, decided_at timestamp, decision_id string"

# One person per story: (name, country, what was said, may ads be shown through Meta?).
# What was said: record / channel / recipient / status / day of the year / decision id.
STORIES = [
    ("silent", "US", [], False),
    ("granted", "US", ["1 ads - granted 10 d1"], True),
    ("any_covers", "US", ["1 any - granted 10 d1"], True),
    ("other_channel", "US", ["1 sms - granted 10 d1"], False),
    ("withdrew", "US", ["1 ads - granted 10 d1", "1 ads - withdrawn 20 d2"], False),
    ("came_back", "US", ["1 ads - withdrawn 10 d1", "1 ads - granted 20 d2"], True),
    ("same_second", "US", ["1 ads - granted 10 d2", "1 ads - denied 10 d1"], True),
    ("records_disagree", "US", ["1 ads - denied 10 d1", "2 ads - granted 20 d2"], False),
    ("channels_disagree", "US", ["1 any - withdrawn 10 d1", "1 ads - granted 20 d2"], False),
    ("in_the_future", "US", ["1 ads - granted 400 d1"], False),
    ("unknown_word", "US", ["1 ads - maybe 10 d1"], False),
    ("named_only", "US", ["1 ads meta granted 10 d1"], False),
    ("other_recipient", "US", ["1 ads - granted 10 d1", "1 ads other denied 20 d2"], True),
    ("refused_meta", "US", ["1 ads - granted 10 d1", "1 ads meta denied 20 d2"], False),
    ("cn_brand_only", "CN", ["1 ads - granted 10 d1"], False),
    ("cn_named_too", "CN", ["1 any - granted 10 d1", "1 ads meta granted 10 d2"], True),
    ("cn_named_only", "CN", ["1 ads meta granted 10 d1"], False),
    ("cn_took_back", "CN", ["1 any - granted 10 d1", "1 any meta granted 10 d2", "1 any meta withdrawn 11 d3"], False),
    ("no_country", None, ["1 ads - granted 10 d1"], True),
]


@pytest.fixture(scope="module")
def current(spark: SparkSession) -> DataFrame:
    said, owners = [], []
    for number, (name, _, lines, _) in enumerate(STORIES):
        owners += [(number * 10 + record, name) for record in (1, 2)]
        for line in lines:
            record, channel, recipient, status, day, decision = line.split()
            decided_at = datetime(2017, 1, 1) + timedelta(days=int(day))
            named = None if recipient == "-" else recipient
            said.append((number * 10 + int(record), channel, named, status, decided_at, decision))
    consents = spark.createDataFrame(said, DECISIONS).selectExpr("*", "'marketing' as purpose", "'forms' as source")
    # Said again, as a replayed batch would: nothing may change.
    consents = consents.unionAll(consents)
    return current_consent(consents, assignments(spark, owners), AS_OF)


def assignments(spark: SparkSession, owners: list[tuple[int, str]]) -> DataFrame:
    rows = spark.createDataFrame(owners, "record_sk long, profile_id string")
    now = rows.selectExpr("*", "'person' as entity_type", "cast(null as timestamp) as known_to")
    # The record once belonged to somebody else; that is over.
    past = rows.selectExpr("record_sk", "'granted'", "'person'", "timestamp'2017-01-01'")
    return now.unionAll(past)


@pytest.mark.spark
def test_only_those_who_allowed_ads_are_consented(spark: SparkSession, current: DataFrame) -> None:
    profiles = spark.createDataFrame([(n, c) for n, c, _, _ in STORIES], "profile_id string, country string")
    answers = {r["profile_id"]: r["is_consented"] for r in consent_by_profile(current, profiles, ADS).collect()}
    assert answers == {name: expected for name, _, _, expected in STORIES}


@pytest.mark.spark
def test_another_purpose_is_another_question(spark: SparkSession, current: DataFrame) -> None:
    profiles = spark.createDataFrame([("granted", "US")], "profile_id string, country string")
    assert consented_profiles(current, profiles, ConsentNeed(purpose="analytics", channel="ads")).count() == 0


@pytest.mark.spark
def test_each_scope_has_one_standing_decision_with_its_date(current: DataFrame) -> None:
    rows = current.collect()
    scopes = [(r["profile_id"], r["purpose"], r["channel"], r["recipient"]) for r in rows]
    assert len(scopes) == len(set(scopes))
    stands = {scope: (row["status"], row["decided_at"]) for scope, row in zip(scopes, rows, strict=True)}
    assert stands["withdrew", "marketing", "ads", None] == ("withdrawn", datetime(2017, 1, 21))
    assert stands["records_disagree", "marketing", "ads", None] == ("denied", datetime(2017, 1, 11))
