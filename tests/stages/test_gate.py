"""The quality gate: an error stops the stage before anything is committed, a warning lets it pass and is kept."""

import pytest

from cdp_lake import cli
from cdp_lake.contracts.gold import PROFILES
from cdp_lake.contracts.ops import CHECKS, RUNS
from cdp_lake.errors import QualityGateFailed
from tests.stages.lakes import copied, opened, run

STAGE = "build_profiles"
# With another rule for names there are profiles to write, so that there is something to hold back.
OTHER_NAMES = "survivorship.attributes.name.rule=longest"
CANNOT_HOLD = """
suites:
  - name: gold.profiles
    expectations:
      - {{expect: table_row_count_to_be_between, max_value: 1, severity: {severity}}}
"""


@pytest.fixture(scope="module")
def mine(place, tmp_path_factory):
    """A finished lake whose next profiles a project's own gate judges."""
    return copied(place, tmp_path_factory.mktemp("gate"))


@pytest.fixture
def project(tmp_path):
    """A project that asks of the profiles what cannot be."""

    def written(severity):
        folder = tmp_path / severity
        folder.mkdir()
        (folder / "quality.yml").write_text(CANNOT_HOLD.format(severity=severity))
        return folder

    return written


def test_an_error_publishes_nothing_and_the_version_before_stays_served(spark, mine, project, capsys):
    before = opened(spark, mine.settings())
    conf = project("error")

    assert cli.main(["run", STAGE, "--conf", str(conf), *mine.options(OTHER_NAMES)]) == 3
    said = capsys.readouterr().err
    assert "gold.profiles: expect table_row_count_to_be_between(): " in said
    assert "Traceback" not in said
    with pytest.raises(QualityGateFailed, match="nothing is published"):
        run(spark, mine.settings(OTHER_NAMES, conf=conf), STAGE)

    after = opened(spark, mine.settings())
    assert (after.versions, after.publication_no) == (before.versions, before.publication_no)
    assert after.tables.version(PROFILES) == before.versions[PROFILES.name]
    ended = _runs(after)
    assert [row["status"] for row in ended[-2:]] == ["failed", "failed"]
    assert "expectation(s) failed" in ended[-1]["message"]


def test_the_same_as_a_warning_is_published_and_remembered(spark, mine, project):
    before = opened(spark, mine.settings())
    outcome = run(spark, mine.settings(OTHER_NAMES, conf=project("warning")), STAGE)[STAGE]
    assert outcome.rows[PROFILES.name] > 0
    after = opened(spark, mine.settings())
    assert after.publication_no == before.publication_no + 1
    assert after.versions[PROFILES.name] > before.versions[PROFILES.name]
    newest = _runs(after)[-1]
    assert newest["status"] == "done"
    checks = after.head(CHECKS).where(f"run_id = '{newest['run_id']}'").collect()
    assert [(c["table_name"], c["severity"], c["passed"]) for c in checks] == [(PROFILES.name, "warning", False)]


def _runs(lake):
    return lake.head(RUNS).where(f"stage = '{STAGE}'").orderBy("started_at").collect()
