"""What a bare `.venv/bin/spark-submit` finds: a Spark home beside it with this project's JARs, settings and Python.

pyspark's script asks the first `python3` of the PATH where Spark is, and takes it for the driver's Python, unless
there is a `spark-distribution` beside the script. `python -m cdp_lake.adapters.spark_home` makes one of links.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path

import pyspark

from cdp_lake.adapters import jars, machine
from cdp_lake.adapters.similarities import similarity_jar

NAME = "spark-distribution"
# Of the installed pyspark: the start scripts, Spark itself, and the Python side for the driver.
_LINKED = ("bin", "jars", "python")
_ENVIRONMENT = """\
made_for={python}
export PYSPARK_PYTHON="${{PYSPARK_PYTHON:-$made_for}}"
export PYSPARK_DRIVER_PYTHON="${{PYSPARK_DRIVER_PYTHON:-$PYSPARK_PYTHON}}"
"""
_DEFAULTS = jars.CHECKOUT / "infra" / "spark-defaults.conf"


def make(scripts: Path, python: str, jars_folder: Path) -> Path:
    """A fresh Spark home in the folder of `spark-submit`, for that Python; where it is."""
    home = scripts / NAME
    shutil.rmtree(home, ignore_errors=True)
    (home / "conf").mkdir(parents=True)
    for part in _LINKED:
        (home / part).symlink_to(Path(pyspark.__file__).parent / part)
    (home / "conf" / "spark-env.sh").write_text(_ENVIRONMENT.format(python=shlex.quote(python)))
    own = (
        # A local driver; a cluster takes the JARs with --jars, and both words win over these.
        f"spark.driver.extraClassPath {jars_folder.resolve()}/*{os.pathsep}{similarity_jar()}",
        f"spark.driver.memory {machine.driver_memory()}",
    )
    (home / "conf" / "spark-defaults.conf").write_text("\n".join((_DEFAULTS.read_text(), *own, "")))
    return home


def main() -> int:
    """Make it for the Python that runs this."""
    make(Path(sys.executable).parent, sys.executable, jars.jars_dir())
    return 0


if __name__ == "__main__":
    sys.exit(main())
