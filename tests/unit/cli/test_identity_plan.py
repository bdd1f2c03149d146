"""Rules that are proposed: read like any layer, refused when nobody planned them, and told as a person reads."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from cdp_lake import __version__, cli
from cdp_lake.adapters.rule_files import Installed
from cdp_lake.config.shipped import conf_dir
from cdp_lake.console import plan as shown
from cdp_lake.errors import ConfigError
from cdp_lake.stages.apply_identity import Applied, project_of
from cdp_lake.stages.identity_plan import (
    Audiences,
    Effects,
    IdentityPlan,
    Listed,
    NewRules,
    People,
    Promise,
    promise,
)
from cdp_lake.stages.plan import LastRun
from cdp_lake.stages.plan_identity import following
from cdp_lake.stages.runner import StageOutcome
from cdp_lake.stages.session import Options

NOBODY = Listed("split.csv", 0, [])
SAME = {"before": 40, "after": 40}
EDGES = {"rule": "phone", "live_before": 5, "live_after": 5, "refused_before": 2, "refused_after": 2}
QUIET = IdentityPlan(
    rules="abc",
    code=__version__,
    publication=12,
    as_of="2018-01-02T00:00:00+00:00",
    stages=["stitch_identity", "build_segments"],
    changed_rules=[],
    notes=[],
    changes={"merged": 0, "split": 0, "created": 0},
    effects=Effects(
        People(7, 100, 0, SAME, {"before": 9, "after": 9}, NOBODY, NOBODY, NOBODY, [EDGES], [{"size": "1", **SAME}]),
        Audiences([{"audience": "vip", **SAME, "entering": 0, "leaving": 0, "merging": 0}], NOBODY),
        None,
    ),
    shadow=None,
    seconds={"stitch_identity": 3.5, "all": 9.0},
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "new.yml"
    path.write_text("namespaces:\n- {name: phone, limit: 3}\n", encoding="utf-8")
    return path


@pytest.fixture
def rules(file, tmp_path):
    return NewRules.of(Options(env="demo", sets=(f"lake.path={tmp_path / 'lake'}",)), file)


def page(parts):
    console = Console(file=io.StringIO(), width=100)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def test_new_rules_stand_in_for_those_of_the_project_and_lie_over_the_shipped_ones(file, tmp_path):
    conf = tmp_path / "conf"
    conf.mkdir()
    (conf / "identity.yml").write_text("max_cluster_records: 7\n", encoding="utf-8")
    new = NewRules.of(Options(conf=conf), file)
    assert new.settings.identity.namespace("phone").limit == 3
    assert new.settings.identity.namespace("email") == new.former.identity.namespace("email")
    assert (new.former.identity.max_cluster_records, new.settings.identity.max_cluster_records) == (7, 500)


def test_a_wrong_key_names_the_file_and_its_line(file, capsys):
    file.write_text("namespaces:\n- name: phone\n  limmit: 3\n", encoding="utf-8")
    assert cli.main(["identity", "plan", "--rules", str(file)]) == 2
    said = capsys.readouterr().err
    assert f"{file.as_posix()}:3: identity.namespaces.phone.limmit: unknown key" in said
    assert "Did you mean 'limit'?" in said


@pytest.mark.parametrize(
    ("sets", "said"), [("lake.path=s3://bucket/lake", "Copy the tables"), ("lake.path=nowhere", "there is no lake at")]
)
def test_a_lake_that_is_no_folder_is_refused_with_what_to_do(file, sets, said, capsys):
    assert cli.main(["identity", "plan", "--rules", str(file), "--set", sets]) == 2
    assert said in capsys.readouterr().err


def test_rules_that_are_not_there_are_said_so(tmp_path, capsys):
    assert cli.main(["identity", "plan", "--rules", str(tmp_path / "none.yml")]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_rules_come_into_force_in_a_project_and_nowhere_else(file, tmp_path, capsys):
    assert cli.main(["identity", "apply", "--rules", str(file)]) == 2
    assert "cdp-lake init DIR" in capsys.readouterr().err
    with pytest.raises(ConfigError, match="everybody is shipped with"):
        project_of(Options(conf=conf_dir()))
    assert project_of(Options(conf=tmp_path)) == tmp_path


def test_what_was_not_planned_on_this_very_lake_is_refused(rules):
    with pytest.raises(ConfigError, match=r"no plan of these rules.*cdp-lake identity plan --rules"):
        promise(rules, 12)
    with rules.folder.held():
        rules.folder.save(QUIET.as_dict())
    assert promise(rules, 12) == Promise(QUIET.changes, 7)
    with pytest.raises(ConfigError, match="plan again: the lake has gone on from publication 12 to 14"):
        promise(rules, 14)
    rules.folder.save(replace(QUIET, code="0.0.1").as_dict())
    with pytest.raises(ConfigError, match=r"plan again: the plan was made by cdp-lake 0\.0\.1"):
        promise(rules, 12)


def test_a_plan_goes_as_far_as_the_lake_has_come():
    ran = LastRun({}, {"as_of": None}, {})
    stages = following({"land_bronze": ran, "stitch_identity": ran, "build_profiles": LastRun({}, None, {})})
    assert [stage.name for stage in stages] == ["stitch_identity"]
    with pytest.raises(ConfigError, match="nobody has been stitched"):
        following({"land_bronze": ran})


def test_the_rules_are_told_apart_by_what_they_say_and_not_by_their_file(rules, file, tmp_path):
    again = tmp_path / "again.yml"
    again.write_text("# the same\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    options = Options(env="demo", sets=(f"lake.path={tmp_path / 'lake'}",))
    assert NewRules.of(options, again).digest == rules.digest
    again.write_text("namespaces:\n- {name: phone, limit: 4}\n", encoding="utf-8")
    assert NewRules.of(options, again).digest != rules.digest


def test_a_plan_that_changes_nothing_says_so():
    told = page(shown.planned(QUIET, Path("new.yml"), Path("plans")))
    assert "these are the rules in force" in told
    assert shown.NOTHING in told
    assert "identity apply" not in told


def test_evidence_that_moves_nobody_is_still_shown():
    people = replace(QUIET.effects.people, edges=[{**EDGES, "live_after": 6}])
    told = page(shown.planned(replace(QUIET, effects=replace(QUIET.effects, people=people)), Path("n"), Path("p")))
    assert shown.NOTHING not in told
    assert ["phone", "5", "6", "2", "2"] in [line.split() for line in told.splitlines()]


def test_lists_are_cut_and_say_where_the_rest_is():
    merges = [{"profile_id": "P1", "retired": [f"P{n}" for n in range(2, 10)], "records": 1234, "evidence": "phone"}]
    people = replace(QUIET.effects.people, moved=5, merges=Listed("merged.csv", 3, merges))
    found = replace(
        QUIET,
        changed_rules=["namespaces.phone.limit: 5 -> 3"],
        notes=["something else"],
        changes={"merged": 8, "split": 0, "created": 0},
        effects=replace(QUIET.effects, people=people),
        shadow="plans/lake-x",
    )
    told = page(shown.planned(found, Path("new.yml"), Path("plans")))
    assert "5 of 100 records (5.0%) change their profile id; profiles: 8 merged" in told.replace("\n", " ")
    assert "P2, P3, P4, P5, P6, and 3 more" in " ".join(told.split())
    assert "and 2 more: plans/merged.csv" in told
    assert "apply --rules new.yml" in told
    for words in ("namespaces.phone.limit", "5 -> 3", "note: something else", "vip", "kept: plans/lake-x"):
        assert words in told


def test_what_came_into_force_is_told_with_where_the_former_rules_are():
    installed = Installed(Path("conf/identity.yml"), Path("conf/identity.yml.before-1"), is_new=False)
    outcome = StageOutcome("stitch_identity", "done", 1.0, {"identity.edges": 4})
    told = page(shown.applied(Applied(installed, [outcome], as_planned=True)))
    for words in ("identity.edges", "conf/identity.yml.before-1", "the outcome is the planned one"):
        assert words in told
