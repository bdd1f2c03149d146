"""Source records by the reference engine: every version of a person, one row for a carrier, links for facts."""

# ruff: noqa: S608 - SQL is made from names of columns, never from data
from __future__ import annotations

import duckdb
import polars as pl

from cdp_lake.contracts.silver import SOURCE_RECORDS
from reference.tied import as_bytes, content_hash

_OF_NODE = {"record_sk", "source", "source_pk", "version_no", "first_seen_at", "last_seen_at", "identifiers"}
_TOLD = [c for c in SOURCE_RECORDS.columns if c.name in SOURCE_RECORDS.value_columns and c.name not in _OF_NODE]
_COLUMNS = ", ".join(c.name for c in _TOLD if c.name != "valid_from")
_NAMED = "coalesce(name_key, email, phone) IS NOT NULL"


def combine(db: duckdb.DuckDBPyConnection) -> int:
    """Makes `records` and `links` from `seen`; returns how many observations only a hash puts in order."""
    db.execute("DELETE FROM seen WHERE source_pk IS NULL")
    tied = _settle_ties(db)
    db.execute("CREATE VIEW ordered AS SELECT * FROM seen LEFT JOIN ties USING (source, _record_id)")
    db.execute(f"CREATE TABLE versions AS {_PERSONS} UNION ALL BY NAME {_CARRIERS}")
    db.execute(
        "CREATE TABLE nodes AS SELECT row_number() OVER (ORDER BY source, source_pk) AS record_sk, source, source_pk "
        "FROM (SELECT DISTINCT source, source_pk FROM versions)"
    )
    db.execute("CREATE TABLE records AS SELECT record_sk, v.* FROM versions v JOIN nodes USING (source, source_pk)")
    db.execute(
        "CREATE TABLE links AS SELECT DISTINCT source, _link, record_sk FROM seen JOIN nodes USING (source, source_pk)"
    )
    return tied


def _settle_ties(db: duckdb.DuckDBPyConnection) -> int:
    """Makes `ties`: the hash of observations that share node and time and differ in content."""
    rows = db.sql(_TIES).fetchall()
    kinds = [c.type for c in _TOLD]
    hashes = [(source, record, content_hash(map(as_bytes, values, kinds))) for source, record, *values in rows]
    schema = {"source": pl.String, "_record_id": pl.String, "content": pl.Int64}
    db.register("hashed", pl.DataFrame(hashes, schema, orient="row").to_arrow())
    db.execute("CREATE TABLE ties AS SELECT * FROM hashed")
    return len(rows)


_PERSONS = f"""
    SELECT source, source_pk, {_COLUMNS}, identifiers,
           row_number() OVER (PARTITION BY source, source_pk
               ORDER BY last_seen NULLS FIRST, content, _record_id)::INTEGER AS version_no,
           last_seen AS valid_from, first_seen AS first_seen_at, last_seen AS last_seen_at
    FROM ordered WHERE NOT is_carrier"""

# Of a carrier's observations the latest that names somebody tells who it is; identifiers are those of all.
_CARRIERS = f"""
    SELECT latest.* EXCLUDE (names_somebody), 1::INTEGER AS version_no, span.first_seen_at, span.last_seen_at,
           coalesce(spans.identifiers, []) AS identifiers
    FROM (SELECT source, source_pk, {_COLUMNS}, last_seen AS valid_from, {_NAMED} AS names_somebody
          FROM ordered WHERE is_carrier
          QUALIFY row_number() OVER (PARTITION BY source, source_pk
              ORDER BY names_somebody DESC, last_seen DESC NULLS LAST, content DESC, _record_id DESC) = 1) latest
    JOIN (SELECT source, source_pk, min(first_seen) AS first_seen_at, max(last_seen) AS last_seen_at
          FROM seen WHERE is_carrier GROUP BY ALL) span USING (source, source_pk)
    LEFT JOIN (
        SELECT source, source_pk, list(i ORDER BY i) AS identifiers
        FROM (SELECT source, source_pk, {{'namespace': i.namespace, 'value': i.value,
                     'first_seen_at': min(i.first_seen_at), 'last_seen_at': max(i.last_seen_at)}} AS i
              FROM (SELECT source, source_pk, unnest(identifiers) AS i FROM seen WHERE is_carrier)
              GROUP BY source, source_pk, i.namespace, i.value)
        GROUP BY ALL) spans USING (source, source_pk)"""

_AS_SPARK_HASHES = {"valid_from": "epoch_us(s.last_seen)", "birth_date": "s.birth_date - DATE '1970-01-01'"}
_TIES = f"""
    WITH shared AS (
        SELECT source, source_pk, last_seen, {_NAMED} AS names_somebody FROM seen
        GROUP BY ALL HAVING count(DISTINCT ({_COLUMNS})) > 1)
    SELECT s.source, s._record_id, {", ".join(_AS_SPARK_HASHES.get(c.name, f"s.{c.name}") for c in _TOLD)}
    FROM (SELECT *, {_NAMED} AS names_somebody FROM seen) s
    JOIN shared ON shared.source = s.source AND shared.source_pk = s.source_pk
         AND shared.last_seen IS NOT DISTINCT FROM s.last_seen AND shared.names_somebody = s.names_somebody"""
