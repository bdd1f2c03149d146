"""Connected components: long surrogates in, one component per record out, checked.

Two engines give the same answer: GraphFrames across the cluster, and SciPy in the driver's memory, which takes a
second where GraphFrames takes many jobs. Classic Spark only. GraphFrames' options are passed by name: defaults differ
between the Python client and the JVM classes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from graphframes import GraphFrame
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from scipy.sparse import coo_matrix, csgraph

from cdp_lake.config.identity import ComponentRules
from cdp_lake.errors import InvariantBroken

Surrogates = npt.NDArray[np.int64]
_BATCH = 50_000


def connected_components(records: DataFrame, edges: DataFrame, rules: ComponentRules) -> DataFrame:
    """One row per record (record_sk, cluster_sk): cluster_sk is the smallest record_sk of its component.

    records: one row per record_sk, isolated ones too. edges: one row per pair of ends. Both are counted first, then
    collected or materialised: recomputed inputs gave wrong components elsewhere. Raises InvariantBroken if a record is
    lost.
    """
    vertices = records.select(F.col("record_sk").alias("id"))
    pairs = edges.select(F.col("src_record_sk").alias("src"), F.col("dst_record_sk").alias("dst"))
    expected = vertices.count()
    is_local = rules.is_local(expected + pairs.count())
    named = _in_memory(vertices, pairs) if is_local else _materialised(vertices, pairs, rules.algorithm)
    count = named.count()
    if count != expected:
        raise InvariantBroken(f"the graph engine gave {count:,} components' records for {expected:,} records")
    return named


def _in_memory(vertices: DataFrame, pairs: DataFrame) -> DataFrame:
    ids = np.sort(vertices.toArrow()["id"].to_numpy())
    ends = pairs.toArrow()
    one, other = (np.searchsorted(ids, ends[end].to_numpy()) for end in ("src", "dst"))
    # Pairs that are told twice add up: a byte that counts them would overflow to zero, which is no edge.
    graph = coo_matrix((np.ones(len(one), dtype=np.int64), (one, other)), shape=(len(ids), len(ids)))
    _, labels = csgraph.connected_components(graph, directed=False)
    # Ids are in order, so the first of a component is its smallest.
    _, first = np.unique(labels, return_index=True)
    return _as_rows(vertices.sparkSession, ids, ids[first][labels]).persist()


def _as_rows(spark: SparkSession, records: Surrogates, clusters: Surrogates) -> DataFrame:
    """The arrays as rows: workers cut them into batches, which takes a fifth of what createDataFrame takes."""
    parts = spark.sparkContext.defaultParallelism
    bounds = np.linspace(0, len(records), parts + 1).astype(np.int64)

    def cut(numbers: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for number in (int(number) for batch in numbers for number in batch.column(0).to_pylist()):
            for start in range(bounds[number], bounds[number + 1], _BATCH):
                end = min(start + _BATCH, bounds[number + 1])
                yield pa.RecordBatch.from_arrays(
                    [pa.array(records[start:end]), pa.array(clusters[start:end])], ["record_sk", "cluster_sk"]
                )

    return spark.range(0, parts, 1, parts).mapInArrow(cut, "record_sk BIGINT, cluster_sk BIGINT")


def _materialised(vertices: DataFrame, pairs: DataFrame, algorithm: str) -> DataFrame:
    vertices, pairs = vertices.persist(), pairs.persist()
    try:
        return _across_the_cluster(vertices, pairs, algorithm)
    finally:
        vertices.unpersist()
        pairs.unpersist()


def _across_the_cluster(vertices: DataFrame, pairs: DataFrame, algorithm: str) -> DataFrame:
    """Only records with an edge go to GraphFrames: who has none is a component, and every round would carry it."""
    scratch = tempfile.mkdtemp(prefix="cdp-lake-graph-")
    vertices.sparkSession.sparkContext.setCheckpointDir(scratch)
    distinct = pairs.distinct().persist()
    linked = distinct.select(F.explode(F.array("src", "dst")).alias("id")).distinct().persist()
    try:
        found: DataFrame = GraphFrame(linked, distinct).connectedComponents(
            algorithm=algorithm, checkpointInterval=2, broadcastThreshold=1_000_000
        )
        smallest = found.groupBy("component").agg(F.min("id").alias("cluster_sk"))
        # smallest: one row per component. found: one row per linked record.
        clusters = found.join(smallest, "component").select("id", "cluster_sk")
        cluster = F.coalesce("cluster_sk", "id").alias("cluster_sk")
        named: DataFrame = (
            vertices.join(clusters, "id", "left").select(F.col("id").alias("record_sk"), cluster).persist()
        )
        named.count()
        found.unpersist()
    finally:
        linked.unpersist()
        distinct.unpersist()
        shutil.rmtree(scratch, ignore_errors=True)
    return named
