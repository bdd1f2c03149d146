"""Spellings: what Meta and Google each make of the same values before hashing."""

import hashlib

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from cdp_lake.activation.spellings import spelled
from cdp_lake.config.destinations import OutputColumn

CASES = [
    ("meta_email", "  A.B+c@Gmail.com ", "a.b+c@gmail.com"),
    ("google_email", " A.B+c@Gmail.com ", "ab@gmail.com"),
    ("google_email", "A.B@x.org", "a.b@x.org"),
    ("digits", "+1 (614) 555-0100", "16145550100"),
    ("digits", "0086 138 1234 5678", "8613812345678"),
    ("e164", "+86 138 1234 5678", "+8613812345678"),
    ("e164", "none", None),
    ("name", " O'Brien ", "obrien"),
    ("name", "王小明", "王小明"),
    ("city", "St. Louis 2", "stlouis"),
    ("postcode", "45401-1234", "45401"),
    ("lower", " US ", "us"),
    ("text", "   ", None),
    ("text", None, None),
]


@pytest.mark.spark
def test_each_destination_gets_its_own_spelling_and_no_hash_of_nothing(spark: SparkSession) -> None:
    row = spark.range(1).select(
        *[
            F.struct(
                spelled(F.lit(value), OutputColumn(name="A", source="email", normalise=how)),
                spelled(F.lit(value), OutputColumn(name="B", source="email", normalise=how, hash="sha256")),
            ).alias(str(number))
            for number, (how, value, _) in enumerate(CASES)
        ]
    )
    found = [tuple(pair) for pair in row.collect()[0]]
    wanted = [(text, None if text is None else hashlib.sha256(text.encode()).hexdigest()) for *_, text in CASES]
    assert found == wanted
