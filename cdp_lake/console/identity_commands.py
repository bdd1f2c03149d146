"""Commands about identity: who is who and was, why, and what a person says of it.

Whatever takes long to import is imported where it is needed: `--help` answers at once.
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cdp_lake.console.terminal import display, lake_of, require_lake, show
from cdp_lake.errors import ConfigError

if TYPE_CHECKING:
    from datetime import datetime

    from cdp_lake.config.settings import Loaded
    from cdp_lake.identity.decisions import Kind
    from cdp_lake.stages.session import Options


def evaluate(loaded: Loaded, truth: Path, traps: Path | None, predicted: Path | None, json: bool) -> int:
    """Compares profiles with the truth."""
    from cdp_lake.console import answers
    from cdp_lake.stages.evaluate_identity import agreement, as_json, file_prediction, lake_prediction

    for file in (truth, traps, predicted):
        if file is not None and not file.is_file():
            raise ConfigError(f"{file}: there is no such file")
    guess = lake_prediction(lake_of(loaded.settings)) if predicted is None else file_prediction(predicted)
    found = agreement(guess, truth, traps)
    if json:
        sys.stdout.write(f"{as_json(found)}\n")
        return 0
    return show(answers.agreement(found))


def explain(loaded: Loaded, one: str, other: str | None, json: bool) -> int:
    """Says why a profile is one, or what ties or parts two records."""
    from cdp_lake.console import explanation
    from cdp_lake.stages.explain_identity import as_json
    from cdp_lake.stages.explain_identity import explain as explained

    found = explained(lake_of(loaded.settings), loaded.settings, one, other)
    if json:
        sys.stdout.write(f"{as_json(found)}\n")
        return 0
    return show(explanation.explanation(found))


def health(loaded: Loaded, json: bool) -> int:
    """Shows how healthy identity is."""
    from cdp_lake.console import health as shown
    from cdp_lake.stages import show_health

    found = show_health.health(lake_of(loaded.settings), loaded.settings)
    if json:
        sys.stdout.write(f"{show_health.as_json(found)}\n")
        return 0
    return show(shown.health(found))


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

    return show(shown.known(who_was(lake_of(loaded.settings), word, known_on)))


def decisions(loaded: Loaded) -> int:
    """Lists what people decided."""
    from cdp_lake.console import decisions as shown
    from cdp_lake.stages.show_decisions import decisions_made

    return show(shown.decisions(decisions_made(lake_of(loaded.settings))))


def export_review(loaded: Loaded, file: Path, limit: int) -> int:
    """Writes what is not sure for a person to look at."""
    from cdp_lake.console import decisions as shown
    from cdp_lake.console.evidence_words import why_refused
    from cdp_lake.stages.review_identity import export_review as exported

    def why(rule: str, refused_by: str) -> str:
        return f"{rule.replace('_', ' ')}: {why_refused(refused_by)}"

    return show(shown.review_written(exported(lake_of(loaded.settings), file, limit, why)))


def import_review(loaded: Loaded, file: Path, actor: str | None) -> int:
    """Carries out what a person filled in."""
    from cdp_lake.console import decisions as shown
    from cdp_lake.stages import session
    from cdp_lake.stages.review_identity import import_review as imported

    require_lake(loaded.settings)
    with session.writing(loaded.settings, "identity review") as lake, display() as progress:
        done = imported(lake, loaded.settings, file, actor or getpass.getuser(), progress)
    return show(shown.review_read(done))


def plan_rules(options: Options, rules: Path, limit: int, keep: bool, json: bool) -> int:
    """Says what other identity rules would do; the lake is only read."""
    from cdp_lake.console import plan as shown
    from cdp_lake.stages import session
    from cdp_lake.stages.identity_plan import NewRules
    from cdp_lake.stages.plan_identity import Wish, plan_identity

    new = NewRules.of(options, rules)
    require_lake(new.settings)
    with display(errors=json) as progress:
        lake = session.open_lake(session.for_the_work(new.settings))
        found = plan_identity(lake, new, progress, Wish(limit, keep))
    if json:
        sys.stdout.write(f"{found.as_json()}\n")
        return 0
    return show(shown.planned(found, rules, new.folder.folder))


def apply_rules(options: Options, rules: Path, unplanned: bool) -> int:
    """Puts identity rules in force, as planned."""
    from cdp_lake.console import plan as shown
    from cdp_lake.stages import apply_identity, session
    from cdp_lake.stages.identity_plan import NewRules

    apply_identity.project_of(options)
    new = NewRules.of(options, rules)
    require_lake(new.settings)
    with session.writing(new.settings, "identity apply") as lake, display() as progress:
        done = apply_identity.apply_rules(lake, new, options, progress, planned=not unplanned)
    return show(shown.applied(done))


def resolve(loaded: Loaded, file: Path, field_map: Path, out: Path, labels: Path | None) -> int:
    """Resolves one file; no lake is read or written."""
    from cdp_lake.stages import session
    from cdp_lake.stages.resolve_table import Files, resolve_table

    with display() as progress:
        resolve_table(session.lakeless(loaded.settings), Files(file, field_map, out, labels), progress.say)
    return 0


def _decide(loaded: Loaded, kind: Kind, who: tuple[str, str], reason: str, actor: str | None) -> int:
    from cdp_lake.console import decisions as shown
    from cdp_lake.stages import session
    from cdp_lake.stages.decide_identity import Asked, decide

    require_lake(loaded.settings)
    with session.writing(loaded.settings, kind) as lake, display() as progress:
        asked = Asked(kind, *who, reason)
        done = decide(lake, loaded.settings, [asked], actor or getpass.getuser(), progress)
    return show(shown.carried_out(done))
