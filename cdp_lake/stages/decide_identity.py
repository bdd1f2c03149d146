"""Decide: a person says that two are one, or that one is two; only the people concerned are put together anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from pyspark.sql import DataFrame

from cdp_lake.adapters.clock import now
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.surrogates import allocate
from cdp_lake.config.settings import Settings
from cdp_lake.contracts import conform
from cdp_lake.contracts.identity import ASSIGNMENTS, DECISIONS, EDGES, IDENTIFIERS
from cdp_lake.errors import ConfigError
from cdp_lake.identity.assignments import standing
from cdp_lake.identity.clusters import as_found
from cdp_lake.identity.decisions import (
    Decision,
    Kind,
    contradiction,
    decided,
    in_force,
    must_links,
    opposed,
    sides,
)
from cdp_lake.identity.rows import live_identifiers, of_records, record_keys, rewritten
from cdp_lake.identity.scope import edges_within
from cdp_lake.stages.durable_ids import named
from cdp_lake.stages.job import Job, Progress, Stage
from cdp_lake.stages.named_records import NamedRecords
from cdp_lake.stages.runner import run_stages
from cdp_lake.stages.settle_identity import Author, People, commit_people, concerned, settled

PURPOSE = "identity"
UNMERGED = "unmerged"


@dataclass(frozen=True)
class Asked:
    """What a person asks for: two people or records, and why they are one or two."""

    kind: Kind
    one: str
    other: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """A decision to be carried out, those it takes back, and where its records were before."""

    decision: Decision
    reason: str
    withdrawn: tuple[int, ...]


@dataclass(frozen=True)
class Carried:
    """What became of it: the decisions made and taken back, and the profiles of either side before and after."""

    decided: tuple[int, ...]
    withdrawn: tuple[int, ...]
    before: dict[str, tuple[str, ...]]
    after: dict[str, tuple[str, ...]]


def decide(lake: Lake, settings: Settings, asked: Sequence[Asked], actor: str, progress: Progress) -> Carried:
    """Carries decisions out at once; what was decided already is not decided again.

    Raises ConfigError for a word that names nobody, and for decisions that contradict one another.
    """
    known, words = NamedRecords(lake), [word for one in asked for word in (one.one, one.other)]
    known.look_up(words)
    verdicts = _verdicts(_standing(lake), [(one, *_sides(known, one)) for one in asked])
    before = known.profiles(words)
    if not verdicts:
        return Carried((), (), before, before)
    numbered: list[int] = []
    stage = Stage(
        name="decide_identity",
        about="who is who by a person's word",
        reads=(),
        writes=("identity.*",),
        run=partial(_carry_out, verdicts=verdicts, actor=actor, numbered=numbered),
        settings_used=("identity",),
        depends_on_time=False,
        always_looks=True,
    )
    run_stages(lake, settings, (stage,), progress)
    named_now = NamedRecords(lake)
    named_now.look_up(words)
    after = named_now.profiles(words)
    return Carried(tuple(numbered), tuple(no for verdict in verdicts for no in verdict.withdrawn), before, after)


def _sides(known: NamedRecords, asked: Asked) -> tuple[frozenset[int], frozenset[int]]:
    """The records of either side; what both words name belongs to the narrower one."""
    one, other = known.records(asked.one), known.records(asked.other)
    if len(one) <= len(other):
        other -= one
    else:
        one -= other
    if not one or not other:
        raise ConfigError(
            f"'{asked.one}' and '{asked.other}' name the same records, so there are no two sides to them. "
            "Name a record of each side as SOURCE:KEY, such as crm:1042 (see `cdp-lake identity explain`)"
        )
    return one, other


def _verdicts(
    standing_ones: list[Decision], asked: Iterable[tuple[Asked, frozenset[int], frozenset[int]]]
) -> list[Verdict]:
    verdicts: list[Verdict] = []
    current = {decision.number: decision for decision in standing_ones}
    for number, (word, one, other) in enumerate(asked, start=1):
        new = Decision(-number, word.kind, one, other)
        if any(old.says_the_same_as(new) for old in current.values()):
            continue
        withdrawn = tuple(old.number for old in opposed(current.values(), word.kind, one, other))
        current = {no: old for no, old in current.items() if no not in withdrawn} | {new.number: new}
        # Of a decision of this very call only the last word counts.
        verdicts = [verdict for verdict in verdicts if verdict.decision.number not in withdrawn]
        verdicts.append(Verdict(new, word.reason, tuple(no for no in withdrawn if no > 0)))
    clash = contradiction(current.values())
    if clash:
        apart, chain = clash
        numbers = ", ".join(_name(decision.number) for decision in chain)
        raise ConfigError(
            f"{_name(apart.number)} keeps apart what {numbers} join(s): nothing is changed. "
            "See `cdp-lake identity decisions`, and say the opposite of the one that is wrong first"
        )
    return verdicts


def _name(number: int) -> str:
    return f"decision {number}" if number > 0 else "this decision"


def _standing(lake: Lake) -> list[Decision]:
    rows = in_force(lake.read(DECISIONS, PURPOSE)).select("decision_no", "kind", "side", "record_sk").collect()
    return decided((row["decision_no"], row["kind"], row["side"], row["record_sk"]) for row in rows)


def _carry_out(job: Job, verdicts: list[Verdict], actor: str, numbered: list[int]) -> None:
    """The stage: writes the decisions, and puts together anew whoever they concern."""
    published = job.lake.read(DECISIONS, PURPOSE)
    numbers = _numbers(job, len(verdicts))
    numbered += numbers
    changed = _rows(job, published, dict(zip(numbers, verdicts, strict=True)), actor)
    job.upsert(DECISIONS, changed.persist())
    named_by_them = job.staged(record_keys(changed).distinct(), "named_by_them")
    _put_together(job, rewritten(published, changed, DECISIONS.key), named_by_them, actor)


def _numbers(job: Job, count: int) -> list[int]:
    wanted = job.spark.createDataFrame([(n,) for n in range(count)], "n INT")
    return sorted(row["number"] for row in allocate(job.lake, wanted, "decision_no", "number").collect())


def _rows(job: Job, published: DataFrame, verdicts: dict[int, Verdict], actor: str) -> DataFrame:
    """Rows of identity.decisions: the new ones, and those that are withdrawn by them."""
    at = now()
    rows: list[tuple[object, ...]] = []
    for number, verdict in verdicts.items():
        told, decision = (verdict.reason, actor, at, None, None), verdict.decision
        for side, records in ((1, decision.one), (2, decision.other)):
            rows += [(number, decision.kind, side, record, *told) for record in sorted(records)]
    by = {old: number for number, verdict in verdicts.items() for old in verdict.withdrawn}
    rows += [_withdrawn(row.asDict(), by, at) for row in in_force(published).collect() if row["decision_no"] in by]
    return conform(job.spark.createDataFrame([(*row, None) for row in rows], DECISIONS.schema), DECISIONS)


def _withdrawn(row: dict[str, object], by: dict[int, int], at: datetime) -> tuple[object, ...]:
    row |= {"withdrawn_at": at, "withdrawn_by": by[int(str(row["decision_no"]))]}
    return tuple(value for name, value in row.items() if name != "_row_hash")


def _put_together(job: Job, decisions: DataFrame, records: DataFrame, actor: str) -> None:
    assignments, all_edges = job.lake.read(ASSIGNMENTS, PURPOSE), job.lake.read(EDGES, PURPOSE)
    homes = standing(assignments)
    nodes = job.staged(concerned(job, records, all_edges, homes), "nodes")
    job.progress.step(f"{nodes.count():,} records of the people concerned")
    edges, held = edges_within(all_edges, nodes), of_records(job.lake.read(IDENTIFIERS, PURPOSE), nodes)
    found = job.staged(as_found(edges).unionByName(must_links(decisions, nodes)), "edges")
    values = live_identifiers(held).unionByName(of_records(sides(decisions), nodes))
    clusters, judged = settled(job, nodes, found, values)
    published = of_records(assignments, nodes)
    people = named(job, clusters, standing(published))
    assigned = job.staged(people.join(standing(published).select("record_sk", "valid_from"), "record_sk"), "assigned")
    commit_people(job, People(judged, assigned, published, replacing=edges), Author(actor, UNMERGED))
