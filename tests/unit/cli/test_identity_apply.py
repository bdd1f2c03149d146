"""What was planned is what comes to pass, or nothing does."""

from types import SimpleNamespace

import pytest

from cdp_lake.errors import InvariantBroken
from cdp_lake.identity.assignments import PERSON
from cdp_lake.identity.comparison import partition
from cdp_lake.stages import apply_identity
from cdp_lake.stages.apply_identity import apply_rules
from cdp_lake.stages.identity_plan import NewRules, Promise
from cdp_lake.stages.job import Stage
from cdp_lake.stages.session import Options

ASSIGNED = "entity_type STRING, record_sk BIGINT, profile_id STRING, valid_from DATE, known_from DATE, known_to DATE"


@pytest.fixture
def stitched(spark):
    """A job whose stitch put two records together and left one alone; and the promise that it keeps."""
    rows = [(PERSON, record, profile, None, None, None) for record, profile in ((1, "P1"), (2, "P1"), (3, "P3"))]
    assigned = spark.createDataFrame(rows, ASSIGNED)
    job = SimpleNamespace(facts={"merged": "1"}, lake=SimpleNamespace(head=lambda table: assigned))
    return job, Promise({"merged": 1, "split": 0}, partition(assigned).first()["people"])


def _stage(run):
    return Stage(name="stitch_identity", about="", reads=(), writes=(), run=run, settings_used=())


@pytest.mark.spark
def test_people_as_planned_go_on_to_be_published(stitched):
    job, promised = stitched
    ran = []
    apply_identity._as_promised(_stage(ran.append), promised, job)
    assert ran == [job]


@pytest.mark.spark
@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"merged": 2, "split": 0}, "profiles merged: 2 planned, 1 found"),
        ({"merged": 1, "split": 1}, "profiles split: 1 planned, 0 found"),
    ],
)
def test_another_count_is_an_error_that_says_which(stitched, other, said):
    job, promised = stitched
    with pytest.raises(InvariantBroken, match=said):
        apply_identity._as_promised(_stage(lambda job: None), Promise(other, promised.people), job)


@pytest.mark.spark
def test_other_people_are_an_error_though_the_counts_are_the_same(stitched):
    job, promised = stitched
    with pytest.raises(InvariantBroken, match="who is one person with whom differs"):
        apply_identity._as_promised(_stage(lambda job: None), Promise(promised.changes, promised.people + 1), job)


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "identity.yml").write_text("max_cluster_records: 7\n", encoding="utf-8")
    return folder


@pytest.fixture
def rules(tmp_path, project):
    file = tmp_path / "new.yml"
    file.write_text("max_cluster_records: 8\n", encoding="utf-8")
    return NewRules.of(Options(conf=project), file)


@pytest.mark.parametrize(("published", "in_force"), [(False, 7), (True, 8)])
def test_the_rules_in_force_are_those_of_the_published_people(monkeypatch, rules, project, published, in_force):
    lake = SimpleNamespace(publication_no=4)

    def ended(*given):
        lake.publication_no += published
        raise KeyboardInterrupt

    monkeypatch.setattr(apply_identity, "run_stages", ended)
    monkeypatch.setattr(apply_identity, "last_runs", lambda lake: {})
    monkeypatch.setattr(apply_identity, "following", lambda known: (_stage(None),))
    options = Options(conf=project)
    with pytest.raises(KeyboardInterrupt):
        apply_rules(lake, rules, options, None, planned=False)
    assert options.loaded().settings.identity.max_cluster_records == in_force
