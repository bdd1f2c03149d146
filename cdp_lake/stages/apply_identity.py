"""Apply: put planned identity rules in force, and see to it that they do what was planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cdp_lake.adapters.clock import now
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.rule_files import Installed, install_rules
from cdp_lake.config.settings import Settings
from cdp_lake.config.shipped import conf_dir
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.errors import ConfigError, InvariantBroken
from cdp_lake.identity.assignments import standing
from cdp_lake.identity.comparison import partition
from cdp_lake.stages.identity_plan import NewRules, Promise, promise
from cdp_lake.stages.job import Job, Progress, Stage
from cdp_lake.stages.plan import last_runs
from cdp_lake.stages.plan_identity import change_counts, following
from cdp_lake.stages.runner import StageOutcome, run_stages
from cdp_lake.stages.session import Options


@dataclass(frozen=True)
class Applied:
    """What became of it: where the rules are now, how each stage ended, whether a plan was kept."""

    installed: Installed
    outcomes: list[StageOutcome]
    as_planned: bool


def project_of(options: Options) -> Path:
    """The folder whose identity.yml is exchanged. Raises ConfigError when it is nobody's or everybody's."""
    if options.conf is None:
        raise ConfigError(
            "rules are put in force in a project's settings: say --conf DIR, or make a project first: cdp-lake init DIR"
        )
    if options.conf.resolve() == conf_dir().resolve():
        raise ConfigError(
            f"--conf {options.conf}: these are the settings that everybody is shipped with; rules of one's own belong "
            "into a project: cdp-lake init DIR"
        )
    return options.conf


def apply_rules(lake: Lake, rules: NewRules, options: Options, progress: Progress, planned: bool = True) -> Applied:
    """Installs the rules and runs on the lake what was run on its shadow, under the lake's lock.

    Raises ConfigError when there is no plan of exactly these rules and this publication, unless `planned` is false;
    InvariantBroken when people turn out otherwise: nothing is published then, and the former rules are back.
    """
    project = project_of(options)
    promised = promise(rules, lake.publication_no) if planned else None
    before = lake.publication_no
    first, *later = following(last_runs(lake))
    installed = install_rules(rules.file, project, now())
    try:
        settings = _in_force(options, rules)
        stitch = replace(first, run=partial(_as_promised, first, promised)) if promised else first
        outcomes = run_stages(lake, settings, (stitch,), progress)
    except BaseException:
        # The rules in force are those that the published people are of.
        if lake.publication_no == before:
            installed.take_back()
        raise
    # From here on identity is published: a stage that fails now is taken up by the next run, under the new rules.
    outcomes += run_stages(lake, settings, tuple(later), progress)
    return Applied(installed, outcomes, as_planned=promised is not None)


def _in_force(options: Options, rules: NewRules) -> Settings:
    """The settings as every later run will read them."""
    settings = options.loaded().settings
    if settings.digest(("identity",)) != rules.digest:
        raise ConfigError(f"{rules.file}: installed, these rules do not say what they said when they were read")
    return settings


def _as_promised(stage: Stage, promised: Promise, job: Job) -> None:
    """The stage, and a look at what it made before it is published."""
    stage.run(job)
    differences = [*_differences(promised, job)]
    if differences:
        raise InvariantBroken(
            f"the outcome is not the planned one, so nothing is published and the former rules are back: "
            f"{'; '.join(differences)}. Plan again"
        )


def _differences(promised: Promise, job: Job) -> Iterator[str]:
    counts = change_counts(job.facts)
    for kind, planned in promised.changes.items():
        if counts[kind] != planned:
            yield f"profiles {kind}: {planned:,} planned, {counts[kind]:,} found"
    [found] = partition(standing(job.lake.head(ASSIGNMENTS))).collect()
    if found["people"] != promised.people:
        yield "who is one person with whom differs"
