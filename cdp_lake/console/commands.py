"""Commands: what each word of `cdp-lake` does: ask a stage or a use case, and print what it found.

Whatever takes long to import is imported where it is needed: `--help` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cdp_lake.console.terminal import display, lake_of, require_lake, show
from cdp_lake.errors import InputSetAside, SourceNotRead

if TYPE_CHECKING:
    from cdp_lake.config.settings import Loaded
    from cdp_lake.stages.runner import StageOutcome


def run(loaded: Loaded, stages: list[str], strict: bool, dry_run: bool) -> int:
    """Runs stages in order under the lake's lock."""
    return _run(loaded, tuple(stages), strict=strict, dry_run=dry_run, again=False)


def rebuild(loaded: Loaded, stage: str, dry_run: bool) -> int:
    """Runs one stage as if it had never run."""
    return _run(loaded, (stage,), strict=False, dry_run=dry_run, again=True)


def stream(loaded: Loaded, every: float, lasting: float | None, available_now: bool, silver_only: bool) -> int:
    """Runs micro-batches until it is asked to stop."""
    from cdp_lake.adapters.stopping import until_asked_to_stop
    from cdp_lake.console import streams
    from cdp_lake.stages import stream as streaming

    pace = streaming.Pace(every, lasting, available_now, silver_only)
    with until_asked_to_stop() as asked:
        show(streams.began(loaded.settings, pace))
        return show(streams.micro_batches(streaming.micro_batches(loaded.settings, pace, asked)))


def unland(loaded: Loaded, batch: int) -> int:
    """Takes a batch back out."""
    from cdp_lake.console import answers
    from cdp_lake.stages import session
    from cdp_lake.stages import unland as taking_back

    require_lake(loaded.settings)
    with session.writing(loaded.settings, "unland") as lake, display() as progress:
        done = taking_back.unland(lake, loaded.settings, batch, progress)
    return show(answers.outcomes(done))


def status(loaded: Loaded) -> int:
    """Says where the lake stands."""
    from cdp_lake.console import answers
    from cdp_lake.stages import overview

    return show(answers.status(overview.status(lake_of(loaded.settings), loaded.settings)))


def tables(loaded: Loaded) -> int:
    """Lists the tables."""
    from cdp_lake.console import answers
    from cdp_lake.stages import overview

    return show(answers.tables(overview.tables(lake_of(loaded.settings), loaded.settings)))


def show_profile(loaded: Loaded, who: str) -> int:
    """Shows one person, or who carries the value when several do."""
    from cdp_lake.console import answers, person
    from cdp_lake.stages.show_profile import find_person

    found = find_person(lake_of(loaded.settings), loaded.settings, who)
    return show(answers.candidates(found) if isinstance(found, list) else person.person(found))


def show_batches(loaded: Loaded) -> int:
    """Shows the landing batches."""
    from cdp_lake.console import answers
    from cdp_lake.stages.show_batches import landing_batches

    return show(answers.batches(landing_batches(lake_of(loaded.settings))))


def show_model(loaded: Loaded, name: str) -> int:
    """Shows a model card."""
    from cdp_lake.stages.show_model import champion_card

    require_lake(loaded.settings)
    sys.stdout.write(champion_card(loaded.settings, name))
    return 0


def show_config(loaded: Loaded, origin: bool) -> int:
    """Prints the settings in force."""
    from cdp_lake.console import answers

    sys.stdout.writelines(f"{line}\n" for line in answers.settings(loaded, origin))
    return 0


def doctor(loaded: Loaded, tables: bool) -> int:
    """Checks the machine and the files of the lake; 2 when anything is wrong."""
    from cdp_lake.console import answers
    from cdp_lake.stages.doctor import examined

    found = examined(loaded.settings, contents=tables)
    show(answers.checks(found))
    return 0 if all(one.ok for one in found) else 2


def init(folder: Path) -> int:
    """Makes a project."""
    from cdp_lake.stages.init_project import init_project

    made = init_project(folder)
    sys.stdout.write("".join(f"  {name}\n" for name in made) + f"now: cd {folder} && cdp-lake run --conf conf\n")
    return 0


def synth(size: str, seed: int, out: Path, identity_benchmark: bool) -> int:
    """Writes a seeded shop, or the identity benchmark."""
    from cdp_lake.stages.synthesise import synthesise, synthesise_benchmark

    with display() as progress:
        (synthesise_benchmark if identity_benchmark else synthesise)(size, seed, out, progress.say)
    return 0


def _run(loaded: Loaded, names: tuple[str, ...], *, strict: bool, dry_run: bool, again: bool) -> int:
    from cdp_lake.console import answers
    from cdp_lake.stages import session
    from cdp_lake.stages.judge_sources import late_sources
    from cdp_lake.stages.pipeline import made_anew_by, stages_named
    from cdp_lake.stages.plan import plan
    from cdp_lake.stages.runner import run_stages

    settings, chosen = loaded.settings, stages_named(names)
    if dry_run:
        return show(answers.planned(plan(session.open_lake(settings), settings, chosen, rebuild=again)))
    anew = made_anew_by(chosen) if again else ()
    with session.writing(settings, "rebuild" if again else "run", anew) as lake, display() as progress:
        for table, place in lake.aside.items():
            progress.say(f"{table} was damaged and now lies in {place}; it is made anew")
        done = run_stages(lake, settings, chosen, progress, rebuild=again)
        late = late_sources(lake, settings)
    show(answers.outcomes(done))
    show(answers.late(late))
    for source, why in _not_read(done).items():
        sys.stderr.write(f"cdp-lake: {source} was not read: {why}\n")
    if strict:
        refuse_set_aside(done)
    return 0


def _not_read(done: list[StageOutcome]) -> dict[str, str]:
    return {source: why for outcome in done for source, why in outcome.not_read.items()}


def refuse_set_aside(done: list[StageOutcome]) -> None:
    """Raises InputSetAside when the run itself set anything aside, SourceNotRead when it left a source out."""
    if left_out := _not_read(done):
        raise SourceNotRead(f"{', '.join(left_out)}: not read (--strict), the next run tries again")
    table = "ops.quarantine"
    count = sum(outcome.rows.get(table, 0) - outcome.deleted.get(table, 0) for outcome in done)
    if count:
        raise InputSetAside(f"{count:,} records or files were set aside (--strict); see: cdp-lake quarantine list")
