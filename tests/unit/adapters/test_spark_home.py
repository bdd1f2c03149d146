"""The Spark home beside spark-submit: this Python, these JARs, and made anew as often as wanted."""

import subprocess
from pathlib import Path

from cdp_lake.adapters import spark_home


def _made(tmp_path, python):
    jars_folder = tmp_path / "jars with a space"
    jars_folder.mkdir(exist_ok=True)
    return spark_home.make(tmp_path, python, jars_folder)


def test_it_is_taken_for_a_spark_home(tmp_path):
    home = _made(tmp_path, "/some/python")
    assert home == tmp_path / "spark-distribution"
    assert (home / "bin" / "spark-submit").is_file()
    assert list((home / "jars").glob("spark-core_*.jar"))
    assert list((home / "python" / "lib").glob("py4j-*.zip"))


def test_its_python_is_the_one_it_was_made_for_unless_another_is_asked_for(tmp_path):
    script = _made(tmp_path, "/some where/python") / "conf" / "spark-env.sh"
    assert _chosen_by(script) == "/some where/python|/some where/python"
    assert _chosen_by(script, PYSPARK_PYTHON="/opt/python") == "/opt/python|/opt/python"


def test_the_driver_gets_the_settings_of_infra_and_the_jars(tmp_path):
    _made(tmp_path, "/some/python")
    lines = (_made(tmp_path, "/some/python") / "conf" / "spark-defaults.conf").read_text().splitlines()
    settings = dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    assert settings["spark.sql.extensions"] == "io.delta.sql.DeltaSparkSessionExtension"
    files, of_splink = settings["spark.driver.extraClassPath"].split(":")
    assert files == f"{tmp_path}/jars with a space/*"
    assert Path(of_splink).is_file()
    assert settings["spark.driver.memory"].endswith("m")


def _chosen_by(script, **environment):
    say = ["bash", "-c", f'. "{script}"; echo "$PYSPARK_PYTHON|$PYSPARK_DRIVER_PYTHON"']
    return subprocess.run(say, env=environment, capture_output=True, text=True, check=True).stdout.strip()
