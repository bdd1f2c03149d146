"""The quarantine on the screen: what was set aside, what a record says and should say, what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid, pairs
from cdp_lake.console.rule_words import asked, columns_of

if TYPE_CHECKING:
    from cdp_lake.stages.correct_records import Corrected
    from cdp_lake.stages.redrive_records import Redriven, WholeFile
    from cdp_lake.stages.show_quarantine import RecordShown

NOTHING = "nothing is set aside"
FOLLOWS = "identity, profiles, traits, segments and deliveries follow in the next run: cdp-lake run"
PAYLOAD_SHOWN = 2_000
_KINDS = {"set": "set", "payload": "written anew", "withdrawn": "withdrawn"}


def listed(rows: list[dict[str, Any]]) -> Iterator[RenderableType]:
    """How much was set aside by which rule, and in which batches it came."""
    if not rows:
        yield Text(NOTHING)
        return
    columns = ("source", "rule", "records", "corrected", "first_batch", "last_batch")
    titles = ("source", "rule", "records#", "corrected#", "first batch#", "last batch#")
    title = "Set aside, by rule (a record can break several)"
    yield grid(title, titles, [[row[name] for name in columns] for row in rows])
    source = rows[0]["source"]
    yield Text(f"single records: cdp-lake quarantine show --source {source}")


def shown(found: list[RecordShown]) -> Iterator[RenderableType]:
    """Single records with all that is known of them."""
    if not found:
        yield Text(NOTHING)
        return
    yield Text("Records as received: a privileged view of personal data", style="yellow")
    for one in found:
        yield from _record(one)


def corrected(done: Corrected, *, dry_run: bool) -> Iterator[RenderableType]:
    """What became of a correction, and what to do next."""
    from cdp_lake.stages.correct_records import REFUSALS

    what = "taken back" if done.kind == "withdrawn" else "corrected"
    would = "would be " if dry_run else ""
    yield Text(f"{done.source}: {done.corrected:,} of {done.chosen:,} records {would}{what}", style="bold")
    for why, count in done.refused.items():
        yield Text(f"  not corrected: {count:,}, which {REFUSALS.get(why, 'say so already')}")
    if done.corrected:
        yield Text(f"  keep every rule of the contract then: {done.passing:,}")
        for rule, count in done.broken:
            yield Text(f"  still break {rule}: {count:,}")
    if dry_run:
        yield Text("dry run: nothing was written")
    elif done.corrected:
        yield Text(_next_step(done))


def redriven(done: Redriven) -> Iterator[RenderableType]:
    """What became of the records and files that were driven again."""
    for one in done.settled:
        yield Text(f"{one.record_id} is not set aside: its fate is {one.fate}")
    if done.fates:
        columns = ("passed", "duplicate", "quarantined")
        rows = [[source, sum(by.values()), *(by.get(name, 0) for name in columns)] for source, by in done.fates.items()]
        titles = ("source", "driven again#", "passed#", "duplicate#", "still set aside#")
        yield grid("Records driven again", titles, rows)
    for file in done.files:
        yield Text(_file_state(file))
    if done.files_left:
        yield Text(
            f"{done.files_left:,} files are set aside whole. One that is mended in its folder lands by itself; to "
            "have it looked at as it is, name it: cdp-lake quarantine redrive file:ID"
        )
    if not (done.fates or done.settled or done.files):
        yield Text(NOTHING)
    passed = sum(by.get("passed", 0) for by in done.fates.values())
    if not done.commits:
        yield Text("nothing changed: 0 commits")
    else:
        yield Text(f"{done.commits} commits" + (f"; {FOLLOWS}" if passed else ""))


def _record(one: RecordShown) -> Iterator[RenderableType]:
    where = [("file", one.file), ("line", one.line), ("fate", one.fate), ("received", _shortened(one.received))]
    where += [("read as", _shortened(one.read))] if one.read != one.received else []
    yield pairs(f"{one.source} {one.record_id}", [(name, value) for name, value in where if value is not None])
    if one.rules:
        yield grid("", ("rule", "says", "asked for"), [_rule(rule, one) for rule in one.rules])
    if one.corrections:
        yield grid("Corrections", ("no#", "at (UTC)", "by", "what", "reason"), map(_correction, one.corrections))
    if one.redrives:
        yield grid("Driven again", ("at (UTC)", "by", "with no#", "then", "still breaks"), map(_redrive, one.redrives))
    if one.rules:
        yield pairs("What to do", _advice(one))


def _rule(rule: str, one: RecordShown) -> tuple[str, Any, str]:
    columns = columns_of(rule, one.contract)
    said = [(name, one.values.get(name)) for name in columns if name in one.values]
    text = said[0][1] if len(said) == 1 else ", ".join(f"{name}: {value or '-'}" for name, value in said)
    return rule, _shortened(text) or None, asked(rule, one.contract)


def _correction(row: dict[str, Any]) -> tuple[Any, ...]:
    what = _KINDS[row["kind"]] + (f" {', '.join(row['columns'])}" if row["columns"] else "")
    return row["correction_no"], f"{_utc(row['corrected_at'])}", row["actor"], what, row["reason"]


def _redrive(row: dict[str, Any]) -> tuple[Any, ...]:
    return _utc(row["redriven_at"]), row["actor"] or "a run", row["correction_no"], row["fate"], row["rules"] or None


def _advice(one: RecordShown) -> list[tuple[str, str]]:
    """What to do, in the order in which it is done."""
    redrive = f"cdp-lake quarantine redrive {one.record_id}"
    if one.record_id.startswith("file:"):
        return [("mend the file", "the next run lands it"), ("or change the contract", redrive)]
    column = next((name for rule in one.rules for name in columns_of(rule, one.contract)), None)
    right = "--payload FILE" if column is None else f"--value {column}=VALUE"
    correct = f"cdp-lake quarantine fix {one.record_id} {right} --reason WHY"
    return [("correct it", correct), ("or change the contract", f"of {one.source}"), ("then", redrive)]


def _next_step(done: Corrected) -> str:
    if done.in_silver:
        return "some of them stand in silver: the next run computes silver anew without the correction: cdp-lake run"
    return f"now drive them again: cdp-lake quarantine redrive --source {done.source} (the next run does so too)"


def _file_state(file: WholeFile) -> str:
    return (
        f"{file.record_id}: {file.path} "
        + {
            "changed": "has changed in the landing folder: the next run lands it",
            "forgotten": "is there as it was: the next run looks at it as if it were new",
            "gone": "is not in the landing folder any more: drop it there again, and the next run lands it",
        }[file.state]
    )


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M}"


def _shortened(text: str | None) -> str | None:
    if text is None or len(text) <= PAYLOAD_SHOWN:
        return text
    return f"{text[:PAYLOAD_SHOWN]}... ({len(text):,} characters)"
