"""Settings that fit together: what one file says about another is checked before anything starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cdp_lake.config.collector import check_collector
from cdp_lake.config.destinations import check_destinations
from cdp_lake.config.history import check_history
from cdp_lake.config.models import check_models
from cdp_lake.config.namespace import type_of
from cdp_lake.config.quality import check_suites
from cdp_lake.config.segments import SegmentRules
from cdp_lake.config.settings import Loaded, Settings, load_settings, located
from cdp_lake.config.survivorship import check_survivorship
from cdp_lake.contracts import Column, TableContract
from cdp_lake.contracts.catalogue import TABLES
from cdp_lake.contracts.gold import PROFILES, TRAITS
from cdp_lake.errors import ConfigError, did_you_mean
from cdp_lake.segments.checks import check_segments
from cdp_lake.traits.columns import trait_columns

Problem = tuple[tuple[str, ...], str]


def configured(
    conf: Path | None = None, env: str | None = None, sets: Sequence[str] = (), rules: Path | None = None
) -> Loaded:
    """Loaded settings whose parts agree. Raises ConfigError naming every disagreement.

    rules: a file that stands in for the project's identity.yml.
    """
    loaded = load_settings(conf, env, sets, rules)
    problems = [
        *_identifier_problems(loaded.settings),
        *_clear_key_problems(loaded.settings),
        *check_collector(loaded.settings.collector, loaded.settings.sources),
        *_rule_problems(loaded.settings),
        *_connection_problems(loaded.settings),
        *_consent_problems(loaded.settings),
        *_line_problems(loaded.settings),
    ]
    if problems:
        raise ConfigError("\n".join(located(where, text, loaded.layer) for where, text in problems))
    return loaded


def traits_contract(settings: Settings) -> TableContract:
    """gold.traits with the columns traits.yml declares."""
    return TRAITS.extended(*trait_columns(settings.traits), Column("_row_hash", "BIGINT", "hash of the value columns"))


def table_contracts(settings: Settings) -> tuple[TableContract, ...]:
    """Every table of this lake, the traits as declared."""
    return tuple(traits_contract(settings) if table is TRAITS else table for table in TABLES)


def _identifier_problems(settings: Settings) -> list[Problem]:
    return [
        (("sources", source.name, *where), problem)
        for source in settings.sources
        for where, namespace in source.namespaces_used()
        if (problem := settings.identity.unknown(namespace))
    ]


def _clear_key_problems(settings: Settings) -> list[Problem]:
    """A record's key is kept as it came, so nothing that is kept as a hash only may be part of it."""
    hashed = settings.identity.hashed
    return [
        (("sources", source.name, "key"), f"'{i.column}' is kept as a hash only ({i.namespace}); take another key")
        for source in settings.sources
        for i in source.identifiers
        if i.namespace in hashed and i.column in source.key
    ]


def _rule_problems(settings: Settings) -> list[Problem]:
    traits = {column.name: column.type for column in trait_columns(settings.traits)}
    profile = {column.name: column.type for column in PROFILES.columns}
    rules = SegmentRules(segments=settings.segments)
    models = [model.name for model in settings.models.models]
    namespaces = {type_of(namespace.name) for namespace in settings.identity.namespaces}
    sources = [source.name for source in settings.sources]
    segments = [segment.name for segment in settings.segments]
    tables = table_contracts(settings)
    return [
        *[(_segment_path(text), text) for text in check_segments(rules, traits, profile, models)],
        *[(("models",), text) for text in check_models(settings.models, traits)],
        *[(("survivorship",), text) for text in check_survivorship(settings.survivorship, namespaces, sources)],
        *[(("destinations",), text) for text in check_destinations(settings.destinations, segments, settings.consent)],
        *[(("quality",), text) for text in check_suites(settings.quality.suites, tables)],
        *[(("quality",), text) for text in check_history(settings.quality.history, tables, settings.sources)],
    ]


def _segment_path(text: str) -> tuple[str, ...]:
    """The settings path of a problem that starts with `segments/name.yml`."""
    head, _, _ = text.partition(".yml")
    return ("segments", head.rpartition("/")[2])


def _connection_problems(settings: Settings) -> list[Problem]:
    """Sources that are read through a connection nobody described."""
    databases = {database.name for database in settings.connections.databases}
    kafka = {brokers.name for brokers in settings.connections.kafka}
    through = [((s.name, "table"), s.table.connection, databases) for s in settings.sources if s.table]
    through += [((s.name, "topic"), s.topic.connection, kafka) for s in settings.sources if s.topic]
    return [
        (("sources", *way, "connection"), f"not in connections.yml; {did_you_mean(name, known)}")
        for way, name, known in through
        if name not in known
    ]


def _consent_problems(settings: Settings) -> list[Problem]:
    """Consents in feeds of people that speak of a purpose or a channel nobody decides on."""
    asked = [(source.name, one) for source in settings.sources for one in source.consents]
    words = [(name, one.column, "purpose", one.purpose, settings.consent.purposes) for name, one in asked]
    words += [(name, one.column, "channel", one.channel, settings.consent.channels) for name, one in asked]
    return [
        (
            ("sources", name, "consents"),
            f"column '{column}': no {what} '{word}' in consent.yml; {did_you_mean(word, known)}",
        )
        for name, column, what, word, known in words
        if word not in known
    ]


def _line_problems(settings: Settings) -> list[Problem]:
    """Feeds of order lines whose orders nobody sends, or send their lines themselves."""
    orders = {s.name for s in settings.sources if s.kind == "receipt" and s.column_of("lines") is None}
    return [
        (
            ("sources", source.name, "lines_of"),
            f"'{source.lines_of}' is no source of kind receipt without lines of its own; "
            f"{did_you_mean(source.lines_of, orders)}",
        )
        for source in settings.sources
        if source.lines_of is not None and source.lines_of not in orders
    ]
