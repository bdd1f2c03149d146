"""How Spark starts: one frozen model; a value left out is chosen from the machine at start."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from cdp_lake.config.strict import Strict

JavaSize = Annotated[str, Field(pattern=r"^[1-9][0-9]*[mg]$")]


class SparkSettings(Strict):
    """Settings of one Spark session; what `spark-submit` or a running session says wins over them."""

    master: str | None = None
    driver_memory: JavaSize | None = None
    shuffle_partitions: int = Field(default=4, ge=1)
    compiler: Literal["quick", "thorough"] | None = None
    jars_dir: Path | None = None
    scratch_dir: Path | None = None
    java_options: tuple[str, ...] = ()
    conf: dict[str, str] = Field(default_factory=dict)

    @field_validator("conf")
    @classmethod
    def _java_options_have_their_own_key(cls, conf: dict[str, str]) -> dict[str, str]:
        # Given here they would replace the ones a session cannot do without.
        if "spark.driver.extraJavaOptions" in conf:
            raise ValueError("spark.driver.extraJavaOptions: put its words into java_options, they are added")
        return conf
