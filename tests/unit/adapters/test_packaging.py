"""What a wheel carries, and what a lock file may say."""

import re
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_the_wheel_carries_the_settings_and_the_jar_locks(tmp_path):
    wheel = pytest.importorskip("hatchling.builders.wheel")
    [built] = wheel.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    names = zipfile.ZipFile(built).namelist()
    shipped = {name.removeprefix("cdp_lake/_conf/") for name in names if name.startswith("cdp_lake/_conf/")}
    conf = ROOT / "conf"
    assert shipped == {file.relative_to(conf).as_posix() for file in conf.rglob("*") if file.is_file()}
    assert {"cdp_lake/_infra/jars.lock", "cdp_lake/_infra/kafka-broker.lock"} <= set(names)
    assert "cdp_lake/adapters/log4j2.properties" in names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"cdp_lake"}


@pytest.mark.parametrize("name", ["constraints.txt", "infra/jars.lock", "infra/kafka-broker.lock"])
def test_a_lock_file_names_no_address(name):
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_every_constraint_is_an_exact_pin():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    pattern = r'[a-z0-9-]+==[0-9][\w.!+-]*(; python_version (<|>=) "3\.11")?'
    assert [line for line in pins if not re.fullmatch(pattern, line)] == []
