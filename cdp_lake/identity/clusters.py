"""Components to clusters that keep the limits: what breaks one is put together again, best evidence first."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.identity import IdentityRules
from cdp_lake.identity.namespaces import looked_up, setting
from cdp_lake.identity.untangling import Edge, Limits, refusals

_KEY = ("src_record_sk", "dst_record_sk", "rule", "identifier_sk")
_REFUSAL = "src_record_sk BIGINT, dst_record_sk BIGINT, rule STRING, identifier_sk BIGINT, why STRING"


def violations(clusters: DataFrame, identifiers: DataFrame, rules: IdentityRules) -> DataFrame:
    """One row per cluster that holds too many values of a namespace, or too many records.

    clusters: one row per record (record_sk, cluster_sk). identifiers: live, one row per (record, namespace, value).
    """
    values = identifiers.where(setting(rules, "limit").isNotNull()).join(clusters, "record_sk")
    counted = values.groupBy("cluster_sk", "namespace").agg(F.count_distinct("value").alias("_values"))
    too_many = counted.where(F.col("_values") > setting(rules, "limit")).select("cluster_sk")
    sizes = clusters.groupBy("cluster_sk").agg(F.count("*").alias("_records"))
    too_large = sizes.where(F.col("_records") > rules.max_cluster_records).select("cluster_sk")
    return too_many.union(too_large).distinct()


def demoted(
    edges: DataFrame, clusters: DataFrame, broken: DataFrame, identifiers: DataFrame, rules: IdentityRules
) -> DataFrame:
    """The same edges; in each broken cluster those are refused that would join what a limit keeps apart.

    Edges are taken in the order of their trust, then of time, so the weakest evidence goes first. A cluster is
    rebuilt in one task; the other clusters are not touched.
    """
    # broken: one row per cluster; home: one row per record of a broken cluster.
    home = clusters.join(broken, "cluster_sk", "left_semi")
    links = live_edges(edges).withColumn("_trust", _trust(rules))
    inside = links.join(home.withColumnRenamed("record_sk", "src_record_sk"), "src_record_sk")
    held = identifiers.where(setting(rules, "limit").isNotNull()).join(home, "record_sk")
    held = held.withColumnRenamed("cluster_sk", "_cluster")
    limits = Limits({n.name: n.limit for n in rules.namespaces if n.limit is not None}, rules.max_cluster_records)

    def refused(links: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
        ordered = links.sort_values(["_trust", "first_seen_at", *_KEY], na_position="last")
        values = zip(held["record_sk"], held["namespace"], held["value"], strict=True)
        ends = [Edge(*row) for row in ordered[list(_KEY)].itertuples(index=False)]
        rows: pd.DataFrame = pd.DataFrame(refusals(ends, values, limits), columns=[*_KEY, "why"])
        return rows

    found = inside.groupBy("cluster_sk").cogroup(held.groupBy("_cluster")).applyInPandas(refused, _REFUSAL)
    # found: at most one row per edge.
    judged: DataFrame = edges.join(found, list(_KEY), "left")
    return judged.withColumn("refused_by", F.coalesce("refused_by", "why")).select(*edges.columns)


def live_edges(edges: DataFrame) -> DataFrame:
    """The edges that no rule refused."""
    return edges.where(F.col("refused_by").isNull())


def members(clusters: DataFrame, broken: DataFrame) -> DataFrame:
    """One row per record of the broken clusters."""
    # broken: one row per cluster.
    return clusters.join(broken, "cluster_sk", "left_semi").select("record_sk")


def edges_inside(edges: DataFrame, records: DataFrame) -> DataFrame:
    """Edges of those records; live edges never leave a cluster, so one end tells."""
    # records: one row per record.
    return edges.join(records.withColumnRenamed("record_sk", "src_record_sk"), "src_record_sk", "left_semi")


def replaced(clusters: DataFrame, broken: DataFrame, apart: DataFrame) -> DataFrame:
    """One row per record: its cluster, the new one where the old one was broken."""
    # broken: one row per cluster; apart: one row per record of a broken cluster.
    return clusters.join(broken, "cluster_sk", "left_anti").unionByName(apart)


def _trust(rules: IdentityRules) -> Column:
    """Larger is weaker; a composite rule is weaker than every namespace."""
    order = {n.name: n.priority for n in rules.namespaces}
    weakest = max(order.values(), default=0)
    order |= {rule.name: weakest + 1 + i for i, rule in enumerate(rules.composite_rules)}
    return looked_up(order, F.col("rule"))
