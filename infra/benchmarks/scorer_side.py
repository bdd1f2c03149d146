"""FEBRL3's proposed pairs with both records beside each other, and the compiled model that scores them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from cdp_lake.adapters.similarities import register_similarities
from cdp_lake.adapters.table_files import read_text_table
from cdp_lake.adapters.training import chance_agreement, rule_costs
from cdp_lake.config.field_map import FieldMap
from cdp_lake.identity.matching.blocking import candidates, chosen, key_sql
from cdp_lake.identity.matching.calibration import calibrated, smoothed_u, untrained
from cdp_lake.identity.matching.comparisons import comparisons
from cdp_lake.identity.matching.compiling import compiled
from cdp_lake.identity.matching.frequencies import with_frequencies
from cdp_lake.identity.matching.pairs import candidate_pairs, with_records
from cdp_lake.identity.matching.scoring import graded, match_probabilities, patterns
from cdp_lake.identity.matching.splink_form import model_of
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
    register_similarities(spark)
    records = comparable(spark, read_text_table(FEBRL3).rows, _MAP, lambda _: None)
    compared, keys = comparisons(records.columns), key_sql(records.columns)
    observed, looked_at = chance_agreement(records, compared)
    chances = {c.name: smoothed_u(c, observed[c.name], looked_at) for c in compared}
    first = compiled(model_of(compared, untrained(compared, chances)))
    rules = chosen(rule_costs(records, keys, candidates(keys)), BUDGET).rules
    columns = [name for name in records.columns if name not in ("record", "kind")]
    nodes = spark.createDataFrame(with_frequencies(records, compared)).persist()
    pairs = with_records(candidate_pairs(nodes, rules, keys), nodes, first, columns)
    wide = (
        pairs.crossJoin(spark.range(copies).select()).repartition(4 * spark.sparkContext.defaultParallelism).persist()
    )
    seen = patterns(graded(pairs, first), first, [c.name for c in compared if c.is_of_households]).toPandas()
    every = len(records) * (len(records) - 1) // 2
    learnt = calibrated(seen.sort_values(list(seen.columns), ignore_index=True), compared, chances, every)
    model = compiled(model_of(compared, learnt))
    return wide, lambda rows: match_probabilities(graded(rows, model), model, learnt)
