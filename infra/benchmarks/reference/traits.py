"""Traits by the reference engine: SQL made from the same declarations, one grouping per fact."""

# ruff: noqa: S608 - SQL is made from settings, never from data
from __future__ import annotations

import duckdb

from cdp_lake.config.facts import FACTS, PROFILE_COLUMNS
from cdp_lake.config.traits import ZERO_WHEN_ABSENT, Scalar, Trait, TraitRules, trait_types
from reference.derived import cut_points, derived
from reference.engine import quoted
from reference.moment import Moment, literal

_TYPES = {"STRING": "VARCHAR", "TIMESTAMP": "TIMESTAMPTZ"}


def compute(db: duckdb.DuckDBPyConnection, rules: TraitRules, profiles: str, moment: Moment) -> None:
    """Makes `traits`: one row per profile; needs the tables of `place_facts`, and SQL of the profiles."""
    types = trait_types(rules)
    taken = [f"{_of_profile(t, moment)} AS {quoted(t.name)}" for t in rules.traits if t.profile]
    joins = [f"(SELECT {', '.join(['profile_id', *taken])} FROM {profiles}) profile"]
    for fact in sorted({trait.fact for trait in rules.traits if trait.fact}):
        counted = [t for t in rules.traits if t.fact == fact]
        plain = [t for t in counted if t.aggregate != "most_frequent"]
        joins += [f"({_grouped(fact, plain, moment)}) f_{fact}"] if plain else []
        joins += [f"({_most_frequent(t, moment)}) v_{t.name}" for t in counted if t.aggregate == "most_frequent"]
    own = [f"{_filled(t, types[t.name])} AS {quoted(t.name)}" for t in rules.traits if not t.derive]
    source = " LEFT JOIN ".join([joins[0], *(f"{join} USING (profile_id)" for join in joins[1:])])
    db.execute(f"CREATE TABLE traits_0 AS SELECT {', '.join(['profile_id', *own])} FROM {source}")
    for number, layer in enumerate(rules.layers):
        made = [f"CAST({derived(t)} AS {sql_type(types[t.name])}) AS {quoted(t.name)}" for t in layer if t.derive]
        cuts = cut_points(layer, f"traits_{number}")
        source = f"traits_{number}" + (f" CROSS JOIN ({cuts}) cuts" if cuts else "")
        added = ", ".join([f"traits_{number}.*", *made])
        db.execute(f"CREATE TABLE traits_{number + 1} AS SELECT {added} FROM {source}")
    listed = ", ".join(["profile_id", *map(quoted, types)])
    db.execute(f"CREATE VIEW traits AS SELECT {listed} FROM traits_{len(rules.layers)}")


def sql_type(kind: str) -> str:
    """DuckDB's name of a type of Spark's."""
    return _TYPES.get(kind, kind)


def _of_profile(trait: Trait, moment: Moment) -> str:
    found, kind = quoted(str(trait.profile)), PROFILE_COLUMNS[str(trait.profile)]
    if kind == "TIMESTAMP":
        found = f"CAST({found} AS TIMESTAMPTZ)"
        found = f"CASE WHEN {found} <= {moment.instant} THEN {found} END"
    if kind == "DATE":
        found = f"CASE WHEN {found} <= {moment.today} THEN {found} END"
    day = moment.day_of(found) if kind == "TIMESTAMP" else found
    match trait.take:
        case "is_present":
            return f"{found} IS NOT NULL"
        case "years_since":
            return f"date_sub('year', {day}, {moment.today})"
        case "days_since":
            return moment.days_since(day)
        case _:
            return found


def _grouped(fact: str, traits: list[Trait], moment: Moment) -> str:
    values = [f"{_aggregate(t, moment)} AS {quoted(t.name)}" for t in traits]
    return f"SELECT {', '.join(['profile_id', *values])} FROM fact_{fact} GROUP BY profile_id"


def _aggregate(trait: Trait, moment: Moment) -> str:  # noqa: PLR0911 - one answer per aggregate
    only = f"FILTER (WHERE {_is_counted(trait, moment)})"
    found = quoted(trait.column) if trait.column else ""
    match trait.aggregate:
        case "count":
            return f"count(*) {only}"
        case "has":
            return f"count(*) {only} > 0"
        case "unique_count":
            return f"count(DISTINCT {found}) {only}"
        case "average":
            return f"avg({found}) {only}"
        case "days_since_last":
            return moment.days_since(f"max(day) {only}")
        case "days_since_first":
            return moment.days_since(f"min(day) {only}")
        case "sum" | "min" | "max":
            return f"{trait.aggregate}({found}) {only}"
        case _:
            return _first_or_last(trait, _is_counted(trait, moment))


def _first_or_last(trait: Trait, counted: str) -> str:
    fact, is_first = FACTS[str(trait.fact)], trait.aggregate == "first"
    if trait.column is None:
        return f"{'min' if is_first else 'max'}({quoted(fact.time)}) FILTER (WHERE {counted})"
    order = ", ".join(f"'{name}': {quoted(name)}" for name in ("_at", *fact.tie))
    chosen = "arg_min" if is_first else "arg_max"
    column = quoted(trait.column)
    return f"{chosen}({column}, {{{order}}}) FILTER (WHERE {counted} AND {column} IS NOT NULL)"


def _most_frequent(trait: Trait, moment: Moment) -> str:
    """SQL: the value with most weight, then the one seen last, then the first of the alphabet."""
    weight = f"sum(coalesce({quoted(trait.weight)}, 0))" if trait.weight else "count(*)"
    where = f"{_is_counted(trait, moment)} AND {quoted(str(trait.column))} IS NOT NULL"
    values = (
        f"SELECT profile_id, CAST({quoted(str(trait.column))} AS VARCHAR) AS value, {weight} AS weight, "
        f"max(epoch_us(_at)) AS last FROM fact_{trait.fact} WHERE {where} GROUP BY ALL"
    )
    order = "{'lightness': -weight, 'age': -last, 'value': value}"
    return f"SELECT profile_id, arg_min(value, {order}) AS {quoted(trait.name)} FROM ({values}) GROUP BY profile_id"


def _is_counted(trait: Trait, moment: Moment) -> str:
    kinds = FACTS[str(trait.fact)].columns
    tests = [f"_at > {moment.days_before(trait.window_days)}"] if trait.window_days else []
    tests += [_equals(name, wanted, kinds[name]) for name, wanted in trait.where.items()]
    tests += [f"NOT {_equals(name, refused, kinds[name])}" for name, refused in trait.unless.items()]
    return " AND ".join(tests) or "true"


def _equals(name: str, wanted: Scalar | tuple[Scalar, ...], kind: str) -> str:
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    listed = ", ".join(f"CAST({literal(value)} AS {sql_type(kind)})" for value in values)
    return f"coalesce({quoted(name)} IN ({listed}), false)"


def _filled(trait: Trait, kind: str) -> str:
    found = f"CAST({quoted(trait.name)} AS {sql_type(kind)})"
    if trait.aggregate not in ZERO_WHEN_ABSENT:
        return found
    return f"coalesce({found}, {'false' if trait.aggregate == 'has' else f'CAST(0 AS {sql_type(kind)})'})"
