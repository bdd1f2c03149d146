"""The parser and the door: arguments in, the right use case called, the right exit code out."""

import subprocess
import sys
from pathlib import Path

import pytest

from cdp_lake import cli
from cdp_lake.console import commands, identity_commands, quarantine_commands
from cdp_lake.errors import CdpLakeError, InputSetAside, LakeLocked
from cdp_lake.stages.runner import StageOutcome
from cdp_lake.stages.session import Options


@pytest.fixture
def asked(monkeypatch):
    """What the parser made of a command line, without doing it."""

    def parse(*words):
        chosen = vars(cli.make_parser().parse_args(list(words)))
        return chosen.pop("command"), chosen

    return parse


def test_a_run_takes_stages_settings_and_a_time(asked):
    command, chosen = asked(
        *("run", "refine_silver", "--env", "demo", "--set", "lake.path=x", "--set", "lake.landing=y"),
        *("--as-of", "2018-01-02", "--strict"),
    )
    assert command is commands.run
    assert chosen["stages"] == ["refine_silver"]
    assert chosen["sets"] == ["lake.path=x", "lake.landing=y"]
    assert chosen["as_of"] == "2018-01-02T00:00:00+00:00"
    assert chosen["strict"] and not chosen["dry_run"]


def test_stages_may_follow_the_options(asked):
    assert asked("run", "--env", "local", "land_bronze", "refine_silver")[1]["stages"] == [
        "land_bronze",
        "refine_silver",
    ]


@pytest.mark.parametrize(
    "words",
    [
        *(["run"], ["rebuild", "refine_silver"], ["status"], ["tables"], ["unland", "3"], ["demo"], ["doctor"]),
        *(["show", "profile", "P000000001"], ["show", "batches"], ["show", "model", "churn"]),
        *(["quarantine", "list"], ["quarantine", "show", "r-1"], ["quarantine", "redrive", "--rule", "type:at"]),
        *(["config", "show"], ["identity", "evaluate", "--truth", "t.csv"], ["identity", "explain", "a"]),
        *(["identity", "plan", "--rules", "n.yml"], ["identity", "apply", "--rules", "n.yml"]),
    ],
)
def test_every_command_on_the_lake_takes_the_common_options(asked, words):
    chosen = asked(*words, "--env", "x", "--conf", "c", "--set", "a=b", "--as-of", "2018-01-02T03:04:05Z")[1]
    assert (chosen["env"], chosen["sets"], chosen["as_of"]) == ("x", ["a=b"], "2018-01-02T03:04:05+00:00")


def test_an_explanation_is_of_one_or_of_two(asked):
    command, chosen = asked("identity", "explain", "crm:C1", "ann@x.org", "--json")
    assert command is identity_commands.explain
    assert (chosen["one"], chosen["other"], chosen["json"]) == ("crm:C1", "ann@x.org", True)
    assert asked("identity", "explain", "P000000001")[1]["other"] is None


def test_a_correction_is_of_values_or_of_a_whole_record_or_taken_back(asked, capsys):
    why = ("--reason", "asked him", "--set", "lake.path=x")
    command, chosen = asked(
        "quarantine", "fix", "r-1", "r-2", "--value", "born=2001-02-03", "--value", "note=a=b", *why
    )
    assert command is quarantine_commands.fix
    assert chosen["record_ids"] == ["r-1", "r-2"]
    assert chosen["values"] == [("born", "2001-02-03"), ("note", "a=b")]
    assert (chosen["sets"], chosen["reason"]) == (["lake.path=x"], "asked him")
    for wrong in (("--value", "born"), ("--value", "a=b", "--withdraw"), ()):
        with pytest.raises(SystemExit):
            asked("quarantine", "fix", "r-1", *wrong, *why)
    assert "write COLUMN=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["show"], "name one, or say --source"),
        (["fix", "--value", "a=b", "--reason", "x"], "say --source NAME and --rule RULE"),
        (["fix", "--source", "crm", "--value", "a=b", "--reason", "x"], "say --source NAME and --rule RULE"),
        (["fix", "r-1", "r-2", "--payload", "-", "--reason", "x"], "name the one that it is"),
        (["list", "--source", "cmr"], "Did you mean 'crm'?"),
    ],
)
def test_records_are_never_meant_by_mistake(capsys, words, hint):
    assert cli.main(["quarantine", *words]) == 2
    assert hint in capsys.readouterr().err


