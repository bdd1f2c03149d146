"""Commands about the quarantine: what was set aside and why, what it should have said, and driving it again.

Whatever takes long to import is imported where it is needed: `--help` answers at once.
"""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser, ArgumentTypeError, _SubParsersAction
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdp_lake.console.terminal import display, lake_of, require_lake, show
from cdp_lake.errors import ConfigError

if TYPE_CHECKING:
    from cdp_lake.config.settings import Loaded
    from cdp_lake.stages.chosen_records import Choice

STDIN = "-"


def add_to(commands: _SubParsersAction[ArgumentParser], command: Callable[..., ArgumentParser]) -> None:
    """The words `quarantine list|show|fix|redrive`. command: adds one command on the lake."""
    about = "what was set aside: look at it, correct it, drive it again"
    ways = commands.add_parser("quarantine", help=about).add_subparsers(metavar="WHAT", required=True)
    list_ = command(ways, "list", listed, "how many records were set aside, by source and rule")
    show_ = command(ways, "show", shown, "records as received, and what each broken rule asks for; a privileged view")
    show_.add_argument("record_id", nargs="?", metavar="RECORD_ID", help="one record, also one that has passed since")
    show_.add_argument("--limit", type=int, default=5, metavar="N", help="how many at most (default 5)")
    fix_ = command(ways, "fix", fix, "record what records should have said; what was received stays as it is")
    _add_what_is_right(fix_)
    redrive_ = command(ways, "redrive", redrive, "drive records again, as corrected and by today's contract")
    for parser, verb in ((fix_, "says so"), (redrive_, "asks for it")):
        parser.add_argument("record_ids", nargs="*", metavar="RECORD_ID", help="these (default: all that match)")
        parser.add_argument("--actor", help=f"who {verb} (default: the user of this machine)")
    for parser in (list_, show_, fix_, redrive_):
        parser.add_argument("--source", metavar="NAME", help="only this source")
        parser.add_argument("--rule", metavar="RULE", help="only what broke this rule, such as type:birth_date")


def listed(loaded: Loaded, source: str | None, rule: str | None) -> int:
    """Lists what was set aside, by source and rule."""
    from cdp_lake.console import quarantine
    from cdp_lake.stages.show_quarantine import quarantine_list

    choice = _choice(loaded, [], source, rule)
    return show(quarantine.listed(quarantine_list(lake_of(loaded.settings), loaded.settings, choice)))


def shown(loaded: Loaded, record_id: str | None, source: str | None, rule: str | None, limit: int) -> int:
    """Shows single records with all that is known of them."""
    from cdp_lake.console import quarantine
    from cdp_lake.stages import show_quarantine

    if record_id is None and source is None:
        raise ConfigError("which records? name one, or say --source NAME; see: cdp-lake quarantine list")
    choice = _choice(loaded, [record_id] if record_id else [], source, rule)
    return show(quarantine.shown(show_quarantine.shown(lake_of(loaded.settings), loaded.settings, choice, limit)))


def fix(loaded: Loaded, record_ids: list[str], source: str | None, rule: str | None, **said: Any) -> int:
    """Records what records should have said: `values`, `payload`, `withdraw`, `reason`, `actor`, `dry_run`."""
    from cdp_lake.console import quarantine
    from cdp_lake.stages import session
    from cdp_lake.stages.correct_records import Wish, correct

    choice = _choice(loaded, record_ids, source, rule)
    _check_breadth(choice, said)
    values = dict(said["values"] or ())
    payload = None if said["payload"] is None else _payload(said["payload"])
    wish = Wish(choice, said["reason"], _actor(said["actor"]), values, payload, said["withdraw"])
    require_lake(loaded.settings)
    with session.writing(loaded.settings, "quarantine fix") as lake, display() as progress:
        done = correct(lake, loaded.settings, wish, progress, dry_run=said["dry_run"])
    return show(quarantine.corrected(done, dry_run=said["dry_run"]))


def redrive(loaded: Loaded, record_ids: list[str], source: str | None, rule: str | None, actor: str | None) -> int:
    """Drives records through refinement again."""
    from cdp_lake.console import quarantine
    from cdp_lake.stages import redrive_records, session

    choice = _choice(loaded, record_ids, source, rule)
    require_lake(loaded.settings)
    with session.writing(loaded.settings, "quarantine redrive") as lake, display() as progress:
        done = redrive_records.redrive(lake, loaded.settings, choice, _actor(actor), progress)
    return show(quarantine.redriven(done))


def _add_what_is_right(fix_: ArgumentParser) -> None:
    ways = fix_.add_mutually_exclusive_group(required=True)
    # Not `--set`: that is a setting, in this command as in every other.
    ways.add_argument(
        "--value", dest="values", action="append", type=_assignment, metavar="COLUMN=VALUE",
        help="a value of a column of the contract, as its system writes it; may be repeated",
    )  # fmt: skip
    ways.add_argument("--payload", metavar="FILE", help="the whole record anew, from a file, or - for standard input")
    ways.add_argument("--withdraw", action="store_true", help="take the last correction back: as received again")
    fix_.add_argument("--reason", required=True, help="why; kept with the correction")
    fix_.add_argument("--dry-run", action="store_true", help="say what it would do, and stop")


def _choice(loaded: Loaded, record_ids: list[str], source: str | None, rule: str | None) -> Choice:
    from cdp_lake.stages.chosen_records import Choice

    if source is not None:
        loaded.settings.source(source)
    return Choice(tuple(dict.fromkeys(record_ids)), source, rule)


def _check_breadth(choice: Choice, said: dict[str, Any]) -> None:
    """Raises ConfigError where nobody said which records, or one record is to be many."""
    if not choice.ids and (choice.source is None or (choice.rule is None and not said["withdraw"])):
        raise ConfigError(
            "which records? name them, or say --source NAME and --rule RULE; see: cdp-lake quarantine list"
        )
    if said["payload"] is not None and len(choice.ids) != 1:
        raise ConfigError("--payload is one whole record: name the one that it is")


def _payload(place: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if place == STDIN else Path(place).read_bytes()
    except OSError as problem:
        raise ConfigError(f"{place}: cannot be read: {problem.strerror}") from problem


def _assignment(text: str) -> tuple[str, str]:
    """A column and its value; an empty value is none at all."""
    column, sign, value = text.partition("=")
    if not sign or not column:
        # The text may be somebody's: it is not repeated.
        raise ArgumentTypeError("it has no column in front of a '='; write COLUMN=VALUE")
    return column, value


def _actor(name: str | None) -> str:
    return name or getpass.getuser()
