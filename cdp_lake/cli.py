"""`cdp-lake ...`: the stages, and the questions a person asks of the lake, at a terminal.

One parser; every command hands its arguments to one function. An error the user can act on is its message
and its exit code; anything else is a traceback and 1.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, _SubParsersAction
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdp_lake import __version__
from cdp_lake.console import collect_commands as collector
from cdp_lake.console import commands as do
from cdp_lake.console import demo_command as demonstration
from cdp_lake.console import identity_commands as who_is_who
from cdp_lake.console import kafka_commands
from cdp_lake.console import quarantine_commands as quarantine
from cdp_lake.console import source_commands as sources
from cdp_lake.console.terminal import explained

if TYPE_CHECKING:
    from cdp_lake.config.settings import Loaded
    from cdp_lake.stages.session import Options

# Whatever takes long to import is imported where it is needed: `--help` answers at once.


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    chosen = vars(make_parser().parse_args(arguments))
    command = chosen.pop("command")
    try:
        if "env" in chosen:
            options = (chosen.pop("conf"), chosen.pop("env"), tuple(chosen.pop("sets")), chosen.pop("as_of"))
            # What is only proposed is no setting yet: its command loads the settings without it, and with it.
            takes_options = chosen.pop("takes_options", False)
            chosen |= {"options": _options(*options)} if takes_options else {"loaded": _loaded(*options)}
        return int(command(**chosen))
    except Exception as problem:
        told = explained(problem)
        if told is None:
            raise
        sys.stderr.write(f"cdp-lake: {told}\n")
        return told.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("cdp-lake: interrupted; the next run carries on where this one stopped\n")
        return 130


def make_parser() -> ArgumentParser:
    """All commands and their arguments."""
    parser = ArgumentParser(prog="cdp-lake", description="A customer data platform that is a lakehouse.")
    parser.add_argument("--version", action="version", version=f"cdp-lake {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_running(commands)
    _add_questions(commands)
    _add_identity(commands)
    _add_source(commands)
    kafka_commands.add_to(commands)
    quarantine.add_to(commands, _command)
    _add_projects(commands)
    return parser


def _add_running(commands: _SubParsersAction[ArgumentParser]) -> None:
    run_ = _command(commands, "run", do.run, "run stages: all of them, or those named")
    run_.add_argument("stages", nargs="*", metavar="STAGE", help="a stage, such as refine_silver")
    run_.add_argument("--strict", action="store_true", help="exit with 4 when this run set any input aside")
    rebuild_ = _command(commands, "rebuild", do.rebuild, "compute the tables of one stage anew from what it reads")
    rebuild_.add_argument("stage", metavar="STAGE")
    for parser in (run_, rebuild_):
        parser.add_argument("--dry-run", action="store_true", help="say what would be read and written, and stop")
    stream_ = _command(commands, "stream", do.stream, "land, refine and publish again and again, in micro-batches")
    stream_.add_argument("--every", type=_seconds, default=10.0, metavar="SECONDS", help="how often to look (10)")
    stream_.add_argument("--for", dest="lasting", type=_seconds, metavar="SECONDS", help="end after so long")
    stream_.add_argument("--available-now", action="store_true", help="take what waits, in micro-batches, and end")
    stream_.add_argument("--silver-only", action="store_true", help="leave people, traits and segments to other runs")
    collect_ = _command(
        commands, "collect", collector.collect, "take events that client SDKs send, into the landing folder"
    )
    collect_.add_argument("--host", default="127.0.0.1", help="where to listen (default 127.0.0.1: this machine only)")
    collect_.add_argument("--port", type=int, required=True, help="0 takes a free one, and says which")
    unland_ = _command(
        commands, "unland", do.unland, "take a wrong landing batch back out, and all that was built on it"
    )
    unland_.add_argument("batch", type=int, metavar="BATCH", help="its number: see `cdp-lake show batches`")
    demonstration.add_to(commands, _command)


def _add_questions(commands: _SubParsersAction[ArgumentParser]) -> None:
    _command(commands, "status", do.status, "how each stage last ended, and whether it would run now")
    _command(commands, "tables", do.tables, "every table: grain, version, rows, owner, personal columns")
    show = commands.add_parser("show", help="show a person, the landing batches, a model").add_subparsers(
        metavar="WHAT", required=True
    )
    profile_ = _command(show, "profile", do.show_profile, "one person with everything known")
    profile_.add_argument("who", metavar="ID", help="a profile id, also a retired one, or any identifier")
    _command(show, "batches", do.show_batches, "the landing batches with their files and records")
    _command(show, "model", do.show_model, "the card of the version that scores").add_argument("name", metavar="NAME")
    config = commands.add_parser("config", help="show the settings").add_subparsers(metavar="WHAT", required=True)
    config_ = _command(config, "show", do.show_config, "every setting in force")
    config_.add_argument("--origin", action="store_true", help="with the file and line that set it")


def _add_identity(commands: _SubParsersAction[ArgumentParser]) -> None:
    identity = commands.add_parser("identity", help="judge and explain who was taken for whom").add_subparsers(
        metavar="WHAT", required=True
    )
    evaluate_ = _command(identity, "evaluate", who_is_who.evaluate, "compare profiles with known entities")
    evaluate_.add_argument(
        "--truth", type=Path, required=True, help="CSV: source,source_pk,person_id or record_id,entity_id"
    )
    evaluate_.add_argument("--traps", type=Path, help="CSV: trap_kind,trap_id,person_id,source,source_pk")
    evaluate_.add_argument("--predicted", type=Path, help="CSV: record_id,profile_id[,source]; the lake without it")
    evaluate_.add_argument("--json", action="store_true", help="print the scores as JSON")
    explain_ = _command(
        identity, "explain", who_is_who.explain, "why a profile is one, or what ties or parts two records"
    )
    who = "a record as SOURCE:KEY, a profile id, also a retired one, or any identifier"
    explain_.add_argument("one", metavar="A", help=who)
    explain_.add_argument("other", metavar="B", nargs="?", help="the same of somebody else; without it A alone")
    explain_.add_argument("--json", action="store_true", help="print the same as JSON")
    health_ = _command(
        identity, "health", who_is_who.health, "jitter, stitch rate, refused evidence, suspected wrong merges"
    )
    health_.add_argument("--json", action="store_true", help="print the measures as JSON")
    _add_decisions(identity)
    _add_rules(identity)
    resolve_ = _command(
        identity, "resolve", who_is_who.resolve, "who is who in one file of your own; no lake is touched"
    )
    resolve_.add_argument("--input", dest="file", type=Path, required=True, metavar="FILE", help="CSV or Parquet")
    resolve_.add_argument(
        "--map", dest="field_map", type=Path, required=True, metavar="MAP.yml", help="which column means what"
    )
    resolve_.add_argument("--output", dest="out", type=Path, required=True, metavar="OUT.csv")
    resolve_.add_argument(
        "--labels", type=Path, metavar="LABELS.csv", help="pairs somebody knows: record_id_l, record_id_r, is_match"
    )


def _add_decisions(identity: _SubParsersAction[ArgumentParser]) -> None:
    for word, about in (("merge", "say that two are one person"), ("unmerge", "say that one is two people")):
        decide_ = _command(
            identity, word, getattr(who_is_who, word), f"{about}; outranks every rule until it is taken back"
        )
        decide_.add_argument("one", metavar="A", help="a profile id, also a retired one, or a record as SOURCE:KEY")
        decide_.add_argument("other", metavar="B", help="the same")
        decide_.add_argument("--reason", required=True, help="why; kept with the decision")
        decide_.add_argument("--actor", help="who says so (default: the user of this machine)")
    who_ = _command(
        identity, "who", who_is_who.who, "which profile a record belongs to, and belonged to as far as was known"
    )
    who_.add_argument("word", metavar="A", help="a record as SOURCE:KEY, or a profile id, also a retired one")
    who_.add_argument("--known-on", type=_time, metavar="TIME", help="only what was known then, such as 2018-01-02")
    _add_review(identity)
    _command(identity, "decisions", who_is_who.decisions, "what people decided, and what of it was taken back")


def _add_review(identity: _SubParsersAction[ArgumentParser]) -> None:
    review = identity.add_parser("review", help="what is not sure, as a table; the answers become decisions")
    ways = review.add_subparsers(required=True, metavar="WAY")
    export = _command(ways, "export", who_is_who.export_review, "write the uncertain pairs, the most probable first")
    export.add_argument("file", type=Path, metavar="FILE.csv", help="where to; it holds personal data")
    export.add_argument("--limit", type=int, default=200, metavar="N", help="how many pairs at most (200)")
    import_ = _command(ways, "import", who_is_who.import_review, "carry out the decisions that a person filled in")
    import_.add_argument("file", type=Path, metavar="FILE.csv", help="the same file, `decision` and `reason` filled in")
    import_.add_argument("--actor", help="who says so (default: the user of this machine)")


def _add_rules(identity: _SubParsersAction[ArgumentParser]) -> None:
    plan_ = _command(
        identity, "plan", who_is_who.plan_rules, "what other identity rules would do; the lake is only read"
    )
    plan_.add_argument("--limit", type=int, default=20, help="how much of each list is shown (default 20)")
    plan_.add_argument("--keep", action="store_true", help="leave the shadow lake for a look")
    plan_.add_argument("--json", action="store_true", help="print the plan as JSON")
    apply_ = _command(
        identity, "apply", who_is_who.apply_rules, "put planned identity rules in force, in a project (--conf)"
    )
    apply_.add_argument("--unplanned", action="store_true", help="without a plan, and without comparing with it")
    for parser in (plan_, apply_):
        parser.set_defaults(takes_options=True)
        parser.add_argument(
            "--rules", type=Path, required=True, metavar="NEW.yml", help="in the shape of conf/identity.yml"
        )


def _add_source(commands: _SubParsersAction[ArgumentParser]) -> None:
    about = "what feeds there are, what a file holds, what would become of it"
    source = commands.add_parser("source", help=about).add_subparsers(metavar="WHAT", required=True)
    _command(source, "list", sources.listed, "every source: what it is, what has landed, what waits")
    check_ = _command(source, "check", sources.check, "what would become of a file, before it is landed")
    diff_ = _command(source, "diff", sources.diff, "where a file and the contract of its source have come apart")
    for parser in (check_, diff_):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--source", metavar="NAME", help="by whose contract (default: the one whose files match)")
    profile_ = _command(
        source, "profile", sources.profile, "what an unknown file holds, and the draft of its source contract"
    )
    profile_.add_argument("--out", type=Path, metavar="DRAFT.yml", help="where to write the draft (default NAME.yml)")
    add_ = _command(source, "add", sources.add, "draft the contract of an unknown file into a project (--conf)")
    add_.set_defaults(takes_options=True)
    for parser in (profile_, add_):
        parser.add_argument(
            "file", type=Path, metavar="FILE", help="CSV, NDJSON, JSON, Excel or Parquet; or DATABASE:TABLE"
        )
        parser.add_argument("--name", help="what to call the source (default: after the file)")
        parser.add_argument(
            "--records", type=_count, default=100_000, metavar="N", help="look at so many records at most (100,000)"
        )


def _add_projects(commands: _SubParsersAction[ArgumentParser]) -> None:
    doctor_ = _command(
        commands, "doctor", do.doctor, "check this machine and the lake; every line is ok or says what to do"
    )
    doctor_.add_argument("--tables", action="store_true", help="read every file of every table, to its last page")
    init_ = commands.add_parser("init", help="make a project of your own that runs as it is")
    init_.add_argument("folder", type=Path, metavar="DIR")
    init_.set_defaults(command=do.init)
    synth_ = commands.add_parser("synth", help="write a seeded shop with its truth")
    synth_.add_argument("--size", default="S", help="XS, S, M or L (default S)")
    synth_.add_argument("--seed", type=int, default=1)
    synth_.add_argument("--out", type=Path, required=True, metavar="DIR")
    synth_.add_argument(
        "--identity-benchmark", action="store_true", help="one flat file of records with its truth; --size S or M"
    )
    synth_.set_defaults(command=do.synth)


def _command(commands: _SubParsersAction[ArgumentParser], name: str, command: Any, about: str) -> ArgumentParser:
    """A command on the lake: its function gets the settings as `loaded`, or as `options` where it loads them itself."""
    parser = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    parser.add_argument(
        "--env", metavar="NAME", default="demo" if name == "demo" else None, help="settings of conf/env/NAME.yml"
    )
    parser.add_argument("--conf", type=Path, metavar="DIR", help="settings of a project, laid over the shipped ones")
    parser.add_argument(
        "--set", dest="sets", action="append", default=[], metavar="KEY=VALUE", help="one setting; may be repeated"
    )
    parser.add_argument(
        "--as-of", type=_moment, metavar="TIME", help="the time to believe, such as 2018-01-02T00:00:00Z"
    )
    parser.set_defaults(command=command)
    return parser


def _loaded(conf: Path | None, env: str | None, sets: tuple[str, ...], as_of: str | None) -> Loaded:
    from cdp_lake.stages.configuration import configured

    return configured(conf, env, (*sets, *((f"lake.as_of={as_of}",) if as_of else ())))


def _options(conf: Path | None, env: str | None, sets: tuple[str, ...], as_of: str | None) -> Options:
    from cdp_lake.stages.session import Options

    return Options(conf, env, sets, as_of)


def _count(text: str) -> int:
    """A number of things, at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"'{text}' is no number of records; write one like 100000")
    return int(text)


def _seconds(text: str) -> float:
    """A length of time, above zero."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise ArgumentTypeError(f"'{text}' is no number of seconds; write one like 10 or 0.5")
    return found


def _moment(text: str) -> str:
    """A time in ISO 8601, checked."""
    return _time(text).isoformat()


def _time(text: str) -> datetime:
    """A time in ISO 8601; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as problem:
        raise ArgumentTypeError(f"'{text}' is no time; write one like 2018-01-02 or 2018-01-02T09:30:00Z") from problem
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


if __name__ == "__main__":
    sys.exit(main())
