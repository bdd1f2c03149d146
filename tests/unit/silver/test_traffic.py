"""Whose doing an event is: told by the event itself, and by how many came in one minute."""

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from cdp_lake.config.quality import QualityRules
from cdp_lake.config.traffic import TrafficRules
from cdp_lake.contracts.silver import EVENTS
from cdp_lake.silver.traffic import with_pace, with_traffic
from cdp_lake.stages.configuration import configured
from tests.unit.silver.feeds import contract

NOON = datetime(2024, 3, 1, 12, tzinfo=timezone.utc)
RULES = TrafficRules.model_validate(
    {
        "bot": {"user_agents": [r"(?<!cu)bots?\b", "headless"], "events_per_minute": 3},
        "internal": {"networks": ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"], "email_domains": ["Example.org"]},
    }
)
FEED = contract(
    [
        {"name": "agent", "field": "user_agent"},
        {"name": "ip", "field": "ip"},
        {"name": "mail", "field": "email"},
        {"name": "at", "field": "occurred_at", "type": "timestamp"},
    ],
    kind="event",
)
# agent | ip | mail | traffic | rule
STORIES = [
    ("Mozilla/5.0 Firefox/131.0", "203.0.113.9", None, "human", None),
    (None, None, None, "human", None),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +https://example.com/bot.html)", None, None, "bot", "user_agent"),
    ("HeadlessChrome/120", None, None, "bot", "user_agent"),
    ("Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50)", None, None, "human", None),
    ("Mozilla", "10.255.0.1", None, "internal", "network"),
    ("Mozilla", "11.0.0.1", None, "human", None),
    ("Mozilla", "192.0.2.7", None, "internal", "network"),
    ("Mozilla", "192.0.2.8", None, "human", None),
    ("Mozilla", "::ffff:10.0.0.1", None, "internal", "network"),
    ("Mozilla", "2001:DB8::1", None, "internal", "network"),
    ("Mozilla", "2001:db8:0:0:0:0:ffff:1", None, "internal", "network"),
    ("Mozilla", "2001:db9::1", None, "human", None),
    ("Mozilla", "::1", None, "human", None),
    ("Mozilla", "not an address", None, "human", None),
    ("Mozilla", "300.0.0.1", None, "human", None),
    ("Mozilla", None, "ann@EXAMPLE.org", "internal", "email_domain"),
    ("Mozilla", None, "ann@example.org.evil.test", "human", None),
    ("Googlebot", "10.0.0.1", None, "internal", "network"),
]


@pytest.mark.spark
def test_an_event_is_judged_by_what_it_says(spark):
    rows = [(n, *story[:3]) for n, story in enumerate(STORIES)]
    frame = spark.createDataFrame(rows, "n INT, agent STRING, ip STRING, mail STRING")
    told = with_traffic(frame, FEED, RULES).orderBy("n").collect()
    assert [(row["_traffic"], row["_traffic_rule"]) for row in told] == [story[3:] for story in STORIES]


@pytest.mark.spark
def test_without_rules_all_of_it_is_human(spark):
    frame = spark.createDataFrame([("Googlebot", "10.0.0.1", "a@b.co")], "agent STRING, ip STRING, mail STRING")
    assert with_traffic(frame, FEED, TrafficRules()).first()["_traffic"] == "human"


@pytest.mark.spark
@pytest.mark.parametrize("first", [0, 1, 3, 4, 6])
def test_the_pace_of_a_minute_is_the_same_however_its_events_are_split(spark, first):
    # Four events of one device in one minute are too fast, three are not; the next minute is another one.
    told = [(f"e{n}", 1, NOON + timedelta(seconds=10 * n)) for n in range(4)]
    told += [("e9", 1, NOON + timedelta(seconds=61)), ("f0", 2, NOON)]
    stored = with_pace(_events(spark, told[:first]), _events(spark, []), RULES).localCheckpoint()
    fresh = with_pace(_events(spark, told[first:]), stored, RULES)
    found = {row["event_id"]: row["traffic"] for frame in (stored, fresh) for row in frame.collect()}
    assert found == dict.fromkeys(("e0", "e1", "e2", "e3"), "bot") | {"e9": "human", "f0": "human"}


@pytest.mark.spark
def test_events_of_nobody_have_no_pace(spark):
    told = [(f"e{n}", None, NOON) for n in range(9)]
    assert {row["traffic"] for row in with_pace(_events(spark, told), _events(spark, []), RULES).collect()} == {"human"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"bot": {"user_agents": ["(bot"]}}, "'\\(bot' is no regular expression"),
        ({"internal": {"networks": ["10.0.0.1/8"]}}, "is no network"),
        ({"internal": {"email_domains": ["@example.org"]}}, "a domain is expected"),
        ({"bots": {}}, "unknown key 'bots'"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(given, why):
    with pytest.raises(ValidationError, match=why):
        QualityRules.model_validate({"traffic": given})


def test_an_address_is_no_column_of_silver():
    assert not {"ip", "user_agent"} & set(EVENTS.column_names)
    tagged = {c.field: c.pii for c in configured().settings.source("web").columns if c.field in ("ip", "user_agent")}
    assert all(tagged.values())
    assert len(tagged) == 2


def _events(spark, told):
    frame = spark.createDataFrame(told, "event_id STRING, record_sk BIGINT, occurred_at TIMESTAMP")
    blank = spark.createDataFrame([], EVENTS.schema)
    given = frame.selectExpr("*", "'web' AS source", "'human' AS traffic", "0L AS _row_hash")
    return blank.unionByName(given, allowMissingColumns=True)
