"""Rules of a project, exchanged and put back."""

from datetime import datetime

import pytest

from cdp_lake.adapters.rule_files import install_rules

AT = datetime(2018, 1, 2, 3, 4, 5)


@pytest.fixture
def new(tmp_path):
    file = tmp_path / "new.yml"
    file.write_text("new", encoding="utf-8")
    return file


@pytest.fixture
def conf(tmp_path):
    folder = tmp_path / "conf"
    folder.mkdir()
    return folder


def content(conf):
    return {path.name: path.read_text(encoding="utf-8") for path in conf.iterdir()}


def test_the_rules_before_are_kept_beside_under_a_name_no_layer_reads(new, conf):
    (conf / "identity.yml").write_text("old", encoding="utf-8")
    done = install_rules(new, conf, AT)
    assert content(conf) == {"identity.yml": "new", "identity.yml.before-20180102T030405": "old"}
    assert list(conf.glob("*.yml")) == [done.path]
    done.take_back()
    assert content(conf) == {"identity.yml": "old"}


def test_a_project_without_rules_of_its_own_gets_some_and_loses_them_again(new, conf):
    done = install_rules(new, conf, AT)
    assert content(conf) == {"identity.yml": "new"}
    assert done.former is None
    done.take_back()
    assert content(conf) == {}


def test_rules_that_were_written_where_they_belong_stay_there(conf):
    own = conf / "identity.yml"
    own.write_text("new", encoding="utf-8")
    done = install_rules(own, conf, AT)
    done.take_back()
    assert content(conf) == {"identity.yml": "new"}
