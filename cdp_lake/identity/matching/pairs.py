"""Candidate pairs: records that share the keys of a blocking rule, each pair once, under its first rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.identity.matching.blocking import BlockingRule
from cdp_lake.identity.matching.calibration import PROPOSED
from cdp_lake.identity.matching.compiling import CompiledModel

KEYS = "_keys"
ENDS = ("record_l", "record_r")


def candidate_pairs(records: DataFrame, rules: Sequence[BlockingRule], key_sql: Mapping[str, str]) -> DataFrame:
    """One row per pair (record_l < record_r) of one kind that shares the keys of any rule.

    records: one row per record. One shuffle for all rules: every record is sent once to each of its blocks.
    """
    spread = _spread(records, rules, key_sql)
    one = spread.select("_rule", "_block", "kind", *_ends("l"))
    other = spread.select("_rule", "_block", "kind", *_ends("r"))
    # Both: one row per (record, rule); a block holds its records once.
    met = one.join(other, ["_rule", "_block", "kind"]).where("record_l < record_r")
    return met.where(~_met_before(len(rules))).select("record_l", "record_r")


def candidate_pairs_of(
    changed: DataFrame, records: DataFrame, rules: Sequence[BlockingRule], key_sql: Mapping[str, str]
) -> DataFrame:
    """The same pairs, but only those with an end in `changed`, one row per record."""
    spread = _spread(records, rules, key_sql)
    # changed: one row per record; either side: one row per (record, rule).
    one = spread.join(changed, "record", "left_semi").select("_rule", "_block", "kind", *_ends("l"))
    other = spread.select("_rule", "_block", "kind", *_ends("r"))
    met = one.join(other, ["_rule", "_block", "kind"]).where("record_l != record_r").where(~_met_before(len(rules)))
    ends = F.least(*ENDS).alias("record_l"), F.greatest(*ENDS).alias("record_r")
    # Where both ends have changed the pair is met from either side.
    return met.select(*ends).distinct()


def labelled_beyond(pairs: DataFrame, labels: DataFrame) -> DataFrame:
    """The labelled pairs that are not among these. labels: one row per pair, few."""
    # The few go to the many: what is left over is told by what was met.
    met = pairs.select(*ENDS).join(F.broadcast(labels), list(ENDS), "left_semi")
    return labels.select(*ENDS).join(met, list(ENDS), "left_anti")


def with_labels(proposed: DataFrame, beyond: DataFrame, labels: DataFrame) -> DataFrame:
    """Both sorts of graded pairs with what is known of them (`is_match`), and whether blocking proposed them.

    beyond: those of `labelled_beyond`. labels: one row per pair, few.
    """
    every = proposed.withColumn(PROPOSED, F.lit(True)).unionByName(beyond.withColumn(PROPOSED, F.lit(False)))
    return every.join(F.broadcast(labels), list(ENDS), "left")


def pairs_proposed(
    changed: DataFrame, records: DataFrame, rules: Sequence[BlockingRule], key_sql: Mapping[str, str]
) -> DataFrame:
    """One row: the `pairs` that rules propose with an end in `changed`, overlaps counted twice; no pair is made."""
    # changed: one row per record.
    marked = changed.select("record", F.lit(1).alias("_new"))
    blocks = _spread(records, rules, key_sql).join(marked, "record", "left").groupBy("_rule", "_block", "kind")
    sizes = blocks.agg(F.count("*").alias("_all"), F.count("_new").alias("_new"))
    new = F.col("_new")
    among = new * (F.col("_all") - new) + (new * (new - 1) / 2).cast("bigint")
    return sizes.agg(F.coalesce(F.sum(among), F.lit(0)).alias("pairs"))


def with_records(pairs: DataFrame, records: DataFrame, model: CompiledModel, columns: Sequence[str]) -> DataFrame:
    """The pairs with the compared columns of both ends, and how frequent their values are.

    The records of one file are small beside their pairs: they go to the pairs, which need no shuffle.
    """
    return with_ends(pairs, F.broadcast(records), model, columns)


def with_ends(pairs: DataFrame, records: DataFrame, model: CompiledModel, columns: Sequence[str]) -> DataFrame:
    """The same, however Spark brings them together."""
    wanted = [*columns, *[f"tf_{column}" for column in model.rarity_columns]]
    # records: one row per record.
    for end in ("l", "r"):
        named = records.select(F.col("record").alias(f"record_{end}"), *[F.col(c).alias(f"{c}_{end}") for c in wanted])
        pairs = pairs.join(named, f"record_{end}")
    return pairs


def _spread(records: DataFrame, rules: Sequence[BlockingRule], key_sql: Mapping[str, str]) -> DataFrame:
    """One row per (record, rule) with the block of the record under the rule, and all its blocks as `_keys`."""
    keys = [_block(number, [F.expr(key_sql[key]) for key in rule.keys]) for number, rule in enumerate(rules)]
    keyed = records.select("record", "kind", F.array(*keys).alias(KEYS))
    spread = keyed.select("record", "kind", KEYS, F.posexplode(KEYS).alias("_rule", "_block"))
    return spread.where("_block IS NOT NULL")


def _block(number: int, keys: list[Column]) -> Column:
    """The block of a record under a rule; null when it lacks a key."""
    complete = reduce(Column.__and__, [key.isNotNull() for key in keys], F.lit(True))
    return F.when(complete, F.xxhash64(F.lit(number), *keys))


def _ends(end: str) -> list[Column]:
    return [F.col("record").alias(f"record_{end}"), F.col(KEYS).alias(f"{KEYS}_{end}")]


def _met_before(rules: int) -> Column:
    """True when an earlier rule brings the same two records together."""
    earlier = [
        (F.lit(number) < F.col("_rule")) & (F.col(f"{KEYS}_l")[number] == F.col(f"{KEYS}_r")[number])
        for number in range(rules - 1)
    ]
    return reduce(Column.__or__, [F.coalesce(met, F.lit(False)) for met in earlier], F.lit(False))
