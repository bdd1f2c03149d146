"""Evaluating files of anybody's profiles, and making a shop: neither needs a lake."""

import json

import pytest

from cdp_lake import cli
from cdp_lake.errors import ConfigError
from cdp_lake.stages.synthesise import synthesise


@pytest.fixture
def files(tmp_path):
    def write(name, *lines):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    return write


def test_profiles_of_a_file_are_judged_by_our_truth(files, capsys):
    truth = files("truth.csv", "source,source_pk,person_id", "crm,1,p1", "web,2,p1", "crm,3,p2")
    predicted = files("mine.csv", "source,record_id,profile_id", "crm,1,A", "web,2,A", "crm,3,A")
    traps = files("traps.csv", "trap_kind,trap_id,person_id,source,source_pk", "phone,t1,p1,crm,1", "phone,t1,p2,crm,3")
    assert (
        cli.main(["identity", "evaluate", "--truth", truth, "--predicted", predicted, "--traps", traps, "--json"]) == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["pairwise"]["precision"] == pytest.approx(1 / 3)
    assert found["pairwise"]["recall"] == 1
    assert found["traps"] == {"phone": {"planted": 1, "merged": 1}}


def test_truth_without_sources_is_compared_by_record_id_alone(files, capsys):
    truth = files("truth.csv", "record_id,entity_id", "1,a", "2,a")
    predicted = files("mine.csv", "record_id,profile_id", "1,X", "2,X")
    assert cli.main(["identity", "evaluate", "--truth", truth, "--predicted", predicted, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["pairwise"]["f1"], found["missing"]) == (1, 0)


def test_a_truth_file_that_is_not_there_is_one_line(capsys):
    assert cli.main(["identity", "evaluate", "--truth", "nowhere.csv"]) == 2
    assert capsys.readouterr().err == "cdp-lake: nowhere.csv: there is no such file\n"


def test_a_table_without_its_columns_says_which(files, capsys):
    truth = files("truth.csv", "id,person", "1,a")
    assert cli.main(["identity", "evaluate", "--truth", truth, "--predicted", truth]) == 2
    assert "profile_id" in capsys.readouterr().err


def test_the_same_shop_is_not_made_twice_and_another_is_refused(tmp_path):
    marker = tmp_path / "demo" / "truth" / "summary.json"
    marker.parent.mkdir(parents=True)
    marker.write_text('{"size": "S", "seed": 7}')
    said = []
    assert synthesise("S", 7, tmp_path / "demo", said.append) is False
    with pytest.raises(ConfigError, match="size S with seed 7"):
        synthesise("S", 8, tmp_path / "demo", said.append)


def test_an_unknown_size_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ConfigError, match="unknown size"):
        synthesise("XXL", 1, tmp_path / "demo", print)
    assert not (tmp_path / "demo").exists()
