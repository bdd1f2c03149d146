"""A project of one's own: it is made once, it validates, and it owes the demo nothing."""

from pathlib import Path

import pytest

from cdp_lake import cli
from cdp_lake.adapters.landing_folder import incoming_files
from cdp_lake.stages.configuration import configured


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    assert cli.main(["init", str(folder)]) == 0
    return folder


def test_the_project_validates_with_its_own_sources_only(project):
    settings = configured(project / "conf").settings
    assert [source.name for source in settings.sources] == ["customers", "newsletter"]


def test_every_example_file_is_found_by_a_source(project):
    settings = configured(project / "conf").settings
    found = {file.path for file in incoming_files(project / "landing", settings.sources)}
    there = {path.relative_to(project / "landing").as_posix() for path in (project / "landing").rglob("*.csv")}
    assert found == there != set()


def test_headers_of_the_examples_are_those_the_sources_ask_for(project):
    for source in configured(project / "conf").settings.sources:
        header = next((project / "landing").glob(source.files)).read_text().splitlines()[0].split(",")
        assert header == [column.source_path for column in source.columns]


def test_a_folder_in_use_is_left_alone(project, capsys):
    (project / "conf" / "lake.yml").write_text("path: elsewhere\n")
    assert cli.main(["init", str(project)]) == 2
    assert (project / "conf" / "lake.yml").read_text() == "path: elsewhere\n"
    assert "not an empty folder" in capsys.readouterr().err


def test_the_shipped_sources_taken_out_are_all_there_are(project):
    assert {s.name for s in configured().settings.sources} == set(_removed(project / "conf" / "sources.yml"))


def _removed(file: Path) -> list[str]:
    lines = file.read_text().splitlines()
    return [line.removesuffix(": null") for line in lines if line.endswith(": null")]
