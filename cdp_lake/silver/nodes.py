"""Surrogates of source records: which nodes are known, which are new, and how facts find theirs."""

from __future__ import annotations

from pyspark.sql import DataFrame

from cdp_lake.silver.records import NODE


def node_keys(records: DataFrame) -> DataFrame:
    """One row per (source, source_pk) with its record_sk."""
    return records.select(*NODE, "record_sk").distinct()


def numbered(rows: DataFrame, known: DataFrame) -> DataFrame:
    """One row per node that has no surrogate yet."""
    # known: one row per node.
    return rows.select(*NODE).distinct().join(known, list(NODE), "left_anti")


def with_known_numbers(rows: DataFrame, known: DataFrame, fresh: DataFrame) -> DataFrame:
    """The rows with their record_sk, from an earlier run or given out in this one."""
    # known and fresh: one row per node, disjoint.
    return rows.join(known.unionByName(fresh), list(NODE), "inner")


def link_table(seen: DataFrame, records: DataFrame) -> DataFrame:
    """One row per (source, _link): the source record that raw values of a fact lead to."""
    links = seen.select("source", "_link", "source_pk").distinct()
    # node_keys: one row per node.
    return links.join(node_keys(records), list(NODE), "inner").select("source", "_link", "record_sk")
