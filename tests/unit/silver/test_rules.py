"""Row rules: a record breaks all the rules it breaks, a null keeps every rule but `required`."""

from cdp_lake.silver.parse import parsed
from tests.unit.silver.feeds import bronze, contract

FEED = contract(
    [
        {"name": "id", "required": True},
        {"name": "born", "type": "date", "after": "1901-01-01", "before": "2018-01-01"},
        {"name": "score", "type": "integer", "at_least": 1, "at_most": 5},
        {"name": "size", "one_of": ["S", "M"]},
        {"name": "made", "type": "timestamp"},
        {"name": "sent", "type": "timestamp"},
    ],
    rules=[
        {"name": "born_or_scored", "any_of": ["born", "score"]},
        {"name": "made_after_sent", "not_after": ["made", "sent"], "tolerance_hours": 1},
    ],
)
HEADER = ("id", "born", "score", "size", "made", "sent")
NOON = "2017-06-01T12:00:00Z"
CASES = {
    f"1,2000-01-01,1,S,{NOON},{NOON}": [],
    "1,2000-01-01,,,,": [],
    ",2000-01-01,1,S,,": ["required:id"],
    "1,1900-12-31,1,,,": ["after:born"],
    "1,1901-01-01,1,,,": [],
    "1,2018-01-01,1,,,": [],
    "1,2018-01-02,1,,,": ["before:born"],
    "1,,0,,,": ["at_least:score"],
    "1,,6,,,": ["at_most:score"],
    "1,,5,s,,": ["one_of:size"],
    "1,,,,,": ["born_or_scored"],
    f"1,,1,,2017-06-01T13:00:00Z,{NOON}": [],
    f"1,,1,,2017-06-01T13:01:00Z,{NOON}": ["made_after_sent"],
    f"1,,1,,{NOON},": [],
    ",1900-01-01,9,XL,,": ["required:id", "after:born", "at_most:score", "one_of:size"],
}


def test_each_record_breaks_exactly_its_rules(spark):
    found = parsed(bronze(spark, *CASES), FEED, {HEADER: ["f1"]}).select("_record_no", "rules").collect()
    assert {text: row["rules"] for text, row in zip(CASES, sorted(found), strict=True)} == CASES
