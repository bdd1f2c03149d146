"""What a person types at a prompt, spelled the way the lake spells identifiers of each namespace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.silver.normalise import canonical_email, folded_text
from cdp_lake.silver.normalise.phones import e164

ASKED_DDL = "namespace STRING, normaliser STRING, raw STRING"


def readings(text: str, normalisers: Mapping[str, str], regions: Iterable[str]) -> list[tuple[str, str, str]]:
    """Each way to read the text: (namespace, normaliser, text); a phone once per region it is valid in."""
    numbers = sorted({number for region in regions if (number := e164(text, region))})
    plain = [(name, kind, text) for name, kind in normalisers.items() if kind != "phone"]
    return plain + [(name, kind, number) for name, kind in normalisers.items() if kind == "phone" for number in numbers]


def comparable(asked: DataFrame) -> DataFrame:
    """One row per (namespace, value) that could be meant; a reading that is no such thing is left out."""
    kind, raw = F.col("normaliser"), F.col("raw")
    value = F.when(kind == "email", canonical_email(raw)).when(kind == "lower", F.lower(folded_text(raw)))
    spelled = asked.select("namespace", value.otherwise(folded_text(raw)).alias("value"))
    return spelled.where(F.col("value").isNotNull()).distinct()
