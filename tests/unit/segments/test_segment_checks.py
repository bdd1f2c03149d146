"""Wrong segment rules are found before any data is read, each with a lesson."""

import pytest
from pydantic import ValidationError

from cdp_lake.config.facts import PROFILE_COLUMNS
from cdp_lake.config.layers import as_plain, read_folder
from cdp_lake.config.segments import SegmentRules
from cdp_lake.config.shipped import conf_dir
from cdp_lake.config.traits import TraitRules, trait_types
from cdp_lake.segments import check_segments

TRAITS = {"order_count": "BIGINT", "language": "STRING", "has_email": "BOOLEAN", "last_order_at": "TIMESTAMP"}


def rules(**segments):
    return SegmentRules.model_validate(
        {"segments": [{"name": name, "title": name, "where": where} for name, where in segments.items()]}
    )


def problems(**segments):
    return check_segments(rules(**segments), TRAITS, PROFILE_COLUMNS, ["churn"])


WRONG = [
    ({"trait": "order_cont", "at_least": 1}, "unknown trait 'order_cont'; known: "),
    ({"trait": "order_cont", "at_least": 1}, "Did you mean 'order_count'?"),
    ({"profile": "contry", "equals": "CN"}, "Did you mean 'country'?"),
    ({"score": "chrun", "at_least": 0.5}, "unknown model 'chrun'; known: churn. Did you mean 'churn'?"),
    ({"segment": "vpi"}, "unknown segment 'vpi'"),
    ({"trait": "language", "at_least": 3}, "'language' is string, so `at_least: 3` never makes sense"),
    ({"trait": "order_count", "equals": "three"}, "'order_count' is bigint"),
    ({"trait": "order_count", "is_true": True}, "'order_count' is bigint, so `is_true: True`"),
    ({"trait": "has_email", "equals": 1}, "'has_email' is boolean"),
    ({"trait": "last_order_at", "above": "last week"}, "'last_order_at' is timestamp"),
    ({"none": [{"all": [{"trait": "language", "in": ["zh", 3]}]}]}, "`in: [zh, 3]`"),
]


@pytest.mark.parametrize(("where", "lesson"), WRONG)
def test_a_wrong_condition_is_named_with_its_file(where, lesson):
    found = problems(vip=where)

    assert len(found) == 1
    assert found[0].startswith("segments/vip.yml: ")
    assert lesson in found[0]


def test_right_conditions_of_every_kind_pass():
    assert (
        problems(
            vip={
                "all": [
                    {"trait": "order_count", "at_least": 3, "below": 10},
                    {"trait": "language", "in": ["zh", "en"]},
                    {"trait": "last_order_at", "above": "2017-06-01"} | {"is_null": False, "above": None},
                    {"profile": "birth_date", "is_null": True},
                    {"score": "churn", "decile_at_least": 9},
                ],
                "none": [{"segment": "gone"}, {"trait": "has_email", "is_true": False}],
            },
            gone={"trait": "order_count", "equals": 0},
        )
        == []
    )


def test_segments_in_a_circle_are_named_once():
    found = problems(a={"segment": "b"}, b={"any": [{"segment": "c"}, {"segment": "a"}]}, c={"segment": "c"})

    assert found == [
        "segments/a.yml: segments refer to one another in a circle: a -> b -> a",
        "segments/c.yml: segments refer to one another in a circle: c -> c",
    ]


@pytest.mark.parametrize(
    ("where", "lesson"),
    [
        ({"trait": "order_count"}, "a condition needs a comparison"),
        ({"trait": "order_count", "atleast": 3}, "Did you mean 'at_least'?"),
        ({"trait": "a", "profile": "b", "equals": 1}, "a condition is about one of"),
        ({"any": []}, "give at least one condition"),
        ({"score": "churn", "decile_at_least": 11}, "less than or equal to 10"),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused(where, lesson):
    with pytest.raises(ValidationError) as refused:
        rules(vip=where)

    assert lesson in str(refused.value)


def test_two_segments_of_one_name_are_refused():
    one = {"name": "vip", "title": "v", "where": {"segment": "b"}}

    with pytest.raises(ValidationError, match="declared twice: vip"):
        SegmentRules.model_validate({"segments": [one, one]})


def test_the_shipped_segments_ask_only_for_what_there_is():
    tree = as_plain(read_folder(conf_dir(), "conf").tree)
    traits = TraitRules.model_validate(tree["traits"])
    segments = SegmentRules.model_validate({"segments": tree["segments"]})

    assert len(segments.segments) >= 10
    assert [s.name for s in segments.segments if not s.about] == []
    assert check_segments(segments, trait_types(traits), PROFILE_COLUMNS, ["churn"]) == []
