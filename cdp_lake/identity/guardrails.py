"""Guardrails: which identifiers are evidence of one person, decided before anything is linked."""

from __future__ import annotations

from datetime import datetime
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.identity import IdentityRules
from cdp_lake.identity.identifiers import own_values
from cdp_lake.identity.name_agreement import names_agree
from cdp_lake.identity.namespaces import (
    OF_VALUE,
    has_expired,
    has_strength,
    is_allowed,
    is_blocked,
    is_declared,
    is_device_that_follows,
    is_masked,
    names_a_person,
    setting,
)
from cdp_lake.identity.owners import has_owners, with_owners
from cdp_lake.identity.time_windows import crowded, time_windows

MASKED_VALUE, UNKNOWN_NAMESPACE, BLOCKED_VALUE = "masked_value", "unknown_namespace", "blocked_value"
FOLLOWS_NOBODY, EXPIRED = "device_follows_nobody", "expired"
TOO_MANY_NAMES, TOO_MANY_HOLDERS = "too_many_names", "too_many_holders"
LIMIT_ON_ONE_RECORD, SHARED_DEVICE = "limit_on_one_record", "device_of_several_people"
BLOCKED_CARRIER = "blocked_carrier"
IN_DISPUTE = "in_dispute"  # refuses carriers of the value, not the value
# Pairs of names grow with the square; a value with more names than this is refused for that already.
_COMPARABLE = 50
_VALUES = "array<struct<namespace: string, value: string>>"
_OF_RECORD = ("given_key", "name_key", "carrier_key")
_ON_THE_WAY = ("name_key", "carrier_key", "_is_claim", "_is_mixed", "_of_owner")
_REASONS = ("_own_why", "_value_why", "_claim_why", "_record_why", "_carrier_why")


def guarded(identifiers: DataFrame, people: DataFrame, rules: IdentityRules, as_of: datetime) -> DataFrame:
    """The same rows with `refused_by`: null for a value that is evidence, else the rule that refused it.

    identifiers: one row per (record, namespace, value), read several times here. people: one row per record. Nothing
    is asked of a clock: the same `as_of` refuses the same rows.
    """
    known = identifiers.join(people.select("record_sk", *_OF_RECORD), "record_sk", "left")
    known = known.withColumn("_own_why", _refused_alone(rules, as_of))
    # What is no evidence by itself makes nothing else a crowd, a shared device or a dispute.
    standing = known.where(F.col("_own_why").isNull()).drop("_own_why")
    refused, crowded = _refused_values(standing, rules), _crowded(standing, rules)
    # people: one row per record; refused: one row per value; crowded: per record and namespace; mixed: per record.
    is_evidence_of_nobody = refused.where(F.col("_why") != IN_DISPUTE).withColumnRenamed("_why", "_value_why")
    judged = known.join(is_evidence_of_nobody, list(OF_VALUE), "left").join(crowded, ["record_sk", "namespace"], "left")
    # Who claims a value is told by what is on its record, whatever is on others: they may change without it.
    judged = judged.withColumn("_is_claim", F.coalesce("_own_why", "_record_why").isNull())
    judged = judged.transform(with_owners, rules) if has_owners(rules) else judged.transform(_without_owners)
    judged = judged.join(_mixed_carriers(people, refused, rules), "record_sk", "left")
    judged = judged.withColumn("_carrier_why", _blocked_carrier())
    return judged.withColumn("refused_by", F.coalesce(*_REASONS)).drop(*_REASONS, *_ON_THE_WAY)


def _refused_alone(rules: IdentityRules, as_of: datetime) -> Column:
    """Why a row is no evidence whatever the others say."""
    return (
        F.when(is_masked(), F.lit(MASKED_VALUE))
        .when(~is_declared(rules), F.lit(UNKNOWN_NAMESPACE))
        .when(is_blocked(rules), F.lit(BLOCKED_VALUE))
        .when(is_device_that_follows(rules, "nobody"), F.lit(FOLLOWS_NOBODY))
        .when(has_expired(rules, as_of), F.lit(EXPIRED))
    )


def _without_owners(rows: DataFrame) -> DataFrame:
    return rows.withColumns({"_claim_why": F.lit(None).cast("string"), "_of_owner": F.lit(None).cast(_VALUES)})


def _blocked_carrier() -> Column:
    """Why not, for all a carrier carries that mixes people's facts; what its value's owner has there is evidence."""
    is_spared = F.array_contains("_of_owner", F.struct(*OF_VALUE))
    is_mixed = F.col("_is_mixed").isNotNull() | F.coalesce(~is_spared, F.lit(False))
    return F.when(is_mixed, F.lit(BLOCKED_CARRIER))


