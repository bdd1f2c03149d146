"""Settings that cannot be used say what, where, and what was meant, all at once; the exit code is 2."""

from pathlib import Path

import pytest

from cdp_lake.cli import main
from cdp_lake.config.settings import load_settings
from cdp_lake.errors import ConfigError
from cdp_lake.stages.configuration import configured


def problems(conf: Path | None = None, sets: tuple[str, ...] = ()) -> list[str]:
    """The lines of the error, the folder's path taken off."""
    with pytest.raises(ConfigError) as caught:
        configured(conf, sets=sets)
    assert caught.value.exit_code == 2
    return [line.removeprefix(f"{conf.as_posix() if conf else ''}/") for line in str(caught.value).splitlines()]


def test_the_shipped_settings_agree_with_one_another():
    settings = configured().settings
    assert {source.name for source in settings.sources} >= {"crm", "shop", "web"}
    assert settings.segments


@pytest.mark.parametrize("env", ["demo", "local", "cluster"])
def test_every_shipped_environment_loads(env):
    configured(env=env)


def test_a_wrong_key_names_file_line_and_the_key_that_was_meant(project):
    conf = project(lake="path: here\nlandnig: there\n")
    (line,) = problems(conf)
    assert line.startswith("lake.yml:2: lake.landnig: unknown key 'landnig'; known: ")
    assert line.endswith("Did you mean 'landing'?")


def test_a_wrong_key_inside_a_named_item_is_found_by_its_name(project):
    conf = project(identity="namespaces:\n- name: email\n  piority: 3\n")
    (line,) = problems(conf)
    assert line.startswith("identity.yml:3: identity.namespaces.email.piority: unknown key 'piority'")
    assert line.endswith("Did you mean 'priority'?")


def test_every_problem_is_told_at_once(project):
    conf = project(
        lake="business_timezone: Mars/Olympus\nwrong: 1\n",
        spark="shuffle_partitions: many\n",
        sources__crm="name: crm\nencoding: utf-9\n",
    )
    found = problems(conf)
    assert [line.split(":")[0] for line in found] == ["lake.yml", "spark.yml", "sources/crm.yml"]
    assert "unknown key 'wrong'" in found[0]
    assert "utf-9" in found[2]


def test_problems_of_one_model_are_told_once_the_keys_are_right(project):
    conf = project(lake="business_timezone: Mars/Olympus\ncatalog: perhaps\n")
    assert [line.split(":")[:2] for line in problems(conf)] == [["lake.yml", "1"], ["lake.yml", "2"]]


def test_a_column_that_a_source_does_not_have_is_named(project):
    conf = project(sources__crm="name: crm\nkey: [custmer_id]\n")
    (line,) = problems(conf)
    assert "key 'custmer_id' names no column" in line
    assert line.endswith("Did you mean 'customer_id'?")


@pytest.mark.parametrize(
    ("text", "place", "read_as"),
    [
        ("key: [no]", "sources.crm.key.0", "no, off and false without quotes as false"),
        ("key: [7]", "sources.crm.key.0", "7 without quotes as a number"),
        ("columns: [{name: on}]", "sources.crm.columns.on.name", "yes, on and true without quotes as true"),
        ("owner: 2024-01-01", "sources.crm.owner", "2024-01-01 without quotes as a time"),
    ],
)
def test_a_word_that_yaml_reads_as_something_else_is_told_to_need_quotes(project, text, place, read_as):
    line = problems(project(sources__crm=f"name: crm\n{text}\n"))[0]
    assert line == f"sources/crm.yml:2: {place}: YAML reads {read_as}, and a text is meant: put it in quotes"


def test_a_namespace_nobody_declared_is_named(project):
    conf = project(sources__crm="name: crm\nidentifiers:\n- {namespace: e-mail, column: email}\n")
    (line,) = problems(conf)
    assert line.startswith("sources/crm.yml:3: sources.crm.identifiers.0: unknown namespace 'e-mail'")
    assert line.endswith("Did you mean 'email'?")


def test_a_segment_on_an_unknown_trait_ends_the_command_with_2(project, capsys):
    conf = project(segments__mine="name: mine\ntitle: Mine\nwhere: {trait: order_cuont, at_least: 3}\n")
    assert main(["config", "show", "--conf", str(conf)]) == 2
    said = capsys.readouterr().err
    assert "segments/mine.yml:" in said
    assert "order_cuont" in said
    assert "Did you mean 'order_count" in said


def test_an_environment_that_is_not_there_is_explained():
    with pytest.raises(ConfigError, match=r"--env dmo: no such environment; known: .*Did you mean 'demo'\?"):
        load_settings(env="dmo")


def test_a_folder_that_is_not_there_is_explained(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no such folder; make one with: cdp-lake init DIR"):
        load_settings(tmp_path / "nowhere")


def test_later_layers_win_shipped_project_environment_command_line(project):
    conf = project(lake="path: from project\nlanding: from project\nretention_days: 7\n", env__demo="lake: {path: e}\n")
    settings = load_settings(conf, "demo", ("lake.landing=from set",)).settings
    assert (settings.lake.path, settings.lake.landing, settings.lake.retention_days) == ("e", "from set", 7)


def test_the_digest_of_a_part_changes_with_that_part_only():
    plain, moved = configured().settings, configured(sets=("lake.path=elsewhere",)).settings
    assert plain.digest(("lake",)) != moved.digest(("lake",))
    assert plain.digest(("sources", "identity")) == moved.digest(("sources", "identity"))


def test_the_digest_is_of_what_comes_out_and_not_of_how():
    plain = configured().settings
    other_engine = configured(sets=("identity.components.engine=graphframes", "identity.incremental.from_records=1"))
    other_rules = configured(sets=("identity.max_cluster_records=3",))
    assert plain.digest(("identity",)) == other_engine.settings.digest(("identity",))
    assert plain.digest(("identity",)) != other_rules.settings.digest(("identity",))


def test_no_source_by_that_name_is_explained():
    with pytest.raises(ConfigError, match=r"no source 'crn'; known: .*Did you mean 'crm'\?"):
        configured().settings.source("crn")
