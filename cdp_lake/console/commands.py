"""Commands: what each word of `cdp-lake` does: ask a stage or a use case, and print what it found.

Whatever takes long to import is imported where it is needed: `--help` answers at once.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdp_lake.errors import ConfigError, InputSetAside

if TYPE_CHECKING:
    from datetime import datetime

    from cdp_lake.adapters.lake import Lake
    from cdp_lake.config.settings import Loaded, Settings
    from cdp_lake.console.progress import Display
    from cdp_lake.identity.decisions import Kind
    from cdp_lake.stages.runner import StageOutcome
    from cdp_lake.stages.session import Options


def run(loaded: Loaded, stages: list[str], strict: bool, dry_run: bool) -> int:
    """Runs stages in order under the lake's lock."""
    return _run(loaded, tuple(stages), strict=strict, dry_run=dry_run, again=False)


def rebuild(loaded: Loaded, stage: str, dry_run: bool) -> int:
    """Runs one stage as if it had never run."""
    return _run(loaded, (stage,), strict=False, dry_run=dry_run, again=True)


def unland(loaded: Loaded, batch: int) -> int:
    """Takes a batch back out."""
    from cdp_lake.console import answers
    from cdp_lake.stages import session
    from cdp_lake.stages import unland as taking_back

    _require_lake(loaded.settings)
    with session.writing(loaded.settings, "unland") as lake, _display() as progress:
        done = taking_back.unland(lake, loaded.settings, batch, progress)
    return _print(answers.outcomes(done))


def demo(loaded: Loaded, size: str, seed: int | None) -> int:
    """From nothing to consented segments, with a summary."""
    from cdp_lake.adapters.clock import seconds_since, tick
    from cdp_lake.adapters.process_memory import watched_memory
    from cdp_lake.console import summary
    from cdp_lake.stages import demo as showing
    from cdp_lake.stages import session

    began, settings = tick(), loaded.settings
    with watched_memory() as peak, _display() as progress:
        showing.make_shop(settings, size, showing.SEED if seed is None else seed, progress.say)
        with session.writing(settings, "demo") as lake:
            found = showing.run_demo(lake, settings, progress)
    _print(summary.summary(found))
    _print(summary.cost(found, seconds_since(began), peak.bytes))
    return _print(summary.next_steps(showing.somebody(settings)))


def status(loaded: Loaded) -> int:
    """Says where the lake stands."""
    from cdp_lake.console import answers
    from cdp_lake.stages import overview

    return _print(answers.status(overview.status(_lake(loaded.settings), loaded.settings)))


def tables(loaded: Loaded) -> int:
    """Lists the tables."""
    from cdp_lake.console import answers
    from cdp_lake.stages import overview

    return _print(answers.tables(overview.tables(_lake(loaded.settings), loaded.settings)))


def show_profile(loaded: Loaded, who: str) -> int:
    """Shows one person, or who carries the value when several do."""
    from cdp_lake.console import answers, person
    from cdp_lake.stages.show_profile import find_person

    found = find_person(_lake(loaded.settings), loaded.settings, who)
    return _print(answers.candidates(found) if isinstance(found, list) else person.person(found))


def show_quarantine(loaded: Loaded, source: str | None, limit: int) -> int:
    """Shows what was set aside."""
    from cdp_lake.console import answers
    from cdp_lake.stages.show_quarantine import quarantine

    if source is not None:
        loaded.settings.source(source)
    return _print(answers.quarantine(quarantine(_lake(loaded.settings), loaded.settings, source, limit)))


def show_batches(loaded: Loaded) -> int:
    """Shows the landing batches."""
    from cdp_lake.console import answers
    from cdp_lake.stages.show_batches import landing_batches

    return _print(answers.batches(landing_batches(_lake(loaded.settings))))


def show_model(loaded: Loaded, name: str) -> int:
    """Shows a model card."""
    from cdp_lake.stages.show_model import champion_card

    _require_lake(loaded.settings)
    sys.stdout.write(champion_card(loaded.settings, name))
    return 0


def evaluate(loaded: Loaded, truth: Path, traps: Path | None, predicted: Path | None, json: bool) -> int:
    """Compares profiles with the truth."""
    from cdp_lake.console import answers
    from cdp_lake.stages.evaluate_identity import agreement, as_json, file_prediction, lake_prediction

    for file in (truth, traps, predicted):
        if file is not None and not file.is_file():
            raise ConfigError(f"{file}: there is no such file")
    guess = lake_prediction(_lake(loaded.settings)) if predicted is None else file_prediction(predicted)
    found = agreement(guess, truth, traps)
    if json:
        sys.stdout.write(f"{as_json(found)}\n")
        return 0
    return _print(answers.agreement(found))


def explain(loaded: Loaded, one: str, other: str | None, json: bool) -> int:
    """Says why a profile is one, or what ties or parts two records."""
    from cdp_lake.console import explanation
    from cdp_lake.stages.explain_identity import as_json
    from cdp_lake.stages.explain_identity import explain as explained

    found = explained(_lake(loaded.settings), loaded.settings, one, other)
    if json:
        sys.stdout.write(f"{as_json(found)}\n")
        return 0
    return _print(explanation.explanation(found))


def health(loaded: Loaded, json: bool) -> int:
    """Shows how healthy identity is."""
    from cdp_lake.console import health as shown
    from cdp_lake.stages import show_health

    found = show_health.health(_lake(loaded.settings), loaded.settings)
    if json:
        sys.stdout.write(f"{show_health.as_json(found)}\n")
        return 0
    return _print(shown.health(found))


