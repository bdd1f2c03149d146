"""Connected components by GraphFrames: long surrogates in, one component per record out, checked.

Classic Spark only. Options are passed by name: defaults differ between the Python client and the JVM classes.
"""

from __future__ import annotations

import shutil
import tempfile

from graphframes import GraphFrame
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.errors import InvariantBroken


def connected_components(records: DataFrame, edges: DataFrame, algorithm: str) -> DataFrame:
    """One row per record (record_sk, cluster_sk): cluster_sk is the smallest record_sk of its component.

    records: one row per record_sk, isolated ones too. edges: one row per pair of ends. Both are materialised
    first: recomputed inputs gave wrong components elsewhere. Raises InvariantBroken if a record is lost.
    """
    vertices = records.select(F.col("record_sk").alias("id")).persist()
    pairs = edges.select(F.col("src_record_sk").alias("src"), F.col("dst_record_sk").alias("dst")).distinct().persist()
    expected, _ = vertices.count(), pairs.count()
    scratch = tempfile.mkdtemp(prefix="cdp-lake-graph-")
    records.sparkSession.sparkContext.setCheckpointDir(scratch)
    try:
        found: DataFrame = GraphFrame(vertices, pairs).connectedComponents(
            algorithm=algorithm, checkpointInterval=2, broadcastThreshold=1_000_000
        )
        smallest = found.groupBy("component").agg(F.min("id").alias("cluster_sk"))
        # smallest: one row per component.
        named: DataFrame = (
            found.join(smallest, "component").select(F.col("id").alias("record_sk"), "cluster_sk").persist()
        )
        count = named.count()
        found.unpersist()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        vertices.unpersist()
        pairs.unpersist()
    if count != expected:
        raise InvariantBroken(f"the graph engine gave {count:,} components' records for {expected:,} records")
    return named
