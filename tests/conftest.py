"""What every test may ask for: one Spark session, and a lake folder of its own."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdp_lake.adapters import jars
from cdp_lake.adapters.spark import build_session
from cdp_lake.config.spark import SparkSettings

IN_CI = bool(os.environ.get("CI"))
TESTS = Path(__file__).parent
# For a handful of rows Spark compiles and re-plans each query longer than it runs it. What users run, compiled and
# adaptive, is what the tests of the notebook, of spark-submit and of the wheel start.
FOR_FEW_ROWS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}
# What a test needs decides when it runs: the quickest answers come first.
FOLDERS = {"lake": "lake", "stages": "stages", "torture": "stages", "properties": "laws", "scenarios": "laws"}
LONGEST = "finished lake"
# What takes long to make is made by one process, so all who ask for it run there; other modules go where there is room.
MADE_ONCE = {"stitched": "two sources", "installed": LONGEST}

# A worker of xdist has no main file; PySpark takes a process without one for a run of its own doctests, and ends it.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One small session per process, started by the first test that asks for it."""
    wanting = jars.wanting(jars.jars_dir())
    if wanting:
        message = f"Spark cannot start: {'; '.join(wanting)}. Run: {jars.INSTALL_LINE}"
        pytest.fail(message) if IN_CI else pytest.skip(message)
    session = build_session(
        SparkSettings(
            master="local[2]",
            driver_memory="1536m",
            shuffle_partitions=2,
            compiler="quick",
            scratch_dir=tmp_path_factory.mktemp("spark"),
            conf=FOR_FEW_ROWS,
        ),
        app_name="cdp-lake tests",
    )
    yield session
    session.stop()


@pytest.fixture
def lake_dir(tmp_path: Path) -> Path:
    """A place for the lake of one test; not there yet."""
    return tmp_path / "lake"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by folder and fixture, then plain tests before Spark, Spark before lakes, lakes before stages."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in FOLDERS:
            item.add_marker(FOLDERS[folder])
        asked_for = getattr(item, "fixturenames", ())
        if "spark" in asked_for:
            item.add_marker("spark")
        group = next((name for fixture, name in MADE_ONCE.items() if fixture in asked_for), item.path.name)
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_slowness)


def _slowness(item: pytest.Item) -> tuple[int, bool]:
    marks = {mark.name for mark in item.iter_markers()}
    rank = max([rank for rank, name in enumerate(("spark", "lake", "stages"), start=1) if name in marks], default=0)
    # The longest of its kind goes first: begun last, it would keep one process busy while the other has nothing left.
    [group] = [mark.args[0] for mark in item.iter_markers("xdist_group")]
    return rank, group != LONGEST


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a test that was skipped or expected to fail fails the run: nothing goes untested unseen."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not IN_CI or reporter is None or exitstatus != pytest.ExitCode.OK:
        return
    untested = [*reporter.stats.get("skipped", []), *reporter.stats.get("xfailed", [])]
    if untested:
        reporter.write_line(f"\n{len(untested)} test(s) skipped or expected to fail: not allowed in CI", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
