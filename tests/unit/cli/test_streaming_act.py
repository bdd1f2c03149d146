"""The streaming act as it is told: the person before and after, and that it is played once."""

from datetime import datetime, timezone

from cdp_lake.console import screen
from cdp_lake.console.streaming_act import played
from cdp_lake.stages.runner import StageOutcome
from cdp_lake.stages.show_profile import Person
from cdp_lake.stages.stream import MicroBatch, Waited
from cdp_lake.stages.streaming_act import Played

AT = datetime(2018, 1, 1, 22, 0, tzinfo=timezone.utc)
BROWSER = "5b0a0000-0000-4000-a000-000000000000"


def person(records, segments, orders, *browsers):
    return Person(
        golden={"profile_id": "P000000007", "given_name": "Ann", "family_name": "Lee", "record_count": records},
        identifiers=[
            {"namespace": "anonymous_id", "value": one, "sources": ["web"], "refused_by": None} for one in browsers
        ],
        traits={"transactions": [("order_count", orders), ("spend_amount", 12.5)]},
        scores=[],
        segments=[{"segment": one, "entered_at": AT} for one in segments],
        events=[],
        orders=[],
    )


BEFORE, AFTER = person(12, ["lapsed", "win_back"], 3, "old"), person(14, ["online_first"], 4, "old", BROWSER)


def told(found, capsys):
    console = screen()
    for part in played(found):
        console.print(part)
    return capsys.readouterr().out


def test_the_browser_becomes_hers_and_what_changed_stands_beside_what_was(capsys):
    refined = StageOutcome("refine_silver", "done", 4.0, {"silver.events": 6})
    streamed = MicroBatch(AT, 8, 31.0, (refined,), Waited(6, 9.0, 10.0, 10.0), 30.0)
    sent = StageOutcome(
        "activate_segments", "done", 2.0, {}, {"meta: removed": "1", "meta: held_back (no consent)": "9"}
    )
    said = told(Played(BROWSER, AFTER, BEFORE, (streamed,), (sent,)), capsys)
    lines = {line.split("  ")[0].strip(): " ".join(line.split()) for line in said.splitlines()}
    assert "Ann Lee, P000000007" in lines
    assert lines[f"browser {BROWSER}"].endswith("nobody's P000000007")
    assert lines["records"] == "records 12 14"
    assert lines["order count"] == "order count 3 4"
    assert "spend amount" not in lines
    assert lines["segments"] == "segments lapsed, win_back online_first"
    assert "from receipt to silver 10 s (95 %) from receipt to segments 30 s (95 %)" in lines["22:00:00"]
    assert "delivered meta: removed 1" in lines["delivered"] and "held_back" not in said


def test_a_lake_that_has_seen_it_shows_the_person_and_sends_nothing(capsys):
    said = told(Played(BROWSER, AFTER), capsys)
    assert "nothing is sent again" in said
    assert "micro-batches" not in said
    assert "P000000007" in said and "online_first" in said


def test_a_shop_in_which_nobody_has_lapsed_says_so(capsys):
    assert "the act is not played" in told(None, capsys)
