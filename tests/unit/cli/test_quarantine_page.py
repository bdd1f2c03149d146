"""The quarantine as a person reads it: what was said, what is asked for, what to do."""

import io
from datetime import datetime

import pytest
from rich.console import Console

from cdp_lake.console import quarantine
from cdp_lake.console.rule_words import asked, columns_of
from cdp_lake.stages.chosen_records import Fate
from cdp_lake.stages.correct_records import Corrected
from cdp_lake.stages.redrive_records import Redriven, WholeFile
from cdp_lake.stages.show_quarantine import RecordShown
from tests.unit.silver.feeds import contract

FEED = contract(
    [
        {"name": "id", "required": True},
        {"name": "born", "type": "date", "formats": ["yyyy-MM-dd", "dd/MM/yyyy"], "after": "1901-01-01"},
        {"name": "sex", "one_of": ["f", "m"]},
        {"name": "at", "type": "timestamp"},
        {"name": "lines", "type": "list", "columns": [{"name": "price", "type": "decimal", "at_least": 0}]},
    ],
    key=["id"],
    rules=[
        {"name": "reachable", "any_of": ["id", "sex"]},
        {"name": "in_order", "not_after": ["born", "at"], "tolerance_hours": 24},
    ],
)
AT = datetime(2024, 3, 1, 9)
RECORD = "0123456789abcdef-000000004"


def page(parts):
    console = Console(file=io.StringIO(), width=140)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def record(**changed):
    given = {
        "contract": FEED,
        "source": "feed",
        "record_id": RECORD,
        "file": "feed/1.csv",
        "line": 5,
        "fate": "quarantined",
        "rules": ("type:born",),
        "received": "7,[red]soon",
        "read": "7,[red]soon",
        "values": {"id": "7", "born": "[red]soon"},
        "corrections": [],
        "redrives": [],
    }
    return RecordShown(**given | changed)


@pytest.mark.parametrize(
    ("rule", "columns", "words"),
    [
        ("required:id", ["id"], "a value"),
        ("type:born", ["born"], "a date, written yyyy-MM-dd or dd/MM/yyyy"),
        ("after:born", ["born"], "not before 1901-01-01"),
        ("one_of:sex", ["sex"], "one of f, m"),
        ("type:at", ["at"], "a time"),
        ("at_least:lines.price", ["lines"], "at least 0"),
        ("reachable", ["id", "sex"], "a value in one of id, sex"),
        ("in_order", ["born", "at"], "born not later than at, give or take 24 hours"),
        ("same_key_other_content", ["id"], "another key"),
        ("invalid_json", [], "one whole JSON object"),
        # The contract does not have them any more.
        ("type:phone", [], ""),
        ("missing_column:id", [], ""),
    ],
)
def test_every_rule_says_what_it_asks_for_and_of_which_columns(rule, columns, words):
    assert columns_of(rule, FEED) == columns
    assert asked(rule, FEED).startswith(words) and bool(asked(rule, FEED)) == bool(words)


def test_a_record_is_shown_with_what_it_says_and_what_is_asked_for():
    text = page(quarantine.shown([record()]))
    assert "privileged view" in text
    assert "7,[red]soon" in text
    (line,) = [line for line in text.splitlines() if line.strip().startswith("type:born")]
    assert "[red]soon" in line and "a date, written yyyy-MM-dd" in line
    assert f"cdp-lake quarantine fix {RECORD} --value born=VALUE --reason WHY" in text
    assert f"cdp-lake quarantine redrive {RECORD}" in text


def test_the_history_of_a_record_is_shown_also_after_it_has_passed():
    correction = {
        "correction_no": 1,
        "corrected_at": AT,
        "actor": "ann",
        "kind": "set",
        "columns": ["born"],
        "reason": "x",
    }
    redrive = {"redriven_at": AT, "actor": "", "correction_no": 1, "fate": "passed", "rules": []}
    text = page(quarantine.shown([record(fate="passed", rules=(), read="7,2001-02-03", corrections=[correction],
                                         redrives=[redrive])]))  # fmt: skip
    assert "read as" in text and "2001-02-03" in text
    assert "set born" in text and "a run" in text
    assert "What to do" not in text


def test_a_whole_file_and_a_record_that_is_no_record_say_other_things():
    assert "--payload FILE" in page(quarantine.shown([record(rules=("invalid_json",), values={})]))
    text = page(quarantine.shown([record(record_id="file:0123456789abcdef", rules=("missing_column:id",), received=None,
                                         read=None, values={}, line=None)]))  # fmt: skip
    assert "mend the file" in text and "redrive file:0123456789abcdef" in text and "quarantine fix" not in text


def test_a_long_payload_is_cut_and_its_length_told():
    text = page(quarantine.shown([record(received="x" * 5_000, read="x" * 5_000)]))
    assert "x" * 5_000 not in text.replace("\n", "").replace(" ", "")
    assert "(5,000 characters)" in text


def test_a_correction_says_what_it_did_and_what_is_still_wrong():
    done = Corrected("feed", "set", 5, 3, {"same": 1, "unreadable": 1}, 2, (("type:at", 1),))
    text = page(quarantine.corrected(done, dry_run=False))
    assert "3 of 5 records corrected" in text
    assert "not corrected: 1, which say so already" in text and "--payload" in text
    assert "keep every rule of the contract then: 2" in text and "still break type:at: 1" in text
    assert "quarantine redrive --source feed" in text
    assert "dry run: nothing was written" in page(quarantine.corrected(done, dry_run=True))


def test_taking_back_what_stands_in_silver_says_what_it_costs():
    done = Corrected("feed", "withdrawn", 1, 1, {}, 0, (), in_silver=True)
    text = page(quarantine.corrected(done, dry_run=False))
    assert "1 of 1 records taken back" in text and "computes silver anew" in text


def test_a_redrive_says_what_became_of_what():
    files = (WholeFile("file:1", "a.csv", "gone"), WholeFile("file:2", "b.csv", "changed"))
    done = Redriven({"feed": {"passed": 2, "quarantined": 1}}, (Fate("feed", "r-1", "passed"),), files, 3, 4)
    text = page(quarantine.redriven(done))
    assert "r-1 is not set aside: its fate is passed" in text
    assert "a.csv is not in the landing folder any more" in text and "b.csv has changed" in text
    assert "3 files are set aside whole" in text and "4 commits" in text
    assert "nothing changed: 0 commits" in page(quarantine.redriven(Redriven({}, (), (), 0, 0)))


def test_the_list_is_by_source_and_rule():
    row = {"source": "feed", "rule": "type:born", "records": 1_200, "corrected": 0, "first_batch": 1, "last_batch": 3}
    assert "1,200" in page(quarantine.listed([row]))
    assert page(quarantine.listed([])) == "nothing is set aside\n"
