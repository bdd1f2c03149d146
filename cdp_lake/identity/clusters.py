"""Components to clusters that keep the limits: what breaks one is put together again, best evidence first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.identity import IdentityRules
from cdp_lake.identity.decisions import MUST_LINK, names_a_side
from cdp_lake.identity.namespaces import OF_VALUE, looked_up, setting
from cdp_lake.identity.resemblance import RESEMBLES
from cdp_lake.identity.time_windows import crowded, has_window, time_windows
from cdp_lake.identity.untangling import OF_THE_CLUSTER, Edge, Held, Limits, Untangled, untangled

_KEY = ("src_record_sk", "dst_record_sk", "rule", "identifier_sk")
_SEEN = ("first_seen_at", "last_seen_at")
# Of a refused edge only the key and why; of a stand-in everything but why.
_JUDGED = """src_record_sk BIGINT, dst_record_sk BIGINT, rule STRING, identifier_sk BIGINT, first_seen_at TIMESTAMP,
    last_seen_at TIMESTAMP, via_record_sk BIGINT, why STRING"""


def violations(clusters: DataFrame, held: DataFrame, rules: IdentityRules) -> DataFrame:
    """One row per cluster that holds too many values of a namespace, got too many at once, or has too many records.

    clusters: one row per record (record_sk, cluster_sk). held: one row per (record, namespace, value) that counts,
    with when it was first seen (`valid_from`): live identifiers, and the sides of cannot-links.
    """
    limit = _limit(rules)
    values = held.where(limit.isNotNull()).join(clusters, "record_sk")
    counted = values.groupBy("cluster_sk", "namespace").agg(F.count_distinct("value").alias("_values"))
    too_many = counted.where(F.col("_values") > limit).select("cluster_sk")
    sizes = clusters.groupBy("cluster_sk").agg(F.count("*").alias("_records"))
    too_large = sizes.where(F.col("_records") > rules.max_cluster_records).select("cluster_sk")
    return reduce(DataFrame.union, _crowds(held, clusters, rules), too_many.union(too_large)).distinct()


def unexcused(broken: DataFrame, clusters: DataFrame, edges: DataFrame) -> DataFrame:
    """The broken clusters that no must-link holds together: a person may join what a limit keeps apart."""
    joined = live_edges(edges).where(F.col("rule") == MUST_LINK).select(F.col("src_record_sk").alias("record_sk"))
    # broken: one row per cluster.
    return broken.join(clusters.join(joined, "record_sk", "left_semi"), "cluster_sk", "left_anti")


def demoted(
    edges: DataFrame, clusters: DataFrame, broken: DataFrame, held: DataFrame, rules: IdentityRules
) -> DataFrame:
    """The same edges; in each broken cluster those are refused that would join what a limit keeps apart.

    Edges are taken in the order of their trust, then of time, so the weakest evidence goes first. Holders of a value
    that were cut off from the one they hang on are linked with one another: `via_record_sk` names it. A cluster is
    rebuilt in one task; the other clusters are not touched. held: as in `violations`.
    """
    # broken: one row per cluster; home: one row per record of a broken cluster.
    home = clusters.join(broken, "cluster_sk", "left_semi")
    links = live_edges(edges).withColumn("_trust", _trust(rules))
    inside = links.join(home.withColumnRenamed("record_sk", "src_record_sk"), "src_record_sk")
    counting = (
        held.where(_limit(rules).isNotNull() | has_window(rules))
        .join(home, "record_sk")
        .withColumnRenamed("cluster_sk", "_cluster")
    )
    limits = Limits(
        {n.name: n.limit for n in rules.namespaces if n.limit is not None},
        rules.max_cluster_records,
        {n.name: n.limit_within_days for n in rules.namespaces if n.limit_within_days},
    )

    def judged(links: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
        ordered = links.sort_values(["_trust", "first_seen_at", *_KEY], na_position="last")
        seen = (None if pd.isna(time) else time for time in held["valid_from"])
        values = map(Held, held["record_sk"], held["namespace"], held["value"], seen)
        ends = [Edge(*row) for row in ordered[list(_KEY)].itertuples(index=False)]
        return _as_rows(untangled(ends, values, limits), ordered)

    found = inside.groupBy("cluster_sk").cogroup(counting.groupBy("_cluster")).applyInPandas(judged, _JUDGED)
    # found: one row per edge that is refused, or that stands in for refused ones and was not there.
    new = found.withColumnsRenamed({name: f"_{name}" for name in (*_SEEN, "via_record_sk")})
    values = {name: F.coalesce(name, f"_{name}") for name in (*_SEEN, "via_record_sk")}
    values["refused_by"] = F.coalesce("refused_by", "why")
    return edges.join(new, list(_KEY), "full").withColumns(values).select(*edges.columns)


def as_found(edges: DataFrame) -> DataFrame:
    """Published edges as the records gave them: no word of a person, nothing refused for a cluster, no stand-ins."""
    why = F.when(~F.col("refused_by").isin(*OF_THE_CLUSTER), F.col("refused_by"))
    originals = edges.where(F.col("via_record_sk").isNull() & (F.col("rule") != MUST_LINK))
    return originals.select(*_KEY, *_SEEN, why.alias("refused_by"), "via_record_sk", "weight", "model_version")


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


def _as_rows(found: Untangled, links: pd.DataFrame) -> pd.DataFrame:
    seen = {Edge(*row[:4]): row[4:] for row in links[[*_KEY, *_SEEN]].itertuples(index=False)}
    rows = [(*refusal.edge, None, None, None, refusal.why) for refusal in found.refused]
    rows += [(*one.edge, *seen[one.instead_of], one.via, None) for one in found.stand_ins]
    table = pd.DataFrame(rows, columns=[*_KEY, *_SEEN, "via_record_sk", "why"])
    return table.astype({"via_record_sk": "Int64", **dict.fromkeys(_SEEN, "datetime64[us]")})


def _crowds(held: DataFrame, clusters: DataFrame, rules: IdentityRules) -> Iterator[DataFrame]:
    """For each window one row per cluster with too many values that were first seen within it."""
    seen = held.where(has_window(rules)).join(clusters, "record_sk").groupBy("cluster_sk", *OF_VALUE)
    dated = seen.agg(F.min("valid_from").alias("valid_from"))
    # dated: one row per (cluster, namespace, value).
    for window in time_windows(rules):
        yield crowded(dated, "cluster_sk", window)


def _limit(rules: IdentityRules) -> Column:
    """The number of values of the row's namespace that one cluster may hold; null for any number."""
    return F.when(names_a_side(), F.lit(1)).otherwise(setting(rules, "limit"))


def _trust(rules: IdentityRules) -> Column:
    """Larger is weaker: a person's word, namespaces, composite rules, then resemblance by its probability."""
    order = {MUST_LINK: 0} | rules.order_of_trust
    last = F.lit(max(order.values()) + 2)
    return F.when(F.col("rule") == RESEMBLES, last - F.col("weight")).otherwise(looked_up(order, F.col("rule")))
