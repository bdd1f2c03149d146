"""How far a change of some records reaches: values, names heard at them, evidence. All else stays as it was.

Everything identity decides about a value follows from the value's holders, and about a holder from its own values,
with one exception: names travel, over records without one, from value to value (`names_at_values`).
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.identity import CompositeRule
from cdp_lake.identity.identifiers import KEY, own_values
from cdp_lake.identity.namespaces import OF_VALUE

RECORD = "record_sk"


def values_of(rows: DataFrame, records: DataFrame) -> DataFrame:
    """One row per (namespace, value) that the records hold. rows: one per (record, namespace, value)."""
    return rows.join(records, RECORD, "left_semi").select(*OF_VALUE).distinct()


def holders_of(rows: DataFrame, values: DataFrame) -> DataFrame:
    """One row per record that holds one of the values."""
    return rows.join(values, list(OF_VALUE), "left_semi").select(RECORD).distinct()


def together(*frames: DataFrame) -> DataFrame:
    """The different rows of frames with the same columns."""
    return reduce(DataFrame.unionByName, frames).distinct()


def carriers_of(people: DataFrame, values: DataFrame) -> DataFrame:
    """One row per carrier that stands for one of the values: what it is evidence of depends on them."""
    return own_values(people).join(values, list(OF_VALUE), "left_semi").select(RECORD)


def judged_anew(guarded: DataFrame, values: DataFrame, records: DataFrame) -> DataFrame:
    """The guarded rows of those values and of those records, each once."""
    # values, records: one row per value and per record.
    of_values = guarded.join(values, list(OF_VALUE), "left_semi")
    return of_values.unionByName(
        guarded.join(records, RECORD, "left_semi").join(values, list(OF_VALUE), "left_anti")  # not twice
    )


def with_new_judgement(rows: DataFrame, stored: DataFrame, judged: DataFrame) -> DataFrame:
    """The rows with `refused_by`: the new judgement where there is one, else the stored one."""
    known = stored.select(*KEY, F.col("refused_by").alias("_stored"))
    new = judged.select(*KEY, F.col("refused_by").alias("_judged"), F.lit(True).alias("_is_new"))
    # known, new: one row per (record, namespace, value).
    both = rows.join(known, list(KEY), "left").join(new, list(KEY), "left")
    why = F.when(F.col("_is_new"), F.col("_judged")).otherwise(F.col("_stored"))
    return both.withColumn("refused_by", why).drop("_stored", "_judged", "_is_new")


def name_links(stored: DataFrame, judged: DataFrame, changed: DataFrame) -> DataFrame:
    """One row per live (record, namespace, value) as it now is: since when, and whether the record gives a name."""
    # judged: one row per (record, namespace, value); changed: one row per record.
    columns = (*KEY, "valid_from", "is_named")
    untouched = stored.where("is_live").join(changed, RECORD, "left_anti").join(judged, list(KEY), "left_anti")
    now = judged.where(F.col("refused_by").isNull()).withColumn("is_named", F.col("given_key").isNotNull())
    return untouched.select(*columns).unionByName(now.select(*columns))


def heard_further(values: DataFrame, links: DataFrame) -> DataFrame:
    """The values, and those one hop further over a record without a name."""
    nameless = links.where(~F.col("is_named"))
    return together(values, values_of(nameless, holders_of(nameless, values)))


def composite_keys(versions: DataFrame, rule: CompositeRule) -> DataFrame:
    """One row per combination of attributes that any version of the changed records has or had."""
    complete = reduce(Column.__and__, [F.col(name).isNotNull() for name in rule.equal])
    return versions.where(complete).select(*rule.equal).distinct()


def alike(rows: DataFrame, keys: DataFrame, rule: CompositeRule) -> DataFrame:
    """The rows with one of the combinations."""
    return rows.join(keys, list(rule.equal), "left_semi")