def merge(loaded: Loaded, one: str, other: str, reason: str, actor: str | None) -> int:
    """Says that two are one person."""
    return _decide(loaded, "must_link", (one, other), reason, actor)


def unmerge(loaded: Loaded, one: str, other: str, reason: str, actor: str | None) -> int:
    """Says that one is two people."""
    return _decide(loaded, "cannot_link", (one, other), reason, actor)


def who(loaded: Loaded, word: str, known_on: datetime | None) -> int:
    """Says which profile records belong to, now and before."""
    from cdp_lake.console import decisions as shown
    from cdp_lake.stages.who_was import who_was

    return _print(shown.known(who_was(_lake(loaded.settings), word, known_on)))


def decisions(loaded: Loaded) -> int:
    """Lists what people decided."""
    from cdp_lake.console import decisions as shown
    from cdp_lake.stages.show_decisions import decisions_made

    return _print(shown.decisions(decisions_made(_lake(loaded.settings))))


def plan_rules(options: Options, rules: Path, limit: int, keep: bool, json: bool) -> int:
    """Says what other identity rules would do; the lake is only read."""
    from cdp_lake.console import plan as shown
    from cdp_lake.stages import session
    from cdp_lake.stages.identity_plan import NewRules
    from cdp_lake.stages.plan_identity import Wish, plan_identity

    new = NewRules.of(options, rules)
    _require_lake(new.settings)
    with _display(errors=json) as progress:
        lake = session.open_lake(session.for_the_work(new.settings))
        found = plan_identity(lake, new, progress, Wish(limit, keep))
    if json:
        sys.stdout.write(f"{found.as_json()}\n")
        return 0
    return _print(shown.planned(found, rules, new.folder.folder))


def apply_rules(options: Options, rules: Path, unplanned: bool) -> int:
    """Puts identity rules in force, as planned."""
    from cdp_lake.console import plan as shown
    from cdp_lake.stages import apply_identity, session
    from cdp_lake.stages.identity_plan import NewRules

    apply_identity.project_of(options)
    new = NewRules.of(options, rules)
    _require_lake(new.settings)
    with session.writing(new.settings, "identity apply") as lake, _display() as progress:
        done = apply_identity.apply_rules(lake, new, options, progress, planned=not unplanned)
    return _print(shown.applied(done))


def resolve(loaded: Loaded, file: Path, field_map: Path, out: Path) -> int:
    """Resolves one file; no lake is read or written."""
    from cdp_lake.stages import session
    from cdp_lake.stages.resolve_table import resolve_table

    with _display() as progress:
        resolve_table(session.lakeless(loaded.settings), file, field_map, out, progress.say)
    return 0


def show_config(loaded: Loaded, origin: bool) -> int:
    """Prints the settings in force."""
    from cdp_lake.console import answers

    sys.stdout.writelines(f"{line}\n" for line in answers.settings(loaded, origin))
    return 0


def doctor(loaded: Loaded) -> int:
    """Checks the machine; 2 when anything is wrong."""
    from cdp_lake.console import answers
    from cdp_lake.stages.doctor import examined

    found = examined(loaded.settings)
    _print(answers.checks(found))
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

    with _display() as progress:
        (synthesise_benchmark if identity_benchmark else synthesise)(size, seed, out, progress.say)
    return 0


def _run(loaded: Loaded, names: tuple[str, ...], *, strict: bool, dry_run: bool, again: bool) -> int:
    from cdp_lake.console import answers
    from cdp_lake.stages import session
    from cdp_lake.stages.pipeline import stages_named
    from cdp_lake.stages.plan import plan
    from cdp_lake.stages.runner import run_stages

    settings, chosen = loaded.settings, stages_named(names)
    if dry_run:
        return _print(answers.planned(plan(session.open_lake(settings), settings, chosen, rebuild=again)))
    with session.writing(settings, "rebuild" if again else "run") as lake, _display() as progress:
        done = run_stages(lake, settings, chosen, progress, rebuild=again)
    _print(answers.outcomes(done))
    if strict:
        refuse_set_aside(done)
    return 0


def refuse_set_aside(done: list[StageOutcome]) -> None:
    """Raises InputSetAside when the run itself put anything into quarantine."""
    count = sum(outcome.rows.get("ops.quarantine", 0) for outcome in done)
    if count:
        raise InputSetAside(f"{count:,} records or files were set aside (--strict); see: cdp-lake show quarantine")


def _lake(settings: Settings) -> Lake:
    from cdp_lake.stages.session import open_lake

    _require_lake(settings)
    return open_lake(settings)


def _decide(loaded: Loaded, kind: Kind, who: tuple[str, str], reason: str, actor: str | None) -> int:
    from cdp_lake.console import decisions as shown
    from cdp_lake.stages import session
    from cdp_lake.stages.decide_identity import Asked, decide

    _require_lake(loaded.settings)
    with session.writing(loaded.settings, kind) as lake, _display() as progress:
        asked = Asked(kind, *who, reason)
        done = decide(lake, loaded.settings, [asked], actor or getpass.getuser(), progress)
    return _print(shown.carried_out(done))


def _require_lake(settings: Settings) -> None:
    root = settings.lake.path
    if "://" not in root and not (Path(root) / "ops").is_dir():
        raise ConfigError(f"there is no lake at {root}; make one with: cdp-lake run, or cdp-lake demo")


def _display(*, errors: bool = False) -> Display:
    from cdp_lake.console import screen
    from cdp_lake.console.progress import Display

    return Display(screen(errors=errors))


def _print(parts: Iterable[Any]) -> int:
    from cdp_lake.console import screen

    console = screen()
    for part in parts:
        console.print(part)
    return 0
