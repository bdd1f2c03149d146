"""The one fate of each record by the reference engine: passed, duplicate or quarantined."""

# ruff: noqa: S608 - SQL is made from settings, never from data
from __future__ import annotations

import duckdb

from cdp_lake.config.sources import SourceContract
from reference.engine import quoted, text

CONFLICT = "same_key_other_content"
_REDRIVE = (
    "correct it: cdp-lake quarantine fix RECORD_ID; or change the contract; then: cdp-lake quarantine redrive RECORD_ID"
)


def decide(db: duckdb.DuckDBPyConnection, contract: SourceContract) -> None:
    """Makes `fates_<source>` of all parsed records, and the view `passed_<source>` of those that passed."""
    name = contract.name
    db.execute(f"CREATE OR REPLACE TEMP TABLE candidates AS {_candidates(contract)}")
    db.execute(f"CREATE TABLE fates_{name} AS {_fates(contract)}")
    # Few records fail or are repeated, so those are named instead of joining all that passed.
    repeats = (
        f"SELECT record_id, key_hash FROM fates_{name} "
        "WHERE fate = 'passed' AND key_hash NOT LIKE '%:1' AND contains(key_hash, ':')"
    )
    line_key = "coalesce(r.key_hash, p._record_hash || ':1')"
    db.execute(
        f"CREATE VIEW passed_{name} AS SELECT p.*, {line_key} AS _line_key FROM parsed_{name} p "
        f"ANTI JOIN (SELECT record_id FROM fates_{name} WHERE fate <> 'passed') f ON f.record_id = p._record_id "
        f"LEFT JOIN ({repeats}) r ON r.record_id = p._record_id"
    )


def _fates(contract: SourceContract) -> str:
    in_order = "ORDER BY version_at NULLS FIRST, content_hash, record_id"
    first = f"first(record_id) OVER (PARTITION BY key_hash {in_order})"
    alike = f"first(record_id) OVER (PARTITION BY key_hash, content_hash {in_order})"
    is_conflict = not contract.version and bool(contract.key)
    keeps_all = contract.version is not None and contract.version.keep == "latest"
    original = "first_alike" if is_conflict or keeps_all else "first_id"
    conflict = "record_id <> first_id" if is_conflict else "false"
    columns = "source, record_id, batch_id, key_hash, content_hash, version_at"
    # Most keys come once and need no order.
    return f"""
        WITH sound AS (SELECT * FROM candidates WHERE len(rules) = 0),
        repeated AS (SELECT key_hash FROM sound GROUP BY key_hash HAVING count(*) > 1),
        ranked AS (SELECT *, {first} AS first_id, {alike} AS first_alike FROM sound SEMI JOIN repeated USING (key_hash))
        SELECT {columns}, 'passed' AS fate, NULL::VARCHAR AS duplicate_of, rules
        FROM sound ANTI JOIN repeated USING (key_hash)
        UNION ALL
        SELECT {columns},
               CASE WHEN record_id <> {original} THEN 'duplicate' WHEN {conflict} THEN 'quarantined' ELSE 'passed' END,
               CASE WHEN record_id <> {original} THEN {original} END,
               CASE WHEN record_id = {original} AND {conflict} THEN ['{CONFLICT}'] ELSE rules END
        FROM ranked
        UNION ALL
        SELECT {columns}, 'quarantined', NULL, rules FROM candidates WHERE len(rules) > 0"""


def _candidates(contract: SourceContract) -> str:
    version = quoted(contract.version.column) if contract.version else "NULL"
    if contract.key:
        parts = ", ".join(f"coalesce({quoted(name)}::VARCHAR, chr(0))" for name in contract.key)
        key, content = f"left(sha256(concat_ws(chr(31), {parts})), 32)", "_record_hash"
    else:
        # Equal lines of one file are as many records; the n-th of one file is the n-th of another.
        occurrence = "row_number() OVER (PARTITION BY _file_id, _record_hash ORDER BY _record_no)"
        key = content = f"_record_hash || ':' || {occurrence}"
    return (
        f"SELECT {text(contract.name)} AS source, _record_id AS record_id, 1::BIGINT AS batch_id, {key} AS key_hash, "
        f"{content} AS content_hash, CAST({version} AS TIMESTAMPTZ) AS version_at, rules FROM parsed_{contract.name}"
    )


def fates_query(sources: list[str]) -> str:
    """SQL of ops.fates."""
    return " UNION ALL ".join(f"SELECT * FROM fates_{name}" for name in sources)


def quarantine_query(sources: list[str]) -> str:
    """SQL of ops.quarantine: records that broke a rule with their text, and files that could not be landed."""
    kept = [
        f"SELECT f.source, f.record_id, f.batch_id, p._file_id, p._line, f.rules, "
        f"CASE WHEN len(p.rules) > 0 THEN p.payload END AS payload, len(p.rules) > 0 AS has_text FROM fates_{name} f "
        f"JOIN parsed_{name} p ON p._record_id = f.record_id WHERE f.fate = 'quarantined'"
        for name in sources
    ]
    records = " UNION ALL ".join(kept)
    return f"""
        SELECT r.source, r.record_id, r.batch_id, CASE WHEN has_text THEN files.path END AS file,
               CASE WHEN has_text THEN r._line END AS line, r.rules, r.payload, {text(_REDRIVE)} AS redrive
        FROM ({records}) r JOIN files ON files.source = r.source AND files.file_id = r._file_id
        UNION ALL
        SELECT source, 'file:' || file_id, batch_id, path, NULL, notes, NULL,
               'mend the file and drop it into the landing folder again'
        FROM files WHERE fate = 'quarantined'"""
