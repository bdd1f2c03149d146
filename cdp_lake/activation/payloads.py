"""Payloads: what each member of an audience looks like to a destination."""

from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.activation.spellings import spelled
from cdp_lake.config.destinations import SEGMENTS, Destination


def payloads(members: DataFrame, profiles: DataFrame, destination: Destination) -> DataFrame:
    """One row per profile in the destination's segments now: `segments`, `has_identifier`, `sent`, `payload`.

    `sent` is a struct of the output columns, because EMAIL and email are one name to Spark; `payload` is its
    text, in which a null differs from an absent column.
    """
    current = members.where(F.col("segment").isin(*destination.segments) & F.col("exited_at").isNull())
    audience = current.groupBy("profile_id").agg(F.sort_array(F.collect_set("segment")).alias(SEGMENTS))
    sources = sorted({c.source for c in destination.columns} - {SEGMENTS, "profile_id"})
    # profiles: one row per profile; a member without a profile no longer exists.
    people = audience.join(profiles.select("profile_id", *sources), on="profile_id")
    found_by = [_value(c.name) for c in destination.columns if c.identifier]
    return people.select("profile_id", SEGMENTS, sent_columns(destination).alias("sent")).select(
        "*",
        reduce(or_, [value.isNotNull() for value in found_by]).alias("has_identifier"),
        F.to_json("sent", {"ignoreNullFields": "false"}).alias("payload"),
    )


def sent_columns(destination: Destination) -> Column:
    """The output columns of one person, as a struct."""
    joined = {SEGMENTS: F.array_join(SEGMENTS, ";")}
    values = [(c, joined.get(c.source, F.col(c.source))) for c in destination.columns]
    return F.struct(*[spelled(value, column).alias(column.name) for column, value in values])


def removal_columns(destination: Destination) -> Column:
    """The output columns of a removal: only the name we gave the row, because nothing else is needed any more."""
    nothing = F.lit(None).cast("string")
    return F.struct(
        *[
            (spelled(F.col("profile_id"), column) if column.names_the_profile else nothing).alias(column.name)
            for column in destination.columns
        ]
    )


def _value(name: str) -> Column:
    return F.col("sent").getField(name)
