"""The health of identity: counts and shares that show a stitch gone wrong before anybody meets it in a segment.

Everything here is an aggregate, a rule, a namespace or a profile id; never a value of somebody's record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.health import HealthRules
from cdp_lake.config.identity import IdentityRules
from cdp_lake.identity.identifiers import people_of
from cdp_lake.identity.name_agreement import names_agree

# Largest number of records in a size class, and what the class is called; names sort by size.
SIZE_CLASSES = ((1, "1"), (2, "2"), (5, "3-5"), (10, "6-10"), (20, "11-20"), (50, "21-50"), (100, "51-100"))
LARGEST_CLASS = "101+"
LARGEST_SHOWN = 10
# Pairs of names grow with the square; more names than this are several people's for that already.
_COMPARABLE = 50
RECORDS, JITTER, STITCH_RATE = "records", "jitter", "stitch_rate"
CLUSTER_SHARE, OVER_MERGE_SHARE = "largest_cluster_share", "over_merge_share"


@dataclass(frozen=True)
class Gate:
    """One limit: what was measured, what is allowed by which setting, and whether it is kept."""

    measure: str
    setting: str
    limit: str
    value: float
    kept: bool


def profiles_seen(records: DataFrame, persons: DataFrame, before: DataFrame, identifiers: DataFrame,
                  rules: IdentityRules) -> DataFrame:  # fmt: skip
    """One row per profile: its records, how many moved, who it says it is. It holds personal values.

    records: silver.source_records. persons, before: one row per record (record_sk, profile_id), after and before.
    """
    people = people_of(records).select("record_sk", "given_key", "name_key", "birth_date", "carrier_key")
    old = before.select("record_sk", F.col("profile_id").alias("_old"))
    naming = [n.name for n in rules.namespaces if n.names_a_person]
    known = identifiers.where("is_live").where(F.col("namespace").isin(*naming))
    known = known.select("record_sk").distinct().withColumn("_known", F.lit(True))
    # people, old, known: at most one row per record.
    whole = persons.select("record_sk", "profile_id").join(people, "record_sk", "left")
    whole = whole.join(old, "record_sk", "left").join(known, "record_sk", "left")
    devices = [n.name for n in rules.namespaces if n.strength == "device"]
    is_anonymous = F.split("carrier_key", ":", 2)[0].isin(*devices)
    named = F.col("name_key").isNotNull() & F.col("birth_date").isNotNull()
    return whole.groupBy("profile_id").agg(
        F.count("*").alias("records"),
        F.count_if(is_anonymous).alias("anonymous"),
        F.coalesce(F.max("_known"), F.lit(False)).alias("is_known"),
        F.count("_old").alias("known_before"),
        F.count_if(F.col("_old") != F.col("profile_id")).alias("moved"),
        F.collect_set(F.when(F.col("given_key").isNotNull(), F.struct("given_key", "name_key"))).alias("names"),
        F.size(F.collect_set("birth_date")).alias("birth_dates"),
        F.collect_set(F.when(named, F.struct("name_key", "birth_date"))).alias("told"),
    )


def measures(profiles: DataFrame, persons: DataFrame, edges: DataFrame, identifiers: DataFrame) -> DataFrame:
    """One row per (measure, subject): value, and detail where a number does not say it all.

    profiles: as `profiles_seen`. persons: one row per record. edges, identifiers: as they now are.
    """
    parts = (
        _totals(profiles),
        _rows(profiles.groupBy(_size_class().alias("subject")).agg(F.count("*").alias("value")), "profiles_by_size"),
        _rows(_twins(profiles), "under_merged_pairs"),
        _rows(_refused_edges(edges), "refused_edges"),
        _rows(_refused_values(identifiers), "refused_share"),
        _largest(profiles, persons, edges),
    )
    return reduce(DataFrame.unionByName, parts).where("value is not null")


def of_last_run(health: DataFrame) -> DataFrame:
    """The measures of the newest stitch, in the order a person reads them. health: ops.health."""
    newest = health.agg(F.max_by("run_id", F.struct("measured_at", "run_id")).alias("run_id"))
    # newest: one row.
    return health.join(newest, "run_id").orderBy("measure", F.col("value").desc(), "subject")


def gates(found: Mapping[str, float], rules: HealthRules) -> tuple[Gate, ...]:
    """The limits that are set and can be judged. found: value per measure of everybody."""
    limits = (
        (JITTER, "max_jitter"),
        (CLUSTER_SHARE, "max_cluster_share"),
        (OVER_MERGE_SHARE, "max_over_merge_share"),
        (STITCH_RATE, "min_stitch_rate"),
    )
    if found.get(RECORDS, 0) < rules.from_records:
        return ()
    asked = [(name, setting, getattr(rules, setting)) for name, setting in limits if name in found]
    return tuple(_gate(name, setting, limit, found[name]) for name, setting, limit in asked if limit is not None)


def _gate(measure: str, setting: str, limit: float, value: float) -> Gate:
    if setting.startswith("max_"):
        return Gate(measure, setting, f"at most {limit:g}", value, value <= limit)
    return Gate(measure, setting, f"at least {limit:g}", value, value >= limit)


def _totals(profiles: DataFrame) -> DataFrame:
    """Measures of everybody; a share of nothing is null, and a first run has no jitter."""
    several_names, several_births = _of_several(F.col("names")), F.col("birth_dates") > 1
    tells = (F.size("names") > 0) | (F.col("birth_dates") > 0)
    records = F.sum("records")
    values = {
        RECORDS: records,
        "profiles": F.count("*"),
        STITCH_RATE: _ratio(F.sum(F.when(F.col("is_known"), F.col("anonymous"))), F.sum("anonymous")),
        JITTER: _ratio(F.sum("moved"), F.sum("known_before")),
        CLUSTER_SHARE: _ratio(F.max("records"), records),
        "several_given_names": F.count_if(several_names),
        "several_birth_dates": F.count_if(several_births),
        OVER_MERGE_SHARE: _ratio(F.count_if(several_names | several_births), F.count_if(tells)),
    }
    one = profiles.agg(*[value.cast("double").alias(name) for name, value in values.items()])
    each = [F.struct(F.lit(name).alias("measure"), F.col(name).alias("value")) for name in values]
    return one.select(F.inline(F.array(*each))).withColumns({"subject": F.lit(""), "detail": F.lit("")})


def _of_several(names: Column) -> Column:
    """True when two of the names can not be one person's, nor are one with its parts swapped."""

    def differ(one: Column, other: Column) -> Column:
        swapped = _has_part(one["name_key"], other["given_key"]) | _has_part(other["name_key"], one["given_key"])
        return ~names_agree(one["given_key"], other["given_key"]) & ~F.coalesce(swapped, F.lit(False))

    clash = F.exists(names, lambda one: F.exists(names, lambda other: differ(one, other)))
    return F.when(F.size(names) <= _COMPARABLE, clash).otherwise(F.lit(True))


