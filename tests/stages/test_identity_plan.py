"""Other rules of identity, first beside the lake and then on it: the same people come out, and nothing else moves."""

import json

import pytest

from cdp_lake import cli
from cdp_lake.contracts.identity import ASSIGNMENTS, CHANGES
from cdp_lake.identity.assignments import standing
from tests.stages.lakes import copied, csv_rows, files_below, opened, people

# A card and a phone link whoever carries them, whatever their names.
STRICT = "max_cluster_records: 500\n"
LOOSE = """\
namespaces:
- {name: loyalty_id, strength: strong}
- {name: phone, strength: strong, limit: 50}
"""


@pytest.fixture(scope="module")
def mine(stitched, tmp_path_factory):
    return copied(stitched, tmp_path_factory.mktemp("planned"))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with rules of its own, and others that it thinks about."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "identity.yml").write_text(STRICT, encoding="utf-8")
    (folder / "proposed").mkdir()
    (folder / "proposed" / "loose.yml").write_text(LOOSE, encoding="utf-8")
    return folder


def test_rules_are_planned_and_do_what_was_planned(spark, mine, project, undisturbed, capsys):
    def asked(word, *more):
        rules = ["--rules", str(project / "proposed" / "loose.yml"), "--conf", str(project)]
        code = cli.main(["identity", word, *rules, *mine.options(), *more])
        said = capsys.readouterr()
        return code, said.out + said.err if code else said.out

    untouched = files_below(mine.lake)
    assert asked("apply")[0] == 2
    code, said = asked("plan", "--json")
    assert code == 0
    plan = json.loads(said)
    folder = mine.lake / ".plans" / plan["rules"]
    assert {name: at for name, at in files_below(mine.lake).items() if not name.startswith(".plans")} == untouched
    assert [path.name for path in folder.iterdir() if path.is_dir()] == []
    merged = csv_rows(folder / "merged.csv")
    assert 0 < sum(len(row["retired"].split()) for row in merged) == plan["changes"]["merged"]
    assert {"loyalty_id", "phone"} & {rule for row in merged for rule in row["evidence"].split(", ")}
    assert plan["changed_rules"][0] == "namespaces.loyalty_id.strength: needs_name -> strong"
    assert any("build_segments" in note for note in plan["notes"])
    assert plan["effects"]["segments"] is None

    code, said = asked("apply")
    assert code == 0
    assert "the outcome is the planned one" in said
    lake = opened(spark, mine.settings())
    told = [row for row in lake.read(CHANGES, "evaluation").collect() if row["change"] == "merged"]
    planned = {(row["profile_id"], retired) for row in merged for retired in row["retired"].split()}
    assert {(row["profile_id"], row["other_profile_id"]) for row in told} == planned
    assert len(people(lake)) == plan["effects"]["people"]["profiles"]["after"] < len(people(undisturbed))
    assert plan["effects"]["people"]["moved"] == _moved(undisturbed, lake)
    assert (project / "identity.yml").read_text(encoding="utf-8") == LOOSE
    assert [path.read_text(encoding="utf-8") for path in project.glob("identity.yml.before-*")] == [STRICT]

    code, said = asked("apply")
    assert code == 2
    assert "plan again: the lake has gone on from publication" in said
    assert "nothing changes" in asked("plan")[1]


def _moved(before, after):
    was, now = (
        {row["record_sk"]: row["profile_id"] for row in standing(lake.read(ASSIGNMENTS, "evaluation")).collect()}
        for lake in (before, after)
    )
    return sum(now[record] != profile for record, profile in was.items())
