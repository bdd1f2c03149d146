"""What the models behind some edges weighed: the pairs scored once more, part by part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.similarities import register_similarities
from cdp_lake.config.settings import Settings
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.explaining.case import Part
from cdp_lake.identity.explaining.links import Link
from cdp_lake.identity.explaining.weighing import parts_of
from cdp_lake.identity.matching.frequencies import with_kept_frequencies
from cdp_lake.identity.matching.pairs import with_records
from cdp_lake.identity.matching.scoring import graded, taken_apart
from cdp_lake.identity.rows import of_records
from cdp_lake.stages.resemblance import comparable_records, kept_version
from cdp_lake.stages.who_is_meant import PURPOSE

Pair = tuple[int, int]
# More are seldom read; the others show their probability alone.
MOST_PAIRS = 500


def weighed_parts(lake: Lake, settings: Settings, links: Iterable[Link]) -> dict[Pair, list[Part]]:
    """The parts of each pair that a model weighed; none where the records or the version's files have changed since."""
    by_version = defaultdict[str, set[Pair]](set)
    for link in links:
        if link.model_version is not None:
            by_version[link.model_version].add((min(link.one, link.other), max(link.one, link.other)))
    found: dict[Pair, list[Part]] = {}
    for version, pairs in sorted(by_version.items()):
        found |= _weighed(lake, settings, version, sorted(pairs)[:MOST_PAIRS])
    return found


def _weighed(lake: Lake, settings: Settings, version: str, pairs: list[Pair]) -> dict[Pair, list[Part]]:
    kept = kept_version(settings, version)
    if kept is None:
        return {}
    spark, model = lake.spark, kept.model
    register_similarities(spark, model.compiled)
    asked = spark.createDataFrame(pairs, "record_l BIGINT, record_r BIGINT")
    few = spark.createDataFrame([(end,) for end in sorted({end for pair in pairs for end in pair})], "record_sk BIGINT")
    records = comparable_records(of_records(lake.read(SOURCE_RECORDS, PURPOSE), few))
    nodes = with_kept_frequencies(records, kept.frequencies)
    compiled = model.compiled
    rows = taken_apart(graded(with_records(asked, nodes, compiled, model.columns), compiled), compiled, model.learnt)
    return {(row["record_l"], row["record_r"]): parts_of(row.asDict(), model) for row in rows.collect()}
