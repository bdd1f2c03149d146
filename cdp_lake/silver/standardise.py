"""Raw values to comparable ones, for all feeds at once: one pass of the name and phone normalisers."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.silver.normalise import (
    country_code,
    folded_text,
    normalised_email,
    normalised_street,
    with_normalised_phones,
    with_parsed_names,
)
from cdp_lake.silver.observations import SLOTS

_IDENTIFIER = "struct<namespace:string,value:string,first_seen_at:timestamp,last_seen_at:timestamp>"


def standardised(observations: DataFrame) -> DataFrame:
    """The same observations with names split, e-mail and phone canonical, and `identifiers`."""
    region = F.coalesce(country_code(F.col("country")), F.col("region"))
    phones = {f"_phone_text_{n}": f"_phone_{n}" for n in range(SLOTS)}
    named = with_parsed_names(with_normalised_phones(observations, {"raw_phone": "phone", **phones}, region))
    values = {f"_value_{n}": F.coalesce(f"_value_{n}", f"_phone_{n}") for n in range(SLOTS)}
    shaped = named.withColumns(values).withColumns(
        {
            "email": normalised_email(F.col("raw_email")),
            "country": country_code(F.col("country")),
            "street": normalised_street(F.col("street")),
            "gender": F.substring(F.lower(F.col("gender")), 1, 1),
            "language": F.substring(F.lower(F.col("language")), 1, 2),
            "city": folded_text(F.col("city")),
            "state": folded_text(F.col("state")),
            "postcode": F.upper(folded_text(F.col("postcode"))),
            "identifiers": _identifiers(),
            "source_pk": F.when(F.col("is_carrier"), _carrier_pk()).otherwise(F.col("_link")),
        }
    )
    helpers = [f"{p}{n}" for n in range(SLOTS) for p in ("_namespace_", "_value_", "_phone_text_", "_phone_")]
    return shaped.drop(*helpers, "_carrier_slots")


def _identifiers() -> Column:
    span = [F.col("_first_seen").alias("first_seen_at"), F.col("_last_seen").alias("last_seen_at")]
    slots = [
        F.struct(F.col(f"_namespace_{n}").alias("namespace"), F.col(f"_value_{n}").alias("value"), *span)
        for n in range(SLOTS)
    ]
    present = F.filter(F.array(*slots), lambda i: i["value"].isNotNull() & i["namespace"].isNotNull())
    return F.array_sort(F.array_distinct(present)).cast(f"array<{_IDENTIFIER}>")


def _carrier_pk() -> Column:
    """`namespace:value` of the first slot that carries and has a value; null when none has."""
    slots = [
        F.when(
            (F.lit(n) < F.col("_carrier_slots")) & F.col(f"_value_{n}").isNotNull(),
            F.concat_ws(":", F.col(f"_namespace_{n}"), F.col(f"_value_{n}")),
        )
        for n in range(SLOTS)
    ]
    return F.coalesce(*slots)
