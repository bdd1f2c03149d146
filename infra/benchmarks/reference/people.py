"""Source records by the reference engine: what each feed tells of people, standardised, in versions and carriers."""

# ruff: noqa: S608 - SQL is made from settings, never from data
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.normalise.names import ParsedName
from reference.engine import quoted, text, texts
from reference.facts import column
from reference.spelled import NAMES, spell

RAW = ("given_name", "family_name", "full_name", "native_name", "email", "phone", "birth_date")
PLAIN = ("gender", "language", "street", "city", "state", "postcode", "country")
TELLS_OF_NOBODY = frozenset({"product", "ad_spend", "coupon_offer"})
_SEEN = {
    "person": ("valid_from", "first_seen_at"),
    "order_rows": ("ordered_at",),
    "receipt": ("ordered_at",),
    "campaign_contact": ("contacted_at",),
    "redemption": ("redeemed_on",),
    "consent": ("decided_at",),
}


def standardise(
    db: duckdb.DuckDBPyConnection, contracts: Iterable[SourceContract], normalisers: Mapping[str, str]
) -> None:
    """Makes `seen`: one row per observation of a person, comparable, with the key of its source record."""
    queries = [_observations(c) for c in contracts if c.kind not in TELLS_OF_NOBODY]
    db.execute(f"CREATE TABLE observed AS SELECT row_number() OVER () AS id, * FROM ({' UNION ALL '.join(queries)})")
    db.execute(
        "CREATE TABLE slots AS SELECT id, generate_subscripts(slots, 1) AS n, unnest(slots, recursive := true), "
        "coalesce(country_of(country), region) AS read_in, raw_phone FROM observed"
    )
    by_kind: dict[str, list[str]] = {}
    for namespace, kind in normalisers.items():
        by_kind.setdefault(kind, []).append(namespace)
    spell(db, by_kind)
    db.execute(f"CREATE TABLE identified AS {_identified(by_kind)}")
    db.execute(f"CREATE TABLE seen AS {_SEEN_QUERY}")


def link_key(contract: SourceContract) -> str:
    """SQL of the raw values by which a feed's rows find their source record."""
    if contract.kind == "person":
        parts = [f"CAST({quoted(name)} AS VARCHAR)" for name in contract.key]
    else:
        parts = [raw for _, raw, carries in _slots(contract) if carries]
    return f"concat_ws(chr(31), {', '.join(f'''coalesce({part}, '')''' for part in parts)})"


def _slots(contract: SourceContract) -> list[tuple[str, str, bool]]:
    """(namespace, raw value, carries a record by itself), in SQL, the strongest first."""
    if contract.kind == "consent":
        return [(column(contract, "subject_namespace"), column(contract, "subject_value"), True)]
    return [(text(i.namespace), f"CAST({quoted(i.column)} AS VARCHAR)", i.carrier) for i in contract.identifiers]


def _observations(contract: SourceContract) -> str:
    """SQL: a person feed gives a row per record, other feeds one per set of raw values, first to last seen."""
    is_person = contract.kind == "person"
    slots = ", ".join(
        f"{{'namespace': {namespace}, 'raw': {raw}, 'carries': {str(carries).lower()}}}"
        for namespace, raw, carries in _slots(contract)
    )
    keys = [f"{link_key(contract)} AS _link", f"[{slots}] AS slots"]
    keys += [f"{column(contract, name)} AS raw_{name}" for name in RAW]
    keys += [f"{column(contract, name)} AS {name}" for name in PLAIN]
    keys += [f"{column(contract, 'birth_date', 'DATE')} AS birth_date"]
    seen = "_occurred_at" if contract.kind == "event" else _seen_at(contract)
    span = f"{seen} AS first_seen, {seen} AS last_seen, _record_id"
    if not is_person:
        span = f"min({seen}) AS first_seen, max({seen}) AS last_seen, min(_record_id) AS _record_id"
    constants = (
        f"{text(contract.name)} AS source, {str(not is_person).lower()} AS is_carrier, "
        f"{text(contract.brand)} AS brand, {text(contract.region) if contract.region else 'NULL::VARCHAR'} AS region"
    )
    first_rows = f"WHERE {column(contract, 'ordered_at')} IS NOT NULL" if contract.kind == "order_rows" else ""
    grouping = "" if is_person else "GROUP BY ALL"
    return f"SELECT {constants}, {', '.join(keys)}, {span} FROM passed_{contract.name} {first_rows} {grouping}"


def _seen_at(contract: SourceContract) -> str:
    return f"coalesce({', '.join(column(contract, name, 'TIMESTAMPTZ') for name in _SEEN[contract.kind])})"


def _identified(by_kind: Mapping[str, Sequence[str]]) -> str:
    """SQL of one row per observation: its identifiers, and the key of the first that carries."""
    spelled = {"phone": "phones.number", "email": "emails.mailbox", "lower": "lower(folded(slots.raw))"}
    cases = [f"WHEN namespace IN {texts(by_kind[kind])} THEN {sql}" for kind, sql in spelled.items() if kind in by_kind]
    value = f"CASE {' '.join(cases)} ELSE folded(slots.raw) END" if cases else "folded(slots.raw)"
    return f"""
        WITH valued AS (
            SELECT slots.*, {value} AS value FROM slots
            LEFT JOIN emails ON emails.raw = slots.raw
            LEFT JOIN phones ON phones.raw = slots.raw AND phones.read_in IS NOT DISTINCT FROM slots.read_in
            WHERE slots.raw IS NOT NULL)
        SELECT id, list(DISTINCT {{'namespace': namespace, 'value': value}}) AS found,
               first(namespace || ':' || value ORDER BY n) FILTER (WHERE carries) AS carrier
        FROM valued WHERE value IS NOT NULL AND namespace IS NOT NULL GROUP BY id"""


_SEEN_QUERY = f"""
    SELECT o.source, o.is_carrier, o.brand, o.region, o._link, o._record_id, o.first_seen, o.last_seen,
           {", ".join(f"o.raw_{name}" for name in RAW)},
           {", ".join(f"names.{name}" for name in ParsedName._fields)},
           emails.email, phones.number AS phone, o.birth_date,
           lower(o.gender)[1:1] AS gender, lower(o.language)[1:2] AS language, streets.street,
           folded(o.city) AS city, folded(o.state) AS state, upper(folded(o.postcode)) AS postcode,
           country_of(o.country) AS country, list_sort(list_transform(coalesce(i.found, []), lambda x:
               {{'namespace': x.namespace, 'value': x.value,
                 'first_seen_at': o.first_seen, 'last_seen_at': o.last_seen}})) AS identifiers,
           CASE WHEN o.is_carrier THEN i.carrier ELSE o._link END AS source_pk
    FROM observed o
    LEFT JOIN identified i ON i.id = o.id
    LEFT JOIN emails ON emails.raw = o.raw_email
    LEFT JOIN streets ON streets.raw = o.street
    LEFT JOIN names ON {" AND ".join(f"names.{name} IS NOT DISTINCT FROM o.{name}" for name in NAMES)}
    LEFT JOIN phones ON phones.raw = o.raw_phone
         AND phones.read_in IS NOT DISTINCT FROM coalesce(country_of(o.country), o.region)
"""
