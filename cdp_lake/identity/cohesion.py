"""Cohesion: records that resemble each other stay together only where the groups that they join hold together.

One pair of records may look like one person and join two groups that are two: the father's card among the son's. Inside
such a component, and only there, every pair is weighed, and groups that fixed rules made join by average linkage, as
the entities of a table do (`matching.splitting`). What fixed rules and people joined is not questioned.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from cdp_lake.identity.clusters import live_edges
from cdp_lake.identity.matching.scoring import FLAGS
from cdp_lake.identity.matching.splitting import LARGEST, entities_of
from cdp_lake.identity.resemblance import RESEMBLES
from cdp_lake.identity.untangling import UNLIKE_THE_OTHERS

_ENDS = ("record_l", "record_r")
_ROLES = _FIXED, _ALIKE, _WEIGHED = ("fixed", "alike", "weighed")
_APART = "src_record_sk BIGINT, dst_record_sk BIGINT"


def joined_by_resemblance(clusters: DataFrame, edges: DataFrame) -> DataFrame:
    """One row per cluster of at least three records that a resemblance holds together."""
    alike = live_edges(edges).where(F.col("rule") == RESEMBLES).select(F.col("src_record_sk").alias("record_sk"))
    found = clusters.join(alike.distinct(), "record_sk", "left_semi").select("cluster_sk").distinct()
    sizes = clusters.join(found, "cluster_sk", "left_semi").groupBy("cluster_sk").agg(F.count("*").alias("_records"))
    return sizes.where(F.col("_records") > len(_ENDS)).select("cluster_sk")


def pairs_within(clusters: DataFrame, suspects: DataFrame, records: DataFrame) -> DataFrame:
    """One row per pair of comparable records (record_l < record_r) of one suspect cluster; none of the largest ones.

    suspects: one row per cluster. records: one row per comparable record, `record`.
    """
    compared = clusters.withColumnRenamed("record_sk", "record").join(records.select("record"), "record", "left_semi")
    grouped = compared.join(suspects, "cluster_sk", "left_semi").groupBy("cluster_sk")
    members = grouped.agg(F.array_sort(F.collect_set("record")).alias("_all")).where(F.size("_all") <= LARGEST)
    one = members.select("_all", F.posexplode("_all").alias("_place", "record_l"))
    later = F.expr("slice(_all, _place + 2, size(_all))")
    return one.select("record_l", F.explode(later).alias("record_r"))


def model_versions(edges: DataFrame) -> DataFrame:
    """One row per version of the model by which live edges resemble."""
    return live_edges(edges).where(F.col("rule") == RESEMBLES).select("model_version").distinct()


def unlike_the_others(edges: DataFrame, clusters: DataFrame, suspects: DataFrame, scored: DataFrame) -> DataFrame:
    """One row per live resemblance whose ends are of two entities: src_record_sk, dst_record_sk.

    scored: the pairs of `pairs_within` with `probability` and the flags of `Doubts`. A cluster without any is too large
    to be believed: all its resemblances are. A cluster is weighed in one task.
    """
    role = F.when(F.col("rule") == RESEMBLES, F.lit(_ALIKE)).otherwise(F.lit(_FIXED))
    known = live_edges(edges).select(
        F.col("src_record_sk").alias("record_l"), F.col("dst_record_sk").alias("record_r"), role.alias("role")
    )
    weighed = scored.select(*_ENDS, F.lit(_WEIGHED).alias("role"), "probability", *FLAGS)
    rows = known.unionByName(weighed, allowMissingColumns=True)
    home = clusters.join(suspects, "cluster_sk", "left_semi").withColumnRenamed("record_sk", "record_l")
    # home: one row per record of a suspect cluster.
    return rows.join(home, "record_l").groupBy("cluster_sk").applyInPandas(_apart, _APART)


def loosened(edges: DataFrame, apart: DataFrame) -> DataFrame:
    """The same edges, the resemblances between these ends refused. apart: as `unlike_the_others` gives it."""
    # apart: one row per edge, a resemblance has no other key.
    marked = apart.select(
        "src_record_sk", "dst_record_sk", F.lit(RESEMBLES).alias("rule"), F.lit(True).alias("_is_apart")
    )
    judged = edges.join(marked, ["src_record_sk", "dst_record_sk", "rule"], "left")
    why = F.coalesce("refused_by", F.when(F.col("_is_apart"), F.lit(UNLIKE_THE_OTHERS)))
    return judged.withColumn("refused_by", why).select(*edges.columns)


def clusters_of(apart: DataFrame, clusters: DataFrame) -> DataFrame:
    """One row per cluster that one of these edges lay in."""
    ends = apart.select(F.col("src_record_sk").alias("record_sk")).distinct()
    return clusters.join(ends, "record_sk", "left_semi").select("cluster_sk").distinct()


def _apart(rows: pd.DataFrame) -> pd.DataFrame:
    fixed, alike, weighed = (rows[rows["role"] == role] for role in _ROLES)
    records = np.unique(rows[list(_ENDS)].to_numpy(np.int64))
    groups = _connected(len(records), _numbered(fixed, records))
    ends = _numbered(alike, records)
    entity = groups
    if len(weighed):
        pairs = weighed.drop(columns=list(_ENDS)).assign(**dict(zip(_ENDS, _numbered(weighed, records).T, strict=True)))
        entity = entities_of(groups, pairs)
    is_apart = entity[ends[:, 0]] != entity[ends[:, 1]]
    return pd.DataFrame(records[ends[is_apart]], columns=["src_record_sk", "dst_record_sk"])


def _numbered(rows: pd.DataFrame, records: np.ndarray) -> np.ndarray:
    return np.searchsorted(records, rows[list(_ENDS)].to_numpy(np.int64))


def _connected(count: int, ends: np.ndarray) -> np.ndarray:
    graph = coo_matrix((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(count, count))
    labels: np.ndarray = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels
