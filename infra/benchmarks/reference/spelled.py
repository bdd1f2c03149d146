"""Each distinct e-mail address, street, phone number and name once, with its one spelling."""

# ruff: noqa: S608 - SQL is made from settings and names of columns, never from data
from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import polars as pl

from cdp_lake.silver.normalise.names import ParsedName, parsed_name
from cdp_lake.silver.normalise.phones import e164
from cdp_lake.silver.normalise.places import STREET_WORDS
from reference.engine import texts

NAMES = ("raw_given_name", "raw_family_name", "raw_full_name", "raw_native_name")


def spell(db: duckdb.DuckDBPyConnection, by_kind: Mapping[str, Sequence[str]]) -> None:
    """Makes `emails`, `streets`, `phones` and `names` from the values of `slots` and `observed`.

    `by_kind` maps each normaliser to its namespaces.
    """
    db.execute(f"CREATE TABLE emails AS {_EMAILS.replace('SLOTS', _slots_of(by_kind.get('email', ())))}")
    _store(db, "street_words", ("word", "short"), list(STREET_WORDS.items()))
    db.execute(f"CREATE TABLE streets AS {_STREETS}")
    numbers = f"SELECT raw, read_in FROM {_slots_of(by_kind.get('phone', ()))}"
    asked = db.sql(f"{numbers} UNION SELECT raw_phone, read_in FROM slots WHERE raw_phone IS NOT NULL").fetchall()
    _store(db, "phones", ("raw", "read_in", "number"), [(raw, region, e164(raw, region)) for raw, region in asked])
    written = db.sql(f"SELECT DISTINCT {', '.join(NAMES)} FROM observed").fetchall()
    _store(db, "names", (*NAMES, *ParsedName._fields), [(*row, *parsed_name(*row)) for row in written])


def _slots_of(namespaces: Sequence[str]) -> str:
    return f"(SELECT raw, read_in FROM slots WHERE raw IS NOT NULL AND namespace IN {texts([*namespaces, ''])})"


def _store(db: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    db.register("answers", pl.DataFrame(rows, dict.fromkeys(columns, pl.String), orient="row").to_arrow())
    db.execute(f"CREATE TABLE {name} AS SELECT * FROM answers")


# One address a row: `email` is what is written to, `mailbox` what is matched on.
_EMAILS = """
    WITH asked AS MATERIALIZED (
        SELECT DISTINCT raw, folded(raw) AS found
        FROM (SELECT raw FROM SLOTS UNION SELECT raw_email FROM observed)),
    bare AS MATERIALIZED (SELECT raw, bare_email(found) AS found FROM asked WHERE contains(found, '@')),
    plain AS MATERIALIZED (SELECT raw, plausible(found) AS found FROM bare),
    untagged AS MATERIALIZED (SELECT raw, found AS email, without_tag(found) AS found FROM plain),
    undotted AS MATERIALIZED (SELECT raw, email, without_dots(found) AS found FROM untagged)
    SELECT raw, email, plausible(without_alias(found)) AS mailbox FROM undotted
"""

# A join and not a map inside a lambda: DuckDB looks a map up by reading all of it, once a word.
_STREETS = r"""
    WITH asked AS MATERIALIZED (
        SELECT street AS raw, bare_street(street) AS bare FROM (SELECT DISTINCT street FROM observed)),
    words AS (
        SELECT raw, unnest(string_split(bare, ' ')) AS word, generate_subscripts(string_split(bare, ' '), 1) AS n
        FROM asked),
    lines AS (
        SELECT raw, string_agg(coalesce(short, word), ' ' ORDER BY n) AS line
        FROM words LEFT JOIN street_words USING (word) GROUP BY raw)
    SELECT raw, nullif(regexp_replace(
               CASE WHEN regexp_matches(bare, '\p{Han}') THEN replace(bare, ' ', '') ELSE line END,
               '\b(?:unit )+unit\b', 'unit', 'g'), '') AS street
    FROM asked JOIN lines USING (raw)
"""
