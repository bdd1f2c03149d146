"""The wheel on its own: what pip makes of it, run in a folder that knows nothing of the checkout."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cdp_lake.adapters import jars

CHECKOUT = Path(__file__).parents[2]
SECONDS_FOR_ALL_STAGES = 1500


def installed_into(folder: Path) -> Path:
    """A folder with what pip made of the wheel, and nothing else."""
    # Where this is missing, the fixture that asks has said so.
    from hatchling.builders.wheel import WheelBuilder

    [built] = WheelBuilder(str(CHECKOUT)).build(directory=str(folder), versions=["standard"])
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check", "--quiet")
    target = folder / "installed"
    subprocess.run([sys.executable, "-m", "pip", "install", *offline, "--target", target, built], check=True)
    return target


def seen_with(installed: Path) -> dict[str, str]:
    """The environment of a process that has the wheel and not the checkout; only the JARs are shared."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK", "CDP_LAKE"))}
    own = {"PYTHONPATH": installed, "PYSPARK_PYTHON": sys.executable, "CDP_LAKE_JARS": jars.jars_dir().resolve()}
    return inherited | {name: str(value) for name, value in own.items()}


def lake_command(folder: Path, environment: Mapping[str, str], *words: str) -> None:
    """The command line of the wheel in that folder; it must end well."""
    said = python(folder, environment, "-m", "cdp_lake.cli", *words)
    assert said.returncode == 0, said.stdout + said.stderr


def python(folder: Path, environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Python with that environment, in that folder."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=SECONDS_FOR_ALL_STAGES,
        check=False,
    )
