"""Which records resemble each other: the kept model learnt where there is none, and every probable pair by it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from pyspark.sql import DataFrame

from cdp_lake.adapters.similarities import register_similarities
from cdp_lake.config.resemblance import ResemblanceRules
from cdp_lake.config.settings import Settings
from cdp_lake.contracts import conform
from cdp_lake.contracts.identity import COMPARABLES, DECISIONS, EDGES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.decisions import labelled_pairs
from cdp_lake.identity.matching.blocking import key_sql
from cdp_lake.identity.matching.comparisons import comparisons
from cdp_lake.identity.matching.frequencies import hashed, listed, with_kept_frequencies
from cdp_lake.identity.matching.match_model import Frequencies, MatchModel, match_model_of
from cdp_lake.identity.matching.pairs import candidate_pairs, candidate_pairs_of, pairs_proposed, with_ends
from cdp_lake.identity.matching.scoring import graded
from cdp_lake.identity.resemblance import (
    COMPARED,
    RESEMBLES,
    as_compared,
    as_kept,
    records_to_compare,
    resembling,
    sample_of,
)
from cdp_lake.identity.rows import of_records, without
from cdp_lake.identity.scope import edges_touching
from cdp_lake.scoring.model_files import ModelFiles
from cdp_lake.silver.matchable import matchable
from cdp_lake.stages.changed_records import Change
from cdp_lake.stages.job import Job
from cdp_lake.stages.learn_matching import budget_for, learn, planned, what_tells
from cdp_lake.stages.models import registry_of

PURPOSE = "identity"
ABOUT = "how probable it is that two records are one person"
RECORDS = "records"
_FREQUENT = "column STRING, value STRING, frequency DOUBLE"


@dataclass(frozen=True)
class KeptModel:
    """A version of the model as the registry keeps it."""

    number: str
    model: MatchModel
    frequencies: Frequencies


def model_in_force(settings: Settings) -> str:
    """The version by which records resemble each other now; empty where rules ask for none, or none is learnt yet."""
    rules = settings.identity.resemblance
    if rules is None:
        return ""
    return f"{rules.model}@{registry_of(settings).champion_version(rules.model)}"


@dataclass(frozen=True)
class Alike:
    """Edges between records that resemble each other, and the published ones they take the place of."""

    edges: DataFrame
    replaced: DataFrame


def resembling_pairs(job: Job, rules: ResemblanceRules) -> DataFrame | None:
    """Edges between all records that resemble each other; None where nothing can be compared."""
    told = comparable_records(job.lake.read(SOURCE_RECORDS, PURPOSE))
    records = job.staged(told, "comparable")
    job.upsert(COMPARABLES, conform(as_kept(records), COMPARABLES).persist(), complete=True)
    kept = _kept(job, rules, records)
    if kept is None:
        return None
    pairs = candidate_pairs(records, kept.model.plan.rules, key_sql(kept.model.columns))
    return _edges(job, rules, kept, records, pairs)


def resembling_since(job: Job, rules: ResemblanceRules, change: Change) -> Alike | None:
    """Edges of records that changed; None where everybody has to be compared, for want of a model or of a fitting one.

    The comparable records are brought up to date as well.
    """
    published = job.lake.read(COMPARABLES, PURPOSE)
    fresh = job.staged(
        comparable_records(of_records(job.lake.read(SOURCE_RECORDS, PURPOSE), change.alive)), "fresh_ones"
    )
    records = job.staged(
        as_compared(without(published, change.records)).unionByName(fresh.select(*COMPARED)), "all_ones"
    )
    changed = fresh.select("record")
    kept = _champion(job.settings, rules)
    if kept is None or _has_outgrown(job, rules, kept, records, changed):
        return None
    pairs = candidate_pairs_of(changed, records, kept.model.plan.rules, key_sql(kept.model.columns))
    edges = _edges(job, rules, kept, records, pairs)
    replacing = of_records(published, change.records)
    job.upsert(COMPARABLES, conform(as_kept(fresh), COMPARABLES).persist(), complete=True, replacing=replacing)
    return Alike(edges, edges_touching(job.lake.read(EDGES, PURPOSE), change.records, RESEMBLES))


def _edges(job: Job, rules: ResemblanceRules, kept: KeptModel, records: DataFrame, pairs: DataFrame) -> DataFrame:
    """The pairs scored, those kept that link or are to be looked at."""
    pairs, model = job.staged(pairs, "candidates"), kept.model
    nodes = job.staged(with_kept_frequencies(records, kept.frequencies), "compared")
    register_similarities(job.spark, model.compiled)
    scored = model.probabilities(graded(with_ends(pairs, nodes, model.compiled, model.columns), model.compiled))
    edges = job.staged(resembling(scored, rules, kept.number), "resembling")
    sure, every = edges.where("refused_by is null").count(), edges.count()
    job.facts |= {"resemblance: model": f"{rules.model} version {kept.number}", "resemblance: sure pairs": f"{sure:,}"}
    job.progress.step(
        f"{pairs.count():,} pairs compared: {sure:,} surely of one person, {every - sure:,} for a person to look at"
    )
    return edges


def comparable_records(records: DataFrame) -> DataFrame:
    """One row per record that can be compared, in the columns of `silver.matchable`. records: silver.source_records."""
    # Numbers and dates are in one spelling already: no region or order is asked for.
    return matchable(records_to_compare(records), {}, "US").select(*COMPARED)


def kept_version(settings: Settings, number: str) -> KeptModel | None:
    """A version as the registry keeps it; None where it does not, or no longer."""
    rules = settings.identity.resemblance
    if rules is None:
        return None
    files = registry_of(settings).files(rules.model, number)
    return KeptModel(number, *match_model_of(files)) if files else None


def _champion(settings: Settings, rules: ResemblanceRules) -> KeptModel | None:
    number = registry_of(settings).champion_version(rules.model)
    return None if number is None else kept_version(settings, number)


def _kept(job: Job, rules: ResemblanceRules, records: DataFrame) -> KeptModel | None:
    """The champion; learnt first where there is none, or where the records have outgrown it."""
    kept = _champion(job.settings, rules)
    if kept is None or _has_outgrown(job, rules, kept, records, records.select("record")):
        learn_anew(job, rules, records)
        kept = _champion(job.settings, rules)
    return kept


def _has_outgrown(job: Job, rules: ResemblanceRules, kept: KeptModel, records: DataFrame, changed: DataFrame) -> bool:
    """True when there are many more records than it was learnt from, or its blocking now proposes too many pairs."""
    learnt_from = int(registry_of(job.settings).tags_of(rules.model, kept.number).get(RECORDS, 0))
    if records.count() >= rules.learn_anew_at * learnt_from:
        job.progress.step(f"the model was learnt when there were {learnt_from:,} records to compare")
        return True
    keys = key_sql(kept.model.columns)
    row = pairs_proposed(changed, records, kept.model.plan.rules, keys).first()
    pairs = row["pairs"] if row else 0
    if pairs > rules.learn_anew_at * rules.pair_budget:
        job.progress.step(
            f"{pairs:,} pairs to compare by the model's blocking, where {rules.pair_budget:,} are allowed"
        )
        return True
    return False


def learn_anew(job: Job, rules: ResemblanceRules, records: DataFrame) -> str | None:
    """Learns from the records as they are; the number of the new version, None where nothing can be compared."""
    count = records.count()
    frame = what_tells(sample_of(records, count, rules.learn_from).toPandas(), job.progress.step)
    frame = frame.sort_values("record", ignore_index=True)
    plan = planned(frame, budget_for(len(frame), rules.pair_budget), job.progress.step)
    labels = _labels(job, frame)
    lesson = learn(job.spark, frame, plan, job.progress.step, labels)
    if lesson is None:
        return None
    pairs = lesson.grades.count()
    lesson.forget()
    table, unlisted = listed(frame, comparisons(frame.columns))
    frequent = hashed(job.spark.createDataFrame(table, _FREQUENT)).toPandas()
    learnt = lesson.model.learnt
    metrics = {"pairs": float(pairs), "expected_matches": learnt.expected_matches, "match_share": learnt.match_share}
    numbers = {RECORDS: count, "learnt_from": len(frame), "pair_budget": plan.budget, "labels": len(labels)}
    params = {name: str(number) for name, number in numbers.items()}
    files = lesson.model.as_files() | Frequencies(frequent, unlisted).as_files()
    return registry_of(job.settings).register_files(rules.model, ABOUT, ModelFiles(files, params, metrics))


def _labels(job: Job, frame: pd.DataFrame) -> pd.DataFrame:
    """What people decided of pairs of these records; as few as people can decide."""
    told = labelled_pairs(job.lake.read(DECISIONS, PURPOSE)).toPandas()
    known = frame["record"]
    there = told["record_l"].isin(known) & told["record_r"].isin(known)
    return told[there].sort_values(["record_l", "record_r"], ignore_index=True)
