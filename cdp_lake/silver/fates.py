"""The one fate of each bronze record: passed, duplicate (of which) or quarantined (for which rules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.exports import in_runs
from cdp_lake.silver.fields import version_of

PASSED, DUPLICATE, QUARANTINED = "passed", "duplicate", "quarantined"
CONFLICT_RULE = "same_key_other_content"
# How a source treats records with one key: no key at all; contents without order; the first stands; all stand in
# order; all stand in the order of the exports that say something else than the one before.
KEYLESS, CONFLICT, FIRST, VERSIONS, EXPORTS = "keyless", "conflict", "first", "versions", "exports"
_OF_RECORD = ("source", "record_id", "batch_id", "key_hash", "content_hash", "version_at", "version_seq")
_COLUMNS = (*_OF_RECORD, "rules", "_policy")


def candidates(parsed: DataFrame, contract: SourceContract) -> DataFrame:
    """One narrow row per parsed record: what its fate depends on."""
    version, then = version_of(contract)
    return parsed.select(
        F.lit(contract.name).alias("source"),
        F.col("_record_id").alias("record_id"),
        F.col("_batch_id").alias("batch_id"),
        key_hash(contract).alias("key_hash"),
        F.col("_record_hash").alias("content_hash"),
        version.alias("version_at"),
        then.alias("version_seq"),
        "rules",
        "_file_id",
        "_record_no",
        F.lit(_policy(contract)).alias("_policy"),
    )


def decided(candidates: DataFrame, known: DataFrame, policies: Mapping[str, str]) -> DataFrame:
    """One row per candidate, and per known record whose fate a candidate can change; all sources in one pass.

    known: fates of earlier batches, one row per record. policies: source to how it treats a repeated key.
    """
    numbered = candidates.transform(_with_occurrence)
    sound = numbered.where(F.size("rules") == 0).select(*_COLUMNS)
    broken = numbered.where(F.size("rules") > 0).select(*_COLUMNS)
    # Rivals: earlier records that lost or won by a key that comes again; broken ones keep their fate.
    keys = sound.select("source", "key_hash").distinct()
    is_rival = (F.col("fate") != QUARANTINED) | F.array_contains("rules", CONFLICT_RULE)
    rivals = known.where(is_rival).join(keys, ["source", "key_hash"], "left_semi")
    # A conflict is judged anew, so the rule it broke then is taken off.
    again = {"_policy": _policy_of(policies), "rules": F.array().cast("array<string>")}
    pool = sound.unionByName(rivals.withColumns(again).select(*_COLUMNS))
    settled = broken.transform(_settled, F.lit(QUARANTINED))
    if EXPORTS in policies.values():
        of_exports = pool.where(F.col("_policy") == EXPORTS).transform(in_runs, in_order())
        settled = settled.unionByName(of_exports.transform(_judged))
        pool = pool.where(F.col("_policy") != EXPORTS)
    return pool.transform(_ranked).transform(_judged).unionByName(settled)


def in_order() -> list[Column]:
    """Of records of one key, from the oldest: version, then content, then bronze record; never arrival."""
    times = (F.col("version_at").asc_nulls_first(), F.col("version_seq").asc_nulls_first())
    return [*times, F.col("content_hash"), F.col("record_id")]


def _ranked(pool: DataFrame) -> DataFrame:
    """Each record with `_original`, the one it would be a copy of, and whether it is `_in_conflict` with another."""
    per_key = Window.partitionBy("source", "key_hash").orderBy(*in_order())
    per_content = Window.partitionBy("source", "key_hash", "content_hash").orderBy(*in_order())
    first, first_alike = F.first("record_id").over(per_key), F.first("record_id").over(per_content)
    ranked = pool.withColumns({"_first": first, "_first_alike": first_alike})
    original = F.when(F.col("_policy").isin(VERSIONS, CONFLICT), F.col("_first_alike")).otherwise(F.col("_first"))
    # Without a version column nothing says which of two contents is true: the first by order stands.
    is_other = (F.col("_policy") == CONFLICT) & (F.col("_first_alike") != F.col("_first"))
    is_first_alike = F.col("record_id") == F.col("_first_alike")
    return ranked.withColumns({"_original": original, "_in_conflict": is_other & is_first_alike})


def _judged(ranked: DataFrame) -> DataFrame:
    """Copies become duplicates; different contents under one key are versions, or a conflict."""
    is_copy = ~F.col("_in_conflict") & (F.col("record_id") != F.col("_original"))
    fate = F.when(is_copy, DUPLICATE).when(F.col("_in_conflict"), QUARANTINED).otherwise(PASSED)
    rules = F.when(F.col("_in_conflict"), F.array(F.lit(CONFLICT_RULE))).otherwise(F.col("rules"))
    judged = ranked.withColumns({"_fate": fate, "_of": F.when(is_copy, F.col("_original")), "rules": rules})
    return judged.transform(_settled, F.col("_fate"), F.col("_of"))


def _settled(rows: DataFrame, fate: Column, duplicate_of: Column | None = None) -> DataFrame:
    of = F.lit(None).cast("string") if duplicate_of is None else duplicate_of
    return rows.select(*_COLUMNS, fate.alias("fate"), of.alias("duplicate_of")).drop("_policy")


def policies(contracts: Iterable[SourceContract]) -> dict[str, str]:
    """Source to how it treats a repeated key."""
    return {contract.name: _policy(contract) for contract in contracts}


def _policy(contract: SourceContract) -> str:
    if not contract.key:
        return KEYLESS
    if contract.version is None:
        return EXPORTS if contract.orders_by_export else CONFLICT
    return FIRST if contract.version.keep == "first" else VERSIONS


def _policy_of(policies: Mapping[str, str]) -> Column:
    pairs = [F.lit(text) for pair in sorted(policies.items()) for text in pair]
    return F.create_map(*pairs)[F.col("source")]


def key_hash(contract: SourceContract) -> Column:
    """What records of one thing have in common: a hash of the declared key, of the content where there is none."""
    if not contract.key:
        return F.col("_record_hash")
    # The separator keeps (a, bc) and (ab, c) apart.
    parts = [F.coalesce(F.col(name).cast("string"), F.lit("\u0000")) for name in contract.key]
    return F.substring(F.sha2(F.concat_ws("\u001f", *parts), 256), 1, 32)


def _with_occurrence(candidates: DataFrame) -> DataFrame:
    """Keyless records: the n-th identical record of a file is the same as the n-th of another file."""
    keyed = candidates.where(F.col("_policy") != KEYLESS)
    keyless = candidates.where(F.col("_policy") == KEYLESS)
    in_file = Window.partitionBy("source", "_file_id", "content_hash").orderBy("_record_no")
    occurrence = F.row_number().over(in_file).cast("string")
    named = keyless.withColumn("key_hash", F.concat_ws(":", F.col("content_hash"), occurrence))
    return keyed.unionByName(named.withColumn("content_hash", F.col("key_hash")))
