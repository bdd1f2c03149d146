"""Which records resemble each other: the kept model learnt where there is none, and every probable pair by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from cdp_lake.adapters.similarities import register_similarities
from cdp_lake.config.resemblance import ResemblanceRules
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.matching.blocking import key_sql
from cdp_lake.identity.matching.comparisons import comparisons
from cdp_lake.identity.matching.frequencies import hashed, listed, with_kept_frequencies
from cdp_lake.identity.matching.match_model import Frequencies, MatchModel, match_model_of
from cdp_lake.identity.matching.pairs import candidate_pairs, with_ends
from cdp_lake.identity.matching.scoring import graded
from cdp_lake.identity.resemblance import records_to_compare, resembling, sample_of
from cdp_lake.scoring.model_files import ModelFiles
from cdp_lake.silver.matchable import matchable
from cdp_lake.stages.job import Job
from cdp_lake.stages.learn_matching import budget_for, learn, planned, what_tells
from cdp_lake.stages.models import registry_of

if TYPE_CHECKING:
    from cdp_lake.adapters.mlflow_registry import Registry

PURPOSE = "identity"
ABOUT = "how probable it is that two records are one person"
RECORDS = "records"
_FREQUENCY = "value_hash BIGINT, frequency DOUBLE"
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


def resembling_pairs(job: Job, rules: ResemblanceRules) -> DataFrame | None:
    """Edges between records that resemble each other; None where nothing can be compared."""
    records = job.staged(comparable_records(job.lake.read(SOURCE_RECORDS, PURPOSE)), "comparable")
    kept = _kept(job, rules, records)
    if kept is None:
        return None
    nodes, model = job.staged(with_frequencies_of(job.spark, records, kept), "compared"), kept.model
    pairs = job.staged(candidate_pairs(nodes, model.plan.rules, key_sql(model.columns)), "candidates")
    register_similarities(job.spark)
    scored = model.probabilities(graded(with_ends(pairs, nodes, model.compiled, model.columns), model.compiled))
    edges = job.staged(resembling(scored, rules, kept.number), "resembling")
    sure, every = edges.where("refused_by is null").count(), edges.count()
    job.facts |= {"resemblance: model": f"{rules.model} version {kept.number}", "resemblance: sure pairs": f"{sure:,}"}
    job.progress.step(
        f"{pairs.count():,} pairs compared: {sure:,} surely of one person, {every - sure:,} for a person to look at"
    )
    return edges


def with_frequencies_of(spark: SparkSession, records: DataFrame, kept: KeptModel) -> DataFrame:
    """The records with how frequent their values were where the model was learnt."""
    listed_ones = spark.createDataFrame(kept.frequencies.listed[["value_hash", "frequency"]], _FREQUENCY)
    return with_kept_frequencies(records, listed_ones, kept.frequencies)


def comparable_records(records: DataFrame) -> DataFrame:
    """One row per record that can be compared, in the columns of `silver.matchable`. records: silver.source_records."""
    # Numbers and dates are in one spelling already: no region or order is asked for.
    return matchable(records_to_compare(records), {}, "US")


def kept_version(settings: Settings, number: str) -> KeptModel | None:
    """A version as the registry keeps it; None where it does not, or no longer."""
    rules = settings.identity.resemblance
    if rules is None:
        return None
    files = registry_of(settings).files(rules.model, number)
    return KeptModel(number, *match_model_of(files)) if files else None


def _kept(job: Job, rules: ResemblanceRules, records: DataFrame) -> KeptModel | None:
    """The champion; learnt first where there is none, or where records have become many more."""
    registry, count = registry_of(job.settings), records.count()
    number = registry.champion_version(rules.model)
    if number is None or count >= rules.learn_anew_at * int(registry.training_tags(rules.model).get(RECORDS, 0)):
        number = learn_anew(job, rules, records, registry, count) or number
    return kept_version(job.settings, number) if number is not None else None


def learn_anew(job: Job, rules: ResemblanceRules, records: DataFrame, registry: Registry, count: int) -> str | None:
    """Learns from the records as they are; the number of the new version, None where nothing can be compared."""
    frame = what_tells(sample_of(records, count, rules.learn_from).toPandas(), job.progress.step)
    frame = frame.sort_values("record", ignore_index=True)
    plan = planned(frame, budget_for(len(frame), rules.pair_budget), job.progress.step)
    lesson = learn(job.spark, frame, plan, job.progress.step)
    if lesson is None:
        return None
    pairs = lesson.grades.count()
    lesson.forget()
    table, unlisted = listed(frame, comparisons(frame.columns))
    frequent = hashed(job.spark.createDataFrame(table, _FREQUENT)).toPandas()
    learnt = lesson.model.learnt
    metrics = {"pairs": float(pairs), "expected_matches": learnt.expected_matches, "match_share": learnt.match_share}
    params = {RECORDS: str(count), "learnt_from": str(len(frame)), "pair_budget": str(plan.budget)}
    files = lesson.model.as_files() | Frequencies(frequent, unlisted).as_files()
    return registry.register_files(rules.model, ABOUT, ModelFiles(files, params, metrics))
