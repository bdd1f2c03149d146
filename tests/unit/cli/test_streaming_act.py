"""The streaming act as it is told: the person before and after, and that it is played once."""

from datetime import datetime, timezone

from cdp_lake.console import screen
from cdp_lake.console.streaming_act import person, streamed
from cdp_lake.console.summary import cost
from cdp_lake.stages.runner import StageOutcome
from cdp_lake.stages.show_profile import Person
from cdp_lake.stages.stream import MicroBatch, Waited
from cdp_lake.stages.streaming_act import Played

AT = datetime(2018, 1, 1, 22, 0, tzinfo=timezone.utc)
BROWSER = "5b0a0000-0000-4000-a000-000000000000"


def somebody(records, segments, orders, *browsers):
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


BEFORE, AFTER = somebody(12, ["lapsed", "win_back"], 3, "old"), somebody(14, ["online_first"], 4, "old", BROWSER)


def told(parts, capsys):
    console = screen()
    for part in parts:
        console.print(part)
    said = capsys.readouterr().out
    return said, {line.strip().split("  ")[0]: " ".join(line.split()) for line in said.splitlines()}


def test_the_browser_becomes_hers_and_what_changed_stands_beside_what_was(capsys):
    sent = StageOutcome(
        "activate_segments", "done", 2.0, {}, {"meta: removed (left)": "1", "meta: held_back (no)": "9"}
    )
    said, lines = told(person(Played(BROWSER, "P000000007", BEFORE, None, 40.0), AFTER, [sent]), capsys)
    assert "Who came back: Ann Lee, P000000007" in said
    assert lines["browser 5b0a0000..."].endswith("nobody's P000000007")
    assert lines["records"] == "records 12 14"
    assert lines["order count"] == "order count 3 4"
    assert "spend amount" not in lines
    assert lines["segments"] == "segments lapsed, win_back online_first"
    assert "told to meta: removed (left) 1" in lines
    assert "held_back" not in said


def test_a_micro_batch_says_how_long_events_waited_and_what_each_stage_took(capsys):
    refined, skipped = (
        StageOutcome("refine_silver", "done", 4.0, {"silver.events": 6}),
        StageOutcome("score_profiles", "nothing to do", 0.0),
    )
    one = MicroBatch(
        AT, 8, 31.0, (refined, skipped), Waited(6, 9.0, 10.0, 10.0), 30.0, not_read={"pickup": "no answer"}
    )
    said, lines = told(streamed(Played(BROWSER, "P000000007", BEFORE, one, 40.0)), capsys)
    assert "8 records in 31.0 s; from receipt 10 s to silver, 30 s to segments (95 %)" in said
    assert "seconds: refine_silver 4.0" in lines
    assert "pickup was not read: no answer" in said


def test_a_lake_that_has_seen_it_says_so_and_shows_the_person_as_they_stand(capsys):
    seen = Played(BROWSER, "P000000007", None, None, 2.0)
    assert "nothing is sent again" in told(streamed(seen), capsys)[0]
    _, lines = told(person(seen, AFTER, []), capsys)
    assert lines["browser 5b0a0000..."].endswith("- P000000007")
    assert lines["segments"] == "segments - online_first"


def test_a_shop_in_which_nobody_has_lapsed_says_so(capsys):
    assert "it is not played" in told(streamed(None), capsys)[0]


def test_what_the_demo_cost_counts_what_the_act_committed_between_the_stages(capsys):
    landed, trained = StageOutcome("land_bronze", "nothing to do", 1.0), StageOutcome("train_models", "done", 9.0)
    one = MicroBatch(AT, 8, 31.0, (StageOutcome("refine_silver", "done", 4.0, {"silver.events": 6}),))
    said, _ = told(cost([landed], Played(BROWSER, "P000000007", BEFORE, one, 40.0), [trained]), capsys)
    assert said.index("land_bronze") < said.index("streaming act   played") < said.index("train_models")
    assert "1 commits" in said
    seen = Played(BROWSER, "P000000007", None, None, 2.0)
    said, _ = told(cost([landed], seen, [trained]), capsys)
    assert "seen before" in said and "nothing to do: 0 commits" in said
