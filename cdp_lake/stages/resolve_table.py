"""Resolve a table of anybody's: who in one file is the same person or organisation, without labels or tuning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdp_lake.adapters.similarities import register_similarities
from cdp_lake.adapters.table_files import read_text_table, write_table
from cdp_lake.adapters.training import chance_agreement, rule_costs
from cdp_lake.config.field_map import FieldMap, load_field_map
from cdp_lake.errors import ConfigError
from cdp_lake.identity.matching.blocking import BlockingPlan, candidates, chosen, key_sql
from cdp_lake.identity.matching.calibration import Calibrated, calibrated, smoothed_u
from cdp_lake.identity.matching.comparisons import Comparison, comparisons
from cdp_lake.identity.matching.compiling import CompiledModel, compiled
from cdp_lake.identity.matching.pairs import candidate_pairs, with_records
from cdp_lake.identity.matching.scoring import graded, patterns, probability, weighed_beside_households
from cdp_lake.identity.matching.splink_form import model_of
from cdp_lake.identity.matching.splitting import PERMISSIVE, components, pairs_inside, settled
from cdp_lake.silver.matchable import matchable
from cdp_lake.silver.raw_parts import date_orders, phone_region, raw_parts

# Pairs worth grading, by what two cores grade in about a minute.
PAIR_BUDGET = 6_000_000
PAIRS_PER_RECORD = 200
SMALL_BUDGET = 600_000
ENOUGH_TO_LEARN = 30
Say = Callable[[str], None]


@dataclass(frozen=True)
class Resolution:
    """The answer: one row per record in the order of the file, and what it was made from."""

    rows: pd.DataFrame
    plan: BlockingPlan
    learnt: Calibrated | None


def resolve_table(spark: SparkSession, file: Path, map_file: Path, out: Path, say: Say) -> Resolution:
    """Reads a file, writes OUT: record_id, (source,) profile_id, cluster_size, confidence. Touches no lake."""
    table = read_text_table(file)
    if table.encoding is not None:
        say(f"{file.name}: {table.encoding}, columns separated by {table.delimiter!r}")
    field_map = load_field_map(map_file, table.rows.columns)
    _require_keys(table.rows, field_map, file)
    register_similarities(spark)
    records = comparable(spark, table.rows, field_map, say)
    found = resolve(spark, records, say)
    rows = _answer(table.rows, field_map, found)
    write_table(rows, out)
    return Resolution(rows, found.plan, found.learnt)


def comparable(spark: SparkSession, rows: pd.DataFrame, field_map: FieldMap, say: Say) -> pd.DataFrame:
    """One row per record with `record`, `kind` and what can be compared; what says nothing is left out."""
    raw = raw_parts(rows, field_map.fields)
    orders, region = date_orders(raw), phone_region(raw)
    for part, order in orders.items():
        say(f"{part}: {order} where both can be")
    if "raw_phone" in raw:
        say(f"phone numbers without a country are read as of {region}")
    frame = matchable(spark.createDataFrame(raw), orders, region).toPandas().sort_values("record", ignore_index=True)
    frame = frame.astype(object).where(frame.notna(), None)
    telling = [c for c in frame.columns if c in ("record", "kind") or frame[c].nunique() > 1]
    silent = [column for column in frame.columns if column not in telling and frame[column].notna().any()]
    if silent:
        say(f"the same in every record, so no evidence: {', '.join(silent)}")
    return frame[telling].astype({"record": "int64"})


@dataclass(frozen=True)
class Found:
    """The entity of each record, how sure that is, the blocking plan and what was learnt."""

    entity: np.ndarray
    confidence: np.ndarray
    plan: BlockingPlan
    learnt: Calibrated | None


def resolve(spark: SparkSession, records: pd.DataFrame, say: Say) -> Found:
    """Entities of comparable records 0..n-1."""
    compared = comparisons(records.columns)
    keys = key_sql(records.columns)
    budget = min(PAIR_BUDGET, max(SMALL_BUDGET, PAIRS_PER_RECORD * len(records)))
    plan = chosen(rule_costs(records, keys, candidates(keys)), budget)
    for rule in plan.rules:
        say(f"pairs that share {rule.name}: {rule.pairs:,}, largest block {rule.largest:,}")
    if plan.left_out:
        say(f"{plan.left_out} wider rules are left out: {budget:,} pairs are the budget")
    if not plan.rules:
        say("no two records share anything that could make them one: all stay apart")
        alone = np.arange(len(records))
        return Found(alone, np.ones(len(records)), plan, None)
    observed, looked_at = chance_agreement(records, compared)
    chances = {c.name: smoothed_u(c, observed[c.name], looked_at) for c in compared}
    nodes = spark.createDataFrame(_with_frequencies(records, compared)).persist()
    first = compiled(model_of(compared, _untrained(compared, chances)))
    columns = [c for c in records.columns if c not in ("record", "kind")]
    pairs = with_records(candidate_pairs(nodes, plan.rules, keys), F.broadcast(nodes), first, columns)
    grades = graded(pairs, first).persist()
    shared = [c.name for c in compared if c.shared]
    seen = patterns(grades, first, shared).toPandas()
    seen = seen.sort_values(list(seen.columns), ignore_index=True)
    learnt = calibrated(seen, compared, chances, len(records) * (len(records) - 1) // 2)
    _say_learnt(learnt, int(seen["pairs"].sum()), say)
    model = compiled(model_of(compared, learnt))
    scored = _scored(grades, model, learnt).persist()
    entity, inside = _entities(spark, nodes, scored, model, learnt, columns, len(records))
    found = Found(entity, _confidence(entity, inside, _best_refused(scored), len(records)), plan, learnt)
    for frame in (scored, grades, nodes):
        frame.unpersist()
    return found


def _entities(
    spark: SparkSession,
    nodes: DataFrame,
    scored: DataFrame,
    model: CompiledModel,
    learnt: Calibrated,
    columns: Sequence[str],
    count: int,
) -> tuple[np.ndarray, pd.DataFrame]:
    """The entity of each record, and the graded pairs inside components."""
    proposed = scored.where(F.col("probability") >= PERMISSIVE).toPandas()
    proposed = proposed.sort_values(["record_l", "record_r"], ignore_index=True)
    labels = components(count, proposed)
    wanted = pairs_inside(labels)
    sizes = np.bincount(labels)
    lonely = proposed[(labels[proposed["record_l"]] == labels[proposed["record_r"]])]
    lonely = lonely[sizes[labels[lonely["record_l"]]] == 2]
    inside = lonely
    if len(wanted):
        pairs = with_records(spark.createDataFrame(wanted), F.broadcast(nodes), model, columns)
        complete = _scored(graded(pairs, model), model, learnt).toPandas()
        inside = pd.concat([complete, lonely]).sort_values(["record_l", "record_r"], ignore_index=True)
    return settled(labels, inside), inside


def _scored(grades: DataFrame, model: CompiledModel, learnt: Calibrated) -> DataFrame:
    weights = weighed_beside_households(grades, model, learnt)
    return weights.select("record_l", "record_r", probability(F.col("match_weight")).alias("probability"))


def _best_refused(scored: DataFrame) -> pd.DataFrame:
    """The best pair of each record, joined or not."""
    ends = scored.select(
        F.explode(F.array("record_l", "record_r")).alias("record"), "record_l", "record_r", "probability"
    )
    best = F.max(F.struct("probability", "record_l", "record_r")).alias("best")
    return ends.groupBy("record").agg(best).select("record", "best.probability").toPandas()


def _confidence(entity: np.ndarray, inside: pd.DataFrame, best: pd.DataFrame, count: int) -> np.ndarray:
    """Of each record: the probability of its best live pair, or 1 minus that of its best refused one."""
    refused, live = np.zeros(count), np.zeros(count)
    refused[best["record"]] = best["probability"]
    one, other = inside["record_l"].to_numpy(int), inside["record_r"].to_numpy(int)
    together = entity[one] == entity[other]
    for end in (one, other):
        np.maximum.at(live, end[together], inside["probability"].to_numpy()[together])
    sizes = np.bincount(entity, minlength=count)[entity]
    return np.where(sizes > 1, live, 1 - refused)


def _with_frequencies(records: pd.DataFrame, compared: Sequence[Comparison]) -> pd.DataFrame:
    """The records with the share of records that carry each value whose rarity counts."""
    rare = dict.fromkeys(g.rarity_of for c in compared for g in c.grades if g.rarity_of)
    shares = {f"tf_{name}": records[name].map(records[name].value_counts(normalize=True)) for name in rare}
    return records.assign(**{name: share.astype("float64") for name, share in shares.items()})


def _untrained(compared: Sequence[Comparison], chances: dict[str, np.ndarray]) -> Calibrated:
    from cdp_lake.identity.matching.calibration import prior

    priors = {c.name: prior(c) for c in compared}
    return Calibrated(1e-4, 1e-4, priors, {}, chances, 0.0)


def _say_learnt(learnt: Calibrated, pairs: int, say: Say) -> None:
    say(f"{pairs:,} pairs graded; about {learnt.expected_matches:,.0f} of them are one entity")
    if learnt.expected_matches < ENOUGH_TO_LEARN:
        say("too few to learn from: how often true pairs agree is taken from what is shipped")


def _require_keys(rows: pd.DataFrame, field_map: FieldMap, file: Path) -> None:
    """Raises ConfigError when a record has no id, or two have the same."""
    if rows.empty:
        raise ConfigError(f"{file}: a header and no records")
    key = [field_map.source, field_map.record_id] if field_map.source else [field_map.record_id]
    nameless = rows[rows[field_map.record_id].isna()]
    if len(nameless):
        raise ConfigError(
            f"{file}: {len(nameless):,} records have no {field_map.record_id}, the first is record {nameless.index[0] + 1}"
        )
    doubled = rows[rows.duplicated(key, keep=False)]
    if len(doubled):
        named = [", ".join(map(str, values)) for values in doubled[key].drop_duplicates().head(5).to_numpy()]
        raise ConfigError(f"{file}: {' and '.join(key)} must tell records apart; more than once: {'; '.join(named)}")


def _answer(rows: pd.DataFrame, field_map: FieldMap, found: Found) -> pd.DataFrame:
    """The file's records with their profile: numbered in the order of the file."""
    numbers = pd.factorize(found.entity)[0]
    sizes = np.bincount(numbers)
    answer = {"record_id": rows[field_map.record_id]}
    if field_map.source:
        answer["source"] = rows[field_map.source].fillna("")
    answer["profile_id"] = pd.Series([f"R{number + 1:09d}" for number in numbers], index=rows.index)
    answer["cluster_size"] = pd.Series(sizes[numbers], index=rows.index)
    answer["confidence"] = pd.Series(np.round(found.confidence, 6), index=rows.index)
    return pd.DataFrame(answer)
