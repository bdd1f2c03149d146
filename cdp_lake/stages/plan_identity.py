"""Plan: run other identity rules beside the lake, and say what they would do to people, segments and audiences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone

from cdp_lake import __version__
from cdp_lake.adapters.clock import seconds_since, tick
from cdp_lake.adapters.lake import Lake
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.ops import CHECKS, PUBLICATIONS, RUNS, SEQUENCES
from cdp_lake.errors import ConfigError, QualityGateFailed
from cdp_lake.identity.changes import CREATED, MERGED, SPLIT
from cdp_lake.identity.rule_changes import not_in_silver_yet, rule_changes
from cdp_lake.stages.compare_lakes import AFTER, BEFORE, Comparison
from cdp_lake.stages.identity_plan import Effects, IdentityPlan, NewRules
from cdp_lake.stages.job import Progress, Stage
from cdp_lake.stages.pipeline import stages_named
from cdp_lake.stages.plan import LastRun, last_runs, plan
from cdp_lake.stages.runner import DONE, StageOutcome, run_stages

STITCH = "stitch_identity"
# What follows from identity without training, landing or sending anything.
FOLLOWING = (STITCH, "build_profiles", "compute_traits", "score_profiles", "build_segments")
# Publications come first: what they name is there by the time the table is linked.
MEMORY = (PUBLICATIONS, RUNS, CHECKS, SEQUENCES)
KINDS = (MERGED, SPLIT, CREATED)


@dataclass(frozen=True)
class Wish:
    """How much of each list is shown, and whether the shadow stays for a look."""

    limit: int = 20
    keep: bool = False


def plan_identity(live: Lake, rules: NewRules, progress: Progress, wish: Wish) -> IdentityPlan:
    """Runs the rules on a shadow of the lake and compares; the lake is only read.

    The shadow believes the time of the lake's last run, so that all differences come from the rules. Raises
    ConfigError when the lake has no identity yet, QualityGateFailed when a gate would stop these rules.
    """
    known, began = last_runs(live), tick()
    stages = following(known)
    as_of = max(_as_of(known[stage.name]) for stage in stages)
    with rules.folder.held():
        rules.folder.forget()
        with _shadow(live, rules, as_of, wish.keep) as (shadow, settings):
            notes = [*_notes(live, rules, known, settings)]
            outcomes = _run(shadow, settings, stages, progress)
            counts = change_counts(outcomes[0].facts)
            lakes = {BEFORE: live, AFTER: shadow}
            compared = Comparison(lakes, settings, as_of, counts, rules.folder, wish.limit)
            effects = _effects(compared, stages, progress)
        seconds = {outcome.stage: outcome.seconds for outcome in outcomes}
        found = IdentityPlan(
            rules=rules.digest,
            code=__version__,
            publication=live.publication_no,
            as_of=as_of.isoformat(),
            stages=[stage.name for stage in stages],
            changed_rules=rule_changes(rules.former.identity, rules.settings.identity),
            notes=notes,
            changes=counts,
            effects=effects,
            shadow=settings.lake.path if wish.keep else None,
            seconds=seconds | {"all": seconds_since(began)},
        )
        rules.folder.save(found.as_dict())
    return found


def following(known: dict[str, LastRun]) -> tuple[Stage, ...]:
    """The stages that new rules concern, as far as the lake has come. Raises ConfigError when it has no identity."""
    done = [name for name in FOLLOWING if name in known and known[name].done is not None]
    if STITCH not in done:
        raise ConfigError("nobody has been stitched in this lake yet, so there is nothing to compare: cdp-lake run")
    return stages_named(tuple(done))


def change_counts(facts: dict[str, str]) -> dict[str, int]:
    """How many profiles were merged, split and created, from the facts of a stitch."""
    return {kind: int(facts.get(kind, 0)) for kind in KINDS}


@contextmanager
def _shadow(live: Lake, rules: NewRules, as_of: datetime, keep: bool) -> Iterator[tuple[Lake, Settings]]:
    """The shadow of the lake, and the settings that lead there."""
    names = [name for name in live.versions if name.partition(".")[0] in ("silver", "identity", "gold")]
    with rules.folder.shadow([*(table.name for table in MEMORY), *names], keep=keep) as path:
        own = {"path": path.as_posix(), "as_of": as_of, "catalog": False}
        lake = rules.settings.lake.model_copy(update=own)
        settings = rules.settings.model_copy(update={"lake": lake})
        shadow = Lake.open(live.spark, path.as_posix(), settings.consent.read_purposes)
        if shadow.publication_no != live.publication_no:
            raise ConfigError("the lake has gone on while the plan began; plan again when no one writes to it")
        yield shadow, settings


def _run(shadow: Lake, settings: Settings, stages: tuple[Stage, ...], progress: Progress) -> list[StageOutcome]:
    try:
        return run_stages(shadow, settings, stages, progress)
    except QualityGateFailed as problem:
        raise QualityGateFailed(
            f"with these rules a run would not get past its gate (--keep, and look):\n{problem}"
        ) from problem


def _effects(compared: Comparison, stages: tuple[Stage, ...], progress: Progress) -> Effects:
    began = tick()
    progress.begin("compare", "the lake and its shadow, side by side")
    has_segments = stages[-1].name == FOLLOWING[-1]
    has_destinations = has_segments and bool(compared.settings.destinations.destinations)
    found = Effects(
        people=compared.people(),
        segments=compared.segments() if has_segments else None,
        destinations=compared.destinations() if has_destinations else None,
    )
    progress.end("compare", DONE, seconds_since(began))
    return found


def _notes(live: Lake, rules: NewRules, known: dict[str, LastRun], beside: Settings) -> Iterator[str]:
    """What else a reader has to know: differences that have another cause, and what the plan cannot see."""
    # The time of the last run, and the register of models beside the lake: asking the lake's own would write to it.
    former = rules.former.model_copy(update={"lake": beside.lake})
    done = following(known)
    # Each by itself: what only follows from another is no news.
    alone = [plan(live, former, (stage,), last=known)[0] for stage in done]
    waiting = [f"{stage.stage} ({'; '.join(stage.reasons)})" for stage in alone if stage.would_run]
    if waiting:
        yield f"the former rules would have something to do too, so not all is owed to these: {', '.join(waiting)}"
    missing = [name for name in FOLLOWING if name not in {stage.name for stage in done}]
    if missing:
        yield f"not planned, because this lake has not come so far: {', '.join(missing)}"
    unseen = not_in_silver_yet(rules.former.identity, rules.settings.identity)
    if unseen:
        yield f"records have values of {', '.join(unseen)} as the rules say after: cdp-lake rebuild refine_silver"


def _as_of(run: LastRun) -> datetime:
    """The time that the last run that was done believed."""
    found: datetime = (run.done or run.last)["as_of"]
    return found.astimezone(timezone.utc)
