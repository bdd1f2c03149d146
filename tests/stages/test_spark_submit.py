"""spark-submit of the jobs: the same lake, the same settings, nothing done twice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cdp_lake.adapters import jars, spark_home
from cdp_lake.stages.pipeline import STAGES
from tests.stages.lakes import copied, files_below

CHECKOUT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent


@pytest.fixture
def spark_submit(tmp_path):
    """pyspark's script with what `make` puts beside it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("spark-submit", "find-spark-home", "find_spark_home.py"):
        shutil.copy2(SCRIPTS / name, folder)
    spark_home.make(folder, sys.executable, jars.jars_dir())
    return folder / "spark-submit"


def test_the_pipeline_submitted_on_a_finished_lake_commits_nothing(place, spark_submit, tmp_path):
    mine = copied(place, tmp_path)
    before = files_below(mine.lake)
    # As in a shell where no environment is active: the python3 of the PATH has no pyspark.
    chosen = ("SPARK_HOME", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON", "VIRTUAL_ENV")
    bare = {name: value for name, value in os.environ.items() if name not in chosen}
    bare["PATH"] = os.pathsep.join((f"{sys.base_prefix}/bin", os.defpath))
    done = subprocess.run(
        [spark_submit, "--driver-memory", "1g", CHECKOUT / "jobs" / "pipeline.py", *mine.options()],
        cwd=tmp_path,
        env=bare,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ended = [line for line in done.stdout.splitlines() if line.startswith(("= ", "+ "))]
    assert [line.split()[1] for line in ended if line.endswith("nothing to do")] == [stage.name for stage in STAGES]
    assert files_below(mine.lake) == before
