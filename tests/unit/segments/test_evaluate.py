"""Who is in which segment, and why."""

import pytest

from cdp_lake.config.segments import SegmentRules
from cdp_lake.errors import ConfigError
from cdp_lake.segments import evaluate_segments, explain_segment, wide_scores
from cdp_lake.segments.evaluate import side_by_side

# profile | language | orders | has_email | churn score | decile
PEOPLE = [
    ("ana", "zh", 9, True, 0.9, 10),
    ("bo", "en", 2, False, 0.1, 1),
    ("cy", None, None, None, None, None),
]


def rules(**segments):
    return SegmentRules.model_validate(
        {"segments": [{"name": name, "title": name, "where": where} for name, where in segments.items()]}
    )


@pytest.fixture
def lake(spark):
    profiles = spark.createDataFrame([p[:2] for p in PEOPLE], "profile_id STRING, language STRING")
    # A trait may have the name of a profile column; cy has no traits and no score at all.
    traits = spark.createDataFrame(
        [(p[0], p[2], p[3], "trait") for p in PEOPLE[:2]],
        "profile_id STRING, orders BIGINT, has_email BOOLEAN, language STRING",
    )
    scores = spark.createDataFrame(
        [(p[0], "churn", p[4], p[5]) for p in PEOPLE[:2]],
        "profile_id STRING, model STRING, score DOUBLE, decile INT",
    )
    return profiles, traits, wide_scores(scores, ["churn"])


@pytest.mark.spark
def test_conditions_hold_for_whom_they_say(lake):
    cases = {
        "at_least": ({"trait": "orders", "at_least": 9}, "ana"),
        "at_most": ({"trait": "orders", "at_most": 2}, "bo"),
        "above": ({"trait": "orders", "above": 2}, "ana"),
        "below": ({"trait": "orders", "below": 2}, ""),
        "between": ({"trait": "orders", "between": [2, 9]}, "ana bo"),
        "both_ends": ({"trait": "orders", "above": 1, "below": 5}, "bo"),
        "equals": ({"profile": "language", "equals": "zh"}, "ana"),
        "same_name": ({"trait": "language", "equals": "trait"}, "ana bo"),
        "one_of": ({"profile": "language", "in": ["zh", "en"]}, "ana bo"),
        "is_true": ({"trait": "has_email", "is_true": True}, "ana"),
        "is_false": ({"trait": "has_email", "is_true": False}, "bo"),
        "is_null": ({"trait": "orders", "is_null": True}, "cy"),
        "is_there": ({"trait": "orders", "is_null": False}, "ana bo"),
        "score": ({"score": "churn", "at_least": 0.5}, "ana"),
        "decile": ({"score": "churn", "decile_at_most": 3}, "bo"),
        "nobody_absent": ({"none": [{"trait": "orders", "at_least": 5}]}, "bo cy"),
        "either": ({"any": [{"trait": "orders", "at_least": 9}, {"trait": "orders", "is_null": True}]}, "ana cy"),
        "mixed": ({"all": [{"segment": "one_of"}], "none": [{"segment": "either"}]}, "bo"),
    }

    rows = evaluate_segments(*lake, rules(**{name: where for name, (where, _) in cases.items()})).collect()

    found = {name: " ".join(sorted(r["profile_id"] for r in rows if r["segment"] == name)) for name in cases}
    assert found == {name: who for name, (_, who) in cases.items()}


@pytest.mark.spark
def test_no_segments_and_no_models_give_no_members(spark, lake):
    profiles, traits, scores = lake

    assert evaluate_segments(profiles, traits, scores.select("profile_id"), SegmentRules()).collect() == []


@pytest.mark.spark
def test_segments_in_a_circle_do_not_run(lake):
    with pytest.raises(ConfigError, match="a -> b -> a"):
        evaluate_segments(*lake, rules(a={"segment": "b"}, b={"segment": "a"}))


@pytest.mark.spark
def test_an_explanation_shows_each_condition_with_the_value_it_saw(lake):
    declared = rules(
        vip={
            "all": [{"trait": "orders", "at_least": 5}, {"score": "churn", "at_least": 0.95}],
            "none": [{"profile": "language", "in": ["en", "fr"]}, {"segment": "small"}],
        },
        small={"trait": "orders", "below": 3},
    )
    asked = side_by_side(*lake).where("profile_id = 'ana'")

    rows = explain_segment(asked, declared, "vip").orderBy("step").collect()

    assert [(r["place"], r["condition"], r["value"], r["holds"]) for r in rows] == [
        ("all", "orders at least 5", "9", True),
        ("all", "score churn at least 0.95", "0.9", False),
        ("none", "profile language in en, fr", "zh", False),
        ("none", "in segment small", None, False),
    ]