def some_disagree(names: Column) -> Column:
    """True when two of the given names in an array can not be one person's."""
    clash = F.exists(names, lambda one: F.exists(names, lambda other: ~names_agree(one, other)))
    return F.when(F.size(names).between(2, _COMPARABLE), clash).otherwise(F.size(names) > _COMPARABLE)


def _refused_values(known: DataFrame, rules: IdentityRules) -> DataFrame:
    """One row per (namespace, value) that is no evidence of one person, or is in dispute, and why; few of all."""
    parts = [_crowds(known, rules), _shared_devices(known, rules), _disputes(known, rules)]
    found = reduce(DataFrame.unionByName, parts)
    # What refuses a value comes before what puts it in dispute.
    severity = F.struct((F.col("_why") == IN_DISPUTE).alias("mild"), F.col("_why").alias("why"))
    return found.groupBy(*OF_VALUE).agg(F.min(severity)["why"].alias("_why"))


def _crowds(known: DataFrame, rules: IdentityRules) -> DataFrame:
    """Values with more names, or more holders, than one person has, and that nobody has allowed it."""
    # Only a value with more holders than names are allowed can have too many names.
    many = F.least(setting(rules, "max_names"), setting(rules, "max_holders"))
    hot = known.groupBy(*OF_VALUE).agg(F.count("*").alias("_holders")).where(F.col("_holders") > many)
    # hot: one row per value.
    counted = known.join(hot, list(OF_VALUE)).groupBy(*OF_VALUE, "_holders")
    names = counted.agg(F.count_distinct("given_key").alias("_names")).where(~is_allowed(rules))
    why = F.when(F.col("_names") > setting(rules, "max_names"), F.lit(TOO_MANY_NAMES))
    why = why.when(F.col("_holders") > setting(rules, "max_holders"), F.lit(TOO_MANY_HOLDERS))
    return names.select(*OF_VALUE, why.alias("_why")).where(F.col("_why").isNotNull())


def _shared_devices(known: DataFrame, rules: IdentityRules) -> DataFrame:
    """Devices on which more than one person signed in, and that join nobody from then on."""
    trusted = known.where(names_a_person(rules))
    person = F.min(F.struct(setting(rules, "priority").alias("priority"), "namespace", "value"))
    who = trusted.groupBy("record_sk").agg(person.alias("_person"))
    # who: one row per record that names a person.
    owned = known.where(is_device_that_follows(rules, "one_person", "holder")).join(who, "record_sk")
    owners = owned.groupBy(*OF_VALUE).agg(F.min("_person").alias("_one"), F.max("_person").alias("_other"))
    return owners.where(F.col("_one") != F.col("_other")).select(*OF_VALUE, F.lit(SHARED_DEVICE).alias("_why"))


def _disputes(known: DataFrame, rules: IdentityRules) -> DataFrame:
    """Values that need a name, and whose holders' names can not all be one person's."""
    asked = known.where(has_strength(rules, "needs_name") & F.col("given_key").isNotNull())
    names = asked.groupBy(*OF_VALUE).agg(F.collect_set("given_key").alias("_names"))
    return names.where(some_disagree(F.col("_names"))).select(*OF_VALUE, F.lit(IN_DISPUTE).alias("_why"))


def _crowded(known: DataFrame, rules: IdentityRules) -> DataFrame:
    """One row per (record, namespace) with more values than one person has, or gets at once."""
    limited = known.where(setting(rules, "limit").isNotNull())
    counted = limited.groupBy("record_sk", "namespace").agg(F.count("*").alias("_values"))
    too_many = counted.where(F.col("_values") > setting(rules, "limit"))
    found = too_many.select("record_sk", "namespace")
    for window in time_windows(rules):
        of_window = crowded(known, "record_sk", window).withColumn("namespace", F.lit(window.namespace))
        found = found.unionByName(of_window).distinct()
    return found.withColumn("_record_why", F.lit(LIMIT_ON_ONE_RECORD))


def _mixed_carriers(people: DataFrame, refused: DataFrame, rules: IdentityRules) -> DataFrame:
    """One row per carrier of a value that is not one person's.

    A carrier stands for one value and mixes the facts of all who used it: whatever else it carries would bridge them.
    """
    # refused: one row per value.
    judged = own_values(people).join(refused, list(OF_VALUE), "left")
    is_refused = F.col("_why").isNotNull() | is_masked() | is_blocked(rules) | is_device_that_follows(rules, "nobody")
    return judged.where(is_refused).select("record_sk", F.lit(True).alias("_is_mixed"))
