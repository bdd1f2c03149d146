"""Households: people who live together, as far as the newest records of each of them tell.

Somebody lives at one place: of each rule only the newest complete statement counts, so who moved out is no bridge.
Whoever tells a place has a household, alone if need be; without one it is unknown how somebody lives.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.households import NAMES, HouseholdRules

_TOLD_AT = "_told_at"


def homes(records: DataFrame, persons: DataFrame, rules: HouseholdRules) -> DataFrame:
    """One row per (person, rule) with evidence: `head_sk` stands for the person, `centre_sk` for all who share it.

    records: silver.source_records. persons: one row per record (record_sk, profile_id).
    """
    told = _told(records, persons, rules)
    # Counted by place alone: people of any name fill a building.
    crowds = told.groupBy("rule_no", "place").agg(F.count("*").alias("_people"))
    crowds = crowds.where(F.col("_people") > rules.max_people)
    quiet = told.join(crowds, ["rule_no", "place"], "left_anti").where(~F.array_contains("key", ""))
    centres = quiet.groupBy("rule_no", "key").agg(F.min("head_sk").alias("centre_sk"))
    # centres: one row per (rule, key).
    return quiet.join(centres, ["rule_no", "key"]).select("profile_id", "head_sk", "rule_no", "centre_sk")


def ties(evidence: DataFrame) -> DataFrame:
    """One row per person tied to another by a rule: ends as edges of a graph have them."""
    ends = evidence.select(F.col("centre_sk").alias("src_record_sk"), F.col("head_sk").alias("dst_record_sk"))
    return ends.where("src_record_sk != dst_record_sk").distinct()


def living_together(evidence: DataFrame, components: DataFrame, rules: HouseholdRules) -> DataFrame:
    """One row per person with a home: profile_id, and the household as `cluster_sk`.

    components: one row per tied head (record_sk, cluster_sk). Where rules chain more than `max_people` people together
    only the first one counts: of that nobody has two statements, so nothing chains.
    """
    first = F.min(F.when(F.col("rule_no") == 0, F.col("centre_sk"))).alias("_first")
    people = evidence.groupBy("profile_id", "head_sk").agg(first)
    sizes = components.groupBy("cluster_sk").agg(F.count("*").alias("_people"))
    # components: one row per head; sizes: one row per component.
    tied = components.join(sizes, "cluster_sk").withColumnRenamed("record_sk", "head_sk")
    chained = F.coalesce(F.col("_people") > rules.max_people, F.lit(False))
    alone = F.coalesce("_first", "head_sk")
    together = F.when(chained, alone).otherwise(F.coalesce("cluster_sk", "head_sk"))
    return people.join(tied, "head_sk", "left").select("profile_id", together.alias("cluster_sk"))


def households_of(persons: DataFrame, people: DataFrame) -> DataFrame:
    """One row per record of a person with a home: record_sk, cluster_sk. people: one row per such person."""
    return persons.join(people, "profile_id").select("record_sk", "cluster_sk")


def _told(records: DataFrame, persons: DataFrame, rules: HouseholdRules) -> DataFrame:
    """One row per (person, rule) that any of the person's records tells the place of: place, and key with the name."""
    attributes = sorted({name for rule in rules.any_of for name in rule} | set(NAMES))
    told_at = F.coalesce("valid_from", "last_seen_at", "first_seen_at")
    version = F.struct(*[F.nullif(name, F.lit("")).alias(name) for name in attributes], told_at.alias(_TOLD_AT))
    newest = records.groupBy("record_sk").agg(F.max_by(version, "version_no").alias("_v")).select("record_sk", "_v.*")
    # newest, persons: one row per record.
    of_people = persons.select("record_sk", "profile_id").join(newest, "record_sk").groupBy("profile_id")
    names = [_newest(F.col(name), name).alias(name) for name in NAMES]
    places = [_newest(F.array(*_place(rule)), *_place(rule)).alias(f"_{n}") for n, rule in enumerate(rules.any_of)]
    people = of_people.agg(F.min("record_sk").alias("head_sk"), *names, *places)
    asked = [
        F.struct(F.lit(n).alias("rule_no"), F.col(f"_{n}").alias("place"), _key(rule, n).alias("key"))
        for n, rule in enumerate(rules.any_of)
    ]
    return people.select("profile_id", "head_sk", F.inline(F.array(*asked))).where("place is not null")


def _place(rule: tuple[str, ...]) -> list[str]:
    return [name for name in rule if name not in NAMES]


def _key(rule: tuple[str, ...], number: int) -> Column:
    """The place with the names of the rule; an unknown name is an empty text, and no evidence."""
    names = [F.coalesce(name, F.lit("")) for name in rule if name in NAMES]
    return F.concat(F.array(*names), F.col(f"_{number}")) if names else F.col(f"_{number}")


def _newest(value: Column, *told: str) -> Column:
    """The value of the newest record that tells all of it; the same one however records are ordered."""
    complete = reduce(Column.__and__, [F.col(name).isNotNull() for name in told])
    return F.max_by(value, F.when(complete, F.struct(F.col(_TOLD_AT), F.col("record_sk"))))