def _has_part(name: Column, part: Column) -> Column:
    return F.array_contains(F.split(name, " "), part)


def _ratio(part: Column, whole: Column) -> Column:
    return F.coalesce(part, F.lit(0)) / F.nullif(whole, F.lit(0))


def _twins(profiles: DataFrame) -> DataFrame:
    """Pairs of profiles that say the same name and birth date: perhaps one person."""
    told = profiles.select("profile_id", F.explode("told").alias("told"))
    same = told.groupBy("told").agg(F.count("*").alias("n"))
    return same.agg(F.coalesce(F.sum(F.expr("n * (n - 1) div 2")), F.lit(0)).alias("value"))


def _refused_edges(edges: DataFrame) -> DataFrame:
    refused = edges.where("refused_by is not null")
    return refused.groupBy(F.concat_ws(": ", "refused_by", "rule").alias("subject")).agg(F.count("*").alias("value"))


def _refused_values(identifiers: DataFrame) -> DataFrame:
    """Per namespace the share of records whose value of it is no evidence."""
    carried = identifiers.groupBy("namespace", "record_sk").agg(F.max((~F.col("is_live")).cast("int")).alias("_no"))
    return carried.groupBy(F.col("namespace").alias("subject")).agg(F.avg("_no").alias("value"))


def _largest(profiles: DataFrame, persons: DataFrame, edges: DataFrame) -> DataFrame:
    """The profiles with most records, with the number of live edges of each rule that made them."""
    top = profiles.orderBy(F.col("records").desc(), "profile_id").limit(LARGEST_SHOWN).select("profile_id", "records")
    mine = persons.select(F.col("record_sk").alias("src_record_sk"), "profile_id").join(F.broadcast(top), "profile_id")
    # mine: one row per record of those few.
    live = edges.where("is_live").join(mine, "src_record_sk").groupBy("profile_id", "rule").agg(F.count("*").alias("n"))
    by_size = F.array_sort(F.collect_list(F.struct((-F.col("n")).alias("less"), "rule")))
    told = F.transform(by_size, lambda one: F.concat_ws(" ", one["rule"], (-one["less"]).cast("string")))
    rules = live.groupBy("profile_id").agg(F.array_join(told, ", ").alias("detail"))
    # rules: one row per profile.
    both = top.join(rules, "profile_id", "left").withColumnsRenamed({"profile_id": "subject", "records": "value"})
    return _rows(both, "largest_clusters")


def _rows(found: DataFrame, measure: str) -> DataFrame:
    """Rows of one measure in the shape of all; without a subject it is of everybody."""
    columns = {"measure": F.lit(measure), "value": F.col("value").cast("double")}
    for name in ("subject", "detail"):
        columns[name] = F.coalesce(name, F.lit("")) if name in found.columns else F.lit("")
    return found.withColumns(columns).select("measure", "value", "subject", "detail")


def _size_class() -> Column:
    chosen = F.lit(LARGEST_CLASS)
    for most, name in reversed(SIZE_CLASSES):
        chosen = F.when(F.col("records") <= most, F.lit(name)).otherwise(chosen)
    return chosen