def test_a_table_is_resolved_with_labels_or_without(asked):
    words = ("identity", "resolve", "--input", "in.csv", "--map", "map.yml", "--output", "out.csv")
    command, chosen = asked(*words, "--labels", "labels.csv")
    assert command is identity_commands.resolve
    assert chosen["labels"] == Path("labels.csv")
    assert asked(*words)[1]["labels"] is None


def test_the_demo_believes_the_end_of_its_data_unless_told_otherwise(asked):
    assert asked("demo")[1]["env"] == "demo"
    assert asked("run")[1]["env"] is None


@pytest.mark.parametrize("words", [["run", "--as-of", "yesterday"], ["unland", "first"], ["fly"], ["show"]])
def test_arguments_that_make_no_sense_exit_with_two(words):
    with pytest.raises(SystemExit) as left:
        cli.main(words)
    assert left.value.code == 2


def test_an_unknown_stage_is_one_line_that_names_the_nearest(capsys):
    assert cli.main(["run", "refine_silve"]) == 2
    said = capsys.readouterr().err
    assert "Did you mean 'refine_silver'?" in said
    assert "Traceback" not in said


def test_a_wrong_key_is_one_line_that_names_the_nearest(capsys):
    assert cli.main(["config", "show", "--set", "lake.pth=x"]) == 2
    assert "Did you mean 'path'?" in capsys.readouterr().err


def test_a_question_to_a_lake_that_is_not_there_says_how_to_make_one(capsys, tmp_path):
    assert cli.main(["status", "--set", f"lake.path={tmp_path / 'none'}"]) == 2
    assert "cdp-lake run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("problem", "code"), [(LakeLocked("held"), 5), (CdpLakeError("ended"), 1), (InputSetAside("3"), 4)]
)
def test_an_error_of_the_lake_is_its_message_and_its_code(monkeypatch, capsys, problem, code):
    def fail(**_):
        raise problem

    monkeypatch.setattr(commands, "status", fail)
    assert cli.main(["status"]) == code
    assert capsys.readouterr().err == f"cdp-lake: {problem}\n"


def test_what_nobody_foresaw_is_not_dressed_up(monkeypatch):
    def fail(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(commands, "status", fail)
    with pytest.raises(ZeroDivisionError):
        cli.main(["status"])


def test_strict_refuses_what_this_run_set_aside_and_nothing_else():
    commands.refuse_set_aside([StageOutcome("refine_silver", "done", 1.0, {"ops.fates": 9})])
    with pytest.raises(InputSetAside, match="2 records or files"):
        commands.refuse_set_aside([StageOutcome("refine_silver", "done", 1.0, {"ops.quarantine": 2})])
    table = "ops.quarantine"
    # What a redrive let pass is gone from the quarantine, not set aside.
    commands.refuse_set_aside([StageOutcome("refine_silver", "done", 1.0, {table: 2}, deleted={table: 2})])


def test_origin_names_file_and_line_of_a_setting(capsys):
    assert cli.main(["config", "show", "--env", "demo", "--origin", "--set", "lake.retention_days=7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "lake.retention_days: 7  # --set" in lines
    assert any(line.startswith("lake.landing: demo/landing  # conf/env/demo.yml:") for line in lines)


def test_the_time_given_is_the_time_believed(capsys):
    assert cli.main(["config", "show", "--as-of", "2017-06-01"]) == 0
    assert "lake.as_of: 2017-06-01 00:00:00+00:00" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--help"], ["config", "show"]])
def test_light_commands_answer_without_spark(words):
    heavy = "{m for m in ('mlflow', 'great_expectations', 'pandas', 'pyarrow', 'delta') if m in sys.modules}"
    run = f"try:\n    code = main({words!r})\nexcept SystemExit as left:\n    code = left.code"
    script = f"import sys\nfrom cdp_lake.cli import main\n{run}\nsys.exit(code or {heavy} or 0)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_options_are_handed_on_to_a_process_beside_as_they_were_written():
    given = Options(Path("conf"), "demo", ("lake.path=a b", "lake.landing=c"), "2018-01-02T00:00:00+00:00")
    chosen = vars(cli.make_parser().parse_args(["collect", "--port", "0", *given.words]))
    assert (chosen["conf"], chosen["env"], chosen["as_of"]) == (given.conf, given.env, given.as_of)
    assert tuple(chosen["sets"]) == given.sets
    assert Options().words == []
