"""What a person sees: plain where nobody watches, whole where somebody does, and never read as markup."""

import io
import json
from datetime import datetime, timezone

import pytest
from rich.console import Console

from cdp_lake.adapters.process_memory import tree_bytes, watched_memory
from cdp_lake.console import answers, cell, grid, person, share, summary
from cdp_lake.console import health as health_page
from cdp_lake.console.progress import Display
from cdp_lake.identity.evaluation import Evaluation, Score
from cdp_lake.identity.health import Gate
from cdp_lake.stages.evaluate_identity import Agreement
from cdp_lake.stages.plan import Planned
from cdp_lake.stages.runner import StageOutcome
from cdp_lake.stages.show_health import Health, as_json
from cdp_lake.stages.show_profile import Person
from cdp_lake.stages.summary import Summary


def shown(parts, width=100):
    console = Console(file=io.StringIO(), width=width)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def test_progress_in_a_file_is_plain_lines():
    page = io.StringIO()
    with Display(Console(file=page, width=100)) as progress:
        progress.begin("land_bronze", "every new file")
        progress.step("crm: 3 records [of 1 file]")
        progress.step("long " * 40)
        progress.end("land_bronze", "done", 1.25)
        progress.skip("refine_silver", "nothing to do")
    lines = page.getvalue().splitlines()
    assert lines[0] == "land_bronze: every new file"
    assert lines[1].endswith("s  crm: 3 records [of 1 file]")
    assert lines.pop(2).count("long") == 40
    assert lines[2].split() == ["+", "land_bronze", "1.2", "s", "done"]
    assert lines[3].split() == ["=", "refine_silver", "-", "nothing", "to", "do"]
    assert "\x1b" not in page.getvalue()


def test_progress_at_a_terminal_leaves_one_line_per_stage():
    page = io.StringIO()
    with Display(Console(file=page, width=80, force_terminal=True, color_system=None)) as progress:
        progress.begin("land_bronze", "every new file")
        progress.step("crm: 3 records")
        progress.end("land_bronze", "done", 1.0)
    # What stays on the screen is what is printed after the live line was taken away.
    assert page.getvalue().splitlines()[-1].endswith("+ land_bronze            1.0 s  done")


def test_a_stage_that_breaks_is_said_to_have_failed():
    page = io.StringIO()
    with pytest.raises(RuntimeError), Display(Console(file=page, width=100)) as progress:
        progress.begin("refine_silver", "each record gets its fate")
        raise RuntimeError
    assert page.getvalue().splitlines()[-1].startswith("! refine_silver")


def test_a_name_in_brackets_is_a_name_and_not_markup():
    assert "[bold]Ann[/bold]" in shown([grid("People", ("name",), [("[bold]Ann[/bold]",)])])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "yes"),
        (1234567, "1,234,567"),
        (0.12345, "0.1235"),
        (12345.6, "12,346"),
        (["a", "b"], "a, b"),
    ],
)
def test_values_are_written_the_way_people_read_them(value, text):
    assert cell(value).plain == text


def test_a_share_of_nothing_is_a_dash():
    assert (share(1, 8), share(0, 0)) == ("12.5%", "-")


def test_a_dry_run_says_why_and_what():
    stages = [
        Planned("land_bronze", ("7 new files",), (), ("bronze.crm",), tuple(f"crm: crm/{n}.csv" for n in range(7))),
        Planned("refine_silver", (), ("bronze.crm@1",), ("silver.source_records",)),
    ]
    text = shown(answers.planned(stages))
    assert "land_bronze: would run: 7 new files" in text
    assert "and 2 more" in text
    assert "refine_silver: nothing to do" in text
    assert "bronze.crm@1" not in text


def test_a_run_that_changed_nothing_says_so():
    assert answers.ending([StageOutcome("land_bronze", "nothing to do", 0.5)]) == "nothing to do: 0 commits, 0.5 s"
    assert answers.ending([StageOutcome("land_bronze", "done", 2.0, {"ops.files": 3})]) == "1 commits in 2.0 s"


def test_what_stood_out_and_what_is_late_is_told_after_the_run():
    line = "crm: expect records between 90 and 110: it is 7; the median of the last 9 batches is 100"
    done = [StageOutcome("refine_silver", "done", 2.0, {"ops.fates": 7}, warnings=(line,))]
    assert line in " ".join(shown(answers.outcomes(done)).split())
    assert "1 warning, nothing was held back" in shown(answers.warnings(done))
    assert shown(answers.warnings([StageOutcome("refine_silver", "done", 2.0)])) == ""
    assert shown(answers.late({"pos": ("no file yet",), "crm": ()})) == "late: pos: no file yet\n"


