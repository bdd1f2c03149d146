"""The demo: make the shop, run every stage, compare with the truth, and tell about it."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.process_memory import hand_back
from cdp_lake.config.settings import OWN_SETTINGS, Settings
from cdp_lake.stages.evaluate_identity import Agreement, agreement, lake_prediction
from cdp_lake.stages.job import Progress
from cdp_lake.stages.pipeline import STAGES, stages_named
from cdp_lake.stages.runner import StageOutcome, run_stages
from cdp_lake.stages.summary import Summary, summary
from cdp_lake.stages.synthesise import Say, synthesise

ENVIRONMENT = "demo"
SEED = 4217
# Models learn once the day is over: what they learnt before the streaming act they would learn again after it.
LEARNING = ("train_models", "score_profiles")
EVENING = (*LEARNING, "build_segments", "activate_segments")


def demo_folder(settings: Settings) -> Path:
    """The folder that holds the demo's landing and truth."""
    return Path(settings.lake.landing).parent


def make_shop(settings: Settings, size: str, seed: int, say: Say) -> None:
    """Writes the demo's sources unless they are there."""
    synthesise(size, seed, demo_folder(settings), say)
    hand_back()


def run_day(lake: Lake, settings: Settings, progress: Progress) -> list[StageOutcome]:
    """Runs every stage but those of models, up to the first delivery."""
    _keep_settings(settings)
    return run_stages(lake, settings, tuple(stage for stage in STAGES if stage.name not in LEARNING), progress)


def run_evening(lake: Lake, settings: Settings, progress: Progress) -> list[StageOutcome]:
    """Runs what a stream leaves to runs of their own; after it nothing is left to do."""
    return run_stages(lake, settings, stages_named(EVENING), progress)


def summed_up(lake: Lake, settings: Settings, outcomes: list[StageOutcome]) -> Summary:
    """The state of the lake, and the profiles compared with the truth the shop was made with."""
    return summary(lake, settings, outcomes, _agreement(lake, settings))


def somebody(settings: Settings) -> str:
    """The e-mail address of an invented person, to try a question with."""
    with (demo_folder(settings) / "truth" / "people.csv").open(encoding="utf-8", newline="") as people:
        return next((row["email"] for row in csv.DictReader(people) if row["email"]), "")


def _keep_settings(settings: Settings) -> None:
    """The demo's year lies in the past: the lake itself says so to whoever opens it, in any environment."""
    own = settings.lake.model_dump(mode="json", include={"landing", "business_timezone", "as_of"})
    text = yaml.safe_dump({"lake": own}, sort_keys=True)
    (Path(settings.lake.path) / OWN_SETTINGS).write_text(text, encoding="utf-8")


def _agreement(lake: Lake, settings: Settings) -> Agreement:
    truth = demo_folder(settings) / "truth"
    return agreement(lake_prediction(lake), truth / "records.csv", truth / "traps.csv")
