"""Rows of one case: what the tables of identity say of a few profiles, never of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.identity.assignments import standing

_SRC, _DST = "src_record_sk", "dst_record_sk"
# In the order of the fields of a Link, its trust left out.
EDGE = (
    *(_SRC, _DST, "rule", "identifier_sk", "weight", "model_version"),
    *("first_seen_at", "last_seen_at", "refused_by"),
)


def records_of(assignments: DataFrame, profile_ids: Sequence[str]) -> DataFrame:
    """One row per record that belongs to one of the profiles now."""
    return standing(assignments).where(F.col("profile_id").isin(*profile_ids)).select("record_sk", "profile_id")


def placed(assignments: DataFrame, few: DataFrame) -> DataFrame:
    """One row per record asked for: its profile, when the lake decided so, and when the record was first seen."""
    # few: one row per record, a handful.
    return standing(assignments).join(F.broadcast(few), "record_sk")


def described(records: DataFrame, few: DataFrame, alike: Mapping[str, Sequence[str]]) -> DataFrame:
    """One row per record asked for: its name in its source, when it was seen, and by composite rule what it compares.

    alike: the columns of each composite rule.
    """
    told = [(F.lit(rule), F.concat_ws(", ", *[F.col(name).cast("string") for name in alike[rule]])) for rule in alike]
    spelled = (
        F.create_map(*[part for pair in told for part in pair]) if told else F.lit(None).cast("map<string,string>")
    )
    # few: one row per record, a handful.
    found = records.join(F.broadcast(few), "record_sk").withColumn("alike", spelled)
    return found.groupBy("record_sk").agg(
        *[F.max_by(name, "version_no").alias(name) for name in ("source", "source_pk", "alike")],
        F.min("first_seen_at").alias("first_seen_at"),
        F.max("last_seen_at").alias("last_seen_at"),
    )


def held_by(identifiers: DataFrame, few: DataFrame) -> DataFrame:
    """One row per identifier of the records asked for."""
    # few: one row per record, a handful.
    found = identifiers.join(F.broadcast(few), "record_sk")
    return found.select("record_sk", "identifier_sk", "namespace", "value", "refused_by")


def inside(edges: DataFrame, few: DataFrame) -> DataFrame:
    """One row per live edge of those records: a live edge never leaves a profile, so one end tells."""
    # few: one row per record, a handful.
    own = F.broadcast(few.withColumnRenamed("record_sk", _SRC))
    return edges.where("is_live").join(own, _SRC, "left_semi").select(*EDGE)


def touching(edges: DataFrame, few: DataFrame) -> DataFrame:
    """One row per edge, live or refused, with one end or both among those records."""
    # few: one row per record, a handful, twice: for either end.
    src = F.broadcast(few.select(F.col("record_sk").alias(_SRC), F.lit(True).alias("_from")))
    dst = F.broadcast(few.select(F.col("record_sk").alias(_DST), F.lit(True).alias("_to")))
    both = edges.join(src, _SRC, "left").join(dst, _DST, "left")
    return both.where("_from or _to").select(*EDGE)


def first_of(edges: DataFrame, most: int) -> DataFrame:
    """The first edges and no more, live ones before refused ones."""
    return edges.orderBy(F.col("refused_by").isNotNull(), _SRC, _DST, "rule", "identifier_sk").limit(most)


def refusals(edges: DataFrame, examples: int) -> DataFrame:
    """The first refused edges of each rule and reason, each with the number of all of them as `edges`."""
    kind = Window.partitionBy("rule", "refused_by")
    counted = edges.where(F.col("refused_by").isNotNull()).withColumns(
        {
            "edges": F.count(F.lit(1)).over(kind),
            "_place": F.row_number().over(kind.orderBy("first_seen_at", _SRC, _DST, "identifier_sk")),
        }
    )
    return counted.where(F.col("_place") <= examples).select(*EDGE, "edges")


def record_named(records: DataFrame, asked: DataFrame) -> DataFrame:
    """At most one row: the record of that name in that source."""
    # asked: one row, a table and not a literal, because a name can be an e-mail address and plans are logged.
    return records.join(F.broadcast(asked), ["source", "source_pk"]).select("record_sk").limit(1)


def records_named(records: DataFrame, asked: DataFrame) -> DataFrame:
    """One row per word that names a record. asked: one row per word, with `source` and `source_pk`; a table as well."""
    found = records.join(F.broadcast(asked), ["source", "source_pk"])
    return found.select("word", "record_sk").distinct()


def changes_of(changes: DataFrame, profile_ids: Iterable[str]) -> DataFrame:
    """One row per change of one of the profiles, and per change that took from one of them, the oldest first."""
    ids = list(profile_ids)
    own = changes.where(F.col("profile_id").isin(*ids) | F.col("other_profile_id").isin(*ids))
    return own.orderBy("effective_at", "run_id", "change", "profile_id", "other_profile_id")
