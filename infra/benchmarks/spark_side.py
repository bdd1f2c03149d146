"""The lake's own stages, run in one warm session, with the rows each of them had to look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cdp_lake.adapters.clock import seconds_since, tick
from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.pipeline import stages_named
from cdp_lake.stages.runner import StageOutcome, run_stages
from cdp_lake.stages.session import open_lake

Say = Callable[[str], None]
# The session is started on the small lake of the warm-up, with the compiler that the large ones would start with.
COMPILER = "spark.compiler=thorough"
TRAIT_FACTS = ("orders", "order_lines", "events", "campaign_contacts", "coupons")


@dataclass(frozen=True)
class Stage:
    """Seconds of one stage, and the rows it read that its work grows with."""

    seconds: float
    rows: int


@dataclass(frozen=True)
class SparkRun:
    """One run of every stage into a fresh lake."""

    settings: Settings
    versions: Mapping[str, int]
    stages: Mapping[str, Stage]


class Told:
    """Progress as one line per stage."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def begin(self, stage: str, about: str) -> None:
        """Nothing: a line at the end of a stage is enough."""

    def step(self, text: str) -> None:
        """Nothing, for the same reason."""

    def end(self, stage: str, status: str, seconds: float) -> None:
        """A stage ended."""
        self._say(f"  Spark {stage}: {seconds:.1f} s")

    def skip(self, stage: str, why: str) -> None:
        """A stage had nothing to do, which no stage of a fresh lake should say."""
        self._say(f"  Spark {stage}: {why}")


def run_all(lake_folder: Path, landing: Path, say: Say) -> SparkRun:
    """Every stage on a lake that is made anew; starts the session if there is none yet."""
    shutil.rmtree(lake_folder, ignore_errors=True)
    settings = configured(None, "demo", (f"lake.path={lake_folder}", f"lake.landing={landing}", COMPILER)).settings
    lake = open_lake(settings)
    mark = tick()
    outcomes = {outcome.stage: outcome for outcome in run_stages(lake, settings, stages_named(()), Told(say))}
    say(f"  Spark, all stages with what is between them: {seconds_since(mark):.1f} s")
    rows = _input_rows(outcomes, lake)
    stages = {name: Stage(outcome.seconds, rows[name]) for name, outcome in outcomes.items()}
    return SparkRun(settings, lake.versions, stages)


def driver_memory(lake_path: Path) -> str:
    """The heap the running session was given."""
    settings = configured(None, "demo", (f"lake.path={lake_path}",)).settings
    return str(open_lake(settings).spark.conf.get("spark.driver.memory"))


def _input_rows(outcomes: Mapping[str, StageOutcome], lake: Lake) -> dict[str, int]:
    records = int(outcomes["land_bronze"].facts["records"])
    silver, profiles = outcomes["refine_silver"].rows, outcomes["build_profiles"].rows["gold.profiles"]
    people = silver["silver.source_records"]
    counted = profiles + sum(silver.get(f"silver.{name}", 0) for name in TRAIT_FACTS)
    return {
        "land_bronze": records,
        "refine_silver": records,
        "stitch_identity": people,
        "build_profiles": people,
        "compute_traits": counted,
        # Training counts the traits of earlier moments from the same facts.
        "train_models": counted,
        "score_profiles": profiles,
        "build_segments": profiles,
        "activate_segments": profiles,
    }