def test_a_person_is_shown_without_what_is_not_known():
    at = datetime(2018, 1, 2, tzinfo=timezone.utc)
    found = Person(
        golden={"profile_id": "P000000002", "given_name": "Ann", "phone": None, "first_seen_at": at, "_row_hash": 1},
        identifiers=[
            {"namespace": "phone", "value": "+1", "sources": ["crm"], "refused_by": "blocked_value", "records": 2}
        ],
        traits={"transactions": [("order_count", 12)]},
        scores=[{"model": "churn", "score": 0.25, "decile": 3, "model_version": "1", "scored_at": at}],
        segments=[{"segment": "vip", "entered_at": at}],
        events=[],
        orders=[],
        asked="P000000001",
    )
    text = shown(person.person(found))
    assert "P000000001 was merged into P000000002" in text
    assert "no: blocked value" in text
    assert "2018-01-02 00:00" in text
    assert "_row_hash" not in text
    assert "Last orders" not in text


def test_the_summary_adds_up_and_fits_the_page():
    text = shown(summary.summary(_summary()))
    assert all(len(line) <= 100 for line in text.splitlines())
    words = [line.split() for line in text.splitlines()]
    assert ["all", "30", "24", "2", "4"] in words
    assert ["phone", "5", "3", "blocked", "value", "1,", "device", "of", "several", "people", "2"] in words
    assert ["all", "7", "3"] in words
    assert "4 of 10 anonymous visitors turned out to be a known person (40.0%)" in text
    assert ["shared", "family", "phone", "4", "1", "25.0%"] in words


def test_a_second_run_says_that_nothing_changed():
    text = shown(summary.cost(_summary().outcomes, None, [])) + shown(summary.total(3.0, 2 * 1024**3))
    assert "2.00 GiB" in text
    assert "nothing to do: 0 commits, 0 changed profiles" in text


def test_memory_of_the_process_tree_is_seen():
    with watched_memory() as peak:
        held = bytearray(64 * 1024**2)
        held[::4096] = b"x" * len(held[::4096])
    assert peak.bytes > 64 * 1024**2 // 2 or tree_bytes() == 0


def _summary():
    score = Score(0.99, 0.9, 0.94)
    return Summary(
        fates=[
            {"source": "crm", "records": 10, "passed": 8, "duplicate": 1, "quarantined": 1},
            {"source": "web", "records": 20, "passed": 16, "duplicate": 1, "quarantined": 3},
        ],
        identifiers=[{"namespace": "phone", "values": 5, "holders": 9, "refused": 2}],
        edges=[
            {"rule": "phone", "refused_by": None, "edges": 5},
            {"rule": "phone", "refused_by": "blocked_value", "edges": 1},
            {"rule": "phone", "refused_by": "device_of_several_people", "edges": 2},
        ],
        sizes=[
            {"size": "21+", "profiles": 1, "known": 1, "largest": 30},
            {"size": "1", "profiles": 6, "known": 2, "largest": 1},
        ],
        visitors=(10, 4),
        segments={"vip": 2, "lapsed": 5},
        models={"churn: roc_auc": "0.8000 (baseline 0.7000)"},
        deliveries={"ads: added": "2"},
        places={"tables": "lake"},
        outcomes=[StageOutcome("land_bronze", "nothing to do", 0.5)],
        agreement=Agreement(Evaluation(score, score, score, 30, 1, 25, 0, 0), [("shared_family_phone", 4, 1)]),
    )


MEASURED = (
    {"measure": "jitter", "subject": "", "value": 0.0612, "detail": ""},
    {"measure": "records", "subject": "", "value": 62412.0, "detail": ""},
    {"measure": "largest_clusters", "subject": "P000000007", "value": 143.0, "detail": "email 120, order_id 22"},
    {"measure": "profiles_by_size", "subject": "11-20", "value": 30.0, "detail": ""},
    {"measure": "profiles_by_size", "subject": "3-5", "value": 9000.0, "detail": ""},
    {"measure": "refused_share", "subject": "phone", "value": 0.25, "detail": ""},
)
JITTER = Gate("jitter", "max_jitter", "at most 0.05", 0.0612, kept=False)


def test_health_says_what_is_broken_and_which_setting_allows_it():
    found = Health("r1", datetime(2018, 1, 2, tzinfo=timezone.utc), MEASURED, (JITTER,))

    page = shown(health_page.health(found))

    assert "6.12%" in page
    assert "62,412" in page
    assert page.index("3-5") < page.index("11-20")
    [limit] = [line for line in page.splitlines() if "at most 0.05" in line]
    assert limit.split() == ["jitter", "at", "most", "0.05", "0.0612", "NO", "max_jitter"]
    [largest] = [line for line in page.splitlines() if "P000000007" in line]
    assert "email 120, order_id 22" in largest
    told = json.loads(as_json(found))
    assert (told["run_id"], told["limits"][0]["kept"], len(told["measures"])) == ("r1", False, len(MEASURED))


def test_health_without_a_limit_says_so():
    assert "no limit is judged" in shown(health_page.health(Health("r1", datetime(2018, 1, 2), (), ())))
