"""Traits that follow from other traits, and from the profile itself."""

from datetime import date, datetime, timezone

import pytest

from cdp_lake.config.traits import TraitRules
from cdp_lake.traits import compute_traits

AS_OF = datetime(2018, 1, 2, tzinfo=timezone.utc)
PROFILE = (
    "profile_id STRING, record_count BIGINT, source_count BIGINT, is_known BOOLEAN, language STRING, email STRING, "
    "birth_date DATE, first_seen_at TIMESTAMP"
)


def seen(day):
    return datetime(2017, 12, day, tzinfo=timezone.utc)


def traits_of(spark, people, *traits, columns):
    rules = TraitRules.model_validate({"traits": list(traits)})
    profiles = spark.createDataFrame(people, PROFILE)
    rows = compute_traits({}, profiles, rules, AS_OF, "UTC").orderBy("profile_id").collect()
    return [tuple(row[column] for column in columns) for row in rows]


@pytest.mark.spark
def test_equal_values_share_a_quintile_and_those_outside_have_none(spark):
    # records | known
    people = [(1, True), (1, True), (1, True), (2, True), (3, True), (4, True), (5, True), (9, True), (7, False)]
    rows = [(f"p{i}", n, 0, known, None, None, None, None) for i, (n, known) in enumerate(people)]

    found = traits_of(
        spark,
        [*rows, ("p9", None, 0, True, None, None, None, None)],
        {"name": "records", "profile": "record_count"},
        {"name": "is_known", "profile": "is_known"},
        {"name": "up", "derive": {"quintile": "records", "among": "is_known"}},
        {"name": "down", "derive": {"quintile": "records", "among": "is_known", "order": "descending"}},
        {"name": "code", "derive": {"concat": ["up", "down"]}},
        columns=("up", "down", "code"),
    )

    up = [1, 1, 1, 3, 3, 4, 5, 5]
    assert found == [(q, 6 - q, f"{q}{6 - q}") for q in up] + [(None, None, None)] * 2


@pytest.mark.spark
def test_ratios_differences_flags_and_bands_say_nothing_about_what_is_absent(spark):
    found = traits_of(
        spark,
        [
            ("p1", 6, 4, True, "zh", None, None, None),
            ("p2", 6, 0, False, "en", None, None, None),
            ("p3", None, 1, None, None, None, None, None),
        ],
        {"name": "records", "profile": "record_count"},
        {"name": "systems", "profile": "source_count"},
        {"name": "is_known", "profile": "is_known"},
        {"name": "language", "profile": "language"},
        {"name": "per_system", "derive": {"ratio": ["records", "systems"]}},
        {"name": "more", "derive": {"difference": ["records", "systems"]}},
        {"name": "speaks_chinese", "derive": {"flag": "language", "equals": "zh"}},
        {"name": "some", "derive": {"flag": "systems", "above": 0, "below": 4}},
        {"name": "known_elsewhere", "derive": {"all_of": ["is_known"], "none_of": ["some"]}},
        {"name": "size", "derive": {"band": "records", "labels": [{"below": 6, "label": "few"}, {"label": "many"}]}},
        columns=("per_system", "more", "speaks_chinese", "some", "known_elsewhere", "size"),
    )

    assert found == [
        (1.5, 2, True, False, True, "many"),
        (None, 6, False, False, False, "many"),
        (None, None, False, True, False, None),
    ]


@pytest.mark.spark
def test_profile_traits_hide_personal_values_and_forget_the_future(spark):
    found = traits_of(
        spark,
        [
            ("p1", 1, 1, True, "en", "a@example.org", date(1988, 1, 2), seen(30)),
            ("p2", 1, 1, True, "en", None, date(1988, 1, 3), datetime(2018, 1, 5, tzinfo=timezone.utc)),
            ("p3", 1, 1, True, "en", None, None, None),
        ],
        {"name": "has_email", "profile": "email", "take": "is_present"},
        {"name": "age", "profile": "birth_date", "take": "years_since"},
        {"name": "seen_for", "profile": "first_seen_at", "take": "days_since"},
        columns=("has_email", "age", "seen_for"),
    )

    assert found == [(True, 30, 3), (False, 29, None), (False, None, None)]
