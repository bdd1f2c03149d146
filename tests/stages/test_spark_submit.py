"""spark-submit of the jobs: the same lake, the same settings, nothing done twice."""

import os
import subprocess
import sys
from pathlib import Path

from cdp_lake.adapters import jars
from cdp_lake.stages.pipeline import STAGES
from tests.stages.lakes import copied, files_below

CHECKOUT = Path(__file__).parents[2]
SPARK_SUBMIT = Path(sys.executable).with_name("spark-submit")


def test_the_pipeline_submitted_on_a_finished_lake_commits_nothing(place, tmp_path):
    mine = copied(place, tmp_path)
    before = files_below(mine.lake)
    options = ("--properties-file", CHECKOUT / "infra" / "spark-defaults.conf", "--driver-memory", "1g")
    classes = ("--driver-class-path", f"{jars.jars_dir().resolve()}/*")
    job = (CHECKOUT / "jobs" / "pipeline.py", *mine.options())
    own = {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    done = subprocess.run(
        [SPARK_SUBMIT, *options, *classes, *job],
        cwd=tmp_path,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ended = [line for line in done.stdout.splitlines() if line.startswith(("= ", "+ "))]
    assert [line.split()[1] for line in ended if line.endswith("nothing to do")] == [stage.name for stage in STAGES]
    assert files_below(mine.lake) == before
