"""FEBRL3's proposed pairs with both records beside each other, and the compiled model that scores them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from cdp_lake.adapters.table_files import read_text_table
from cdp_lake.config.field_map import FieldMap
from cdp_lake.identity.matching.blocking import key_sql
from cdp_lake.identity.matching.pairs import candidate_pairs, with_records
from cdp_lake.identity.matching.scoring import graded
from cdp_lake.stages.learn_matching import learn, planned
from cdp_lake.stages.resolve_table import comparable

FEBRL3 = Path(__file__).parents[2] / "tests" / "data" / "febrl3.csv"
BUDGET, PARTITIONS = 1_000_000, 16
_MAP = FieldMap.model_validate(
    {
        "record_id": "rec_id",
        "fields": {
            "given_name": "given_name",
            "surname": "family_name",
            "street_number": "house_number",
            "address_1": "street_address",
            "address_2": "street_address",
            "suburb": "city",
            "postcode": "postcode",
            "state": "region",
            "date_of_birth": "birth_date",
            "soc_sec_id": "national_id",
        },
    }
)


def febrl3_pairs(spark: SparkSession, copies: int) -> tuple[DataFrame, Callable[[DataFrame], DataFrame]]:
    """The pairs, persisted and `copies` times each, and what scores them: grades, weights and probability."""
    records = comparable(spark, read_text_table(FEBRL3).rows, _MAP, lambda _: None)
    lesson = learn(spark, records, planned(records, BUDGET, lambda _: None), lambda _: None)
    if lesson is None:
        raise ValueError(f"{FEBRL3} has nothing to compare")
    model, proposed = lesson.model, candidate_pairs(lesson.nodes, lesson.model.plan.rules, key_sql(records.columns))
    pairs = with_records(proposed, lesson.nodes, model.compiled, model.columns)
    wide = (
        pairs.crossJoin(spark.range(copies).select()).repartition(4 * spark.sparkContext.defaultParallelism).persist()
    )
    return wide, lambda rows: model.probabilities(graded(rows, model.compiled))
