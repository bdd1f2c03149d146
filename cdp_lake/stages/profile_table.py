"""Profile a table of a database: the same look at unknown data, and the draft of a contract that reads it on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from cdp_lake.adapters.jdbc import DatabaseTable
from cdp_lake.bronze.assessment import (
    Assessment,
    FileTally,
    ReadAs,
    WayIn,
    by_table,
    judged,
    likely_watermark,
    source_name,
)
from cdp_lake.bronze.framing import Frame
from cdp_lake.config.namespace import type_of
from cdp_lake.config.settings import Settings
from cdp_lake.config.ways_in import Database, TableFeed
from cdp_lake.errors import ConfigError, SourceNotRead, did_you_mean
from cdp_lake.stages.profile_source import RECORDS, Profiled, drafted, named_draft, profile_source
from cdp_lake.stages.session import lakeless

_DATABASE_TABLE = re.compile(r"(?P<database>\w{2,}):(?P<table>.+)")


def table_meant(settings: Settings, word: Path) -> tuple[Database, str] | None:
    """The database and table that `crm_db:public.people` means; None for a file.

    Raises ConfigError where it is neither a file nor of a database that connections.yml describes.
    """
    parts = _DATABASE_TABLE.fullmatch(str(word))
    if parts is None or word.exists():
        return None
    databases = {database.name: database for database in settings.connections.databases}
    name = parts["database"]
    if name not in databases:
        known = did_you_mean(name, databases)
        raise ConfigError(f"{word}: there is no such file, and no database '{name}' in connections.yml; {known}")
    return databases[name], parts["table"]


def profile_any(
    settings: Settings, word: Path, name: str | None = None, out: Path | None = None, records: int = RECORDS
) -> Profiled:
    """Looks at what the word means: a file, or a table as `crm_db:public.people`. Raises ConfigError if it cannot."""
    meant = table_meant(settings, word)
    if meant is None:
        return profile_source(settings, word, name, out, records)
    database, table = meant
    name, target = named_draft(name or source_name(table.rpartition(".")[2]), out)
    feed = TableFeed(connection=database.name, table=table)
    try:
        found, way = _looked_at(settings, DatabaseTable(lakeless(settings), database, feed), table, records)
    except SourceNotRead as problem:
        raise ConfigError(str(problem)) from problem
    return drafted(f"{database.name}: {table}", found, name, target, way)


def _looked_at(settings: Settings, rows: DatabaseTable, table: str, records: int) -> tuple[Assessment, WayIn]:
    """What so many rows hold, and how the table is read on."""
    namespaces = {type_of(one.name) for one in settings.identity.namespaces}
    tally = FileTally(frozenset(namespaces))
    has_more = _taken(tally, rows.first_payloads(records + 1), records)
    if not tally.records:
        raise ConfigError(f"{rows.name}: it has no row; at least one is expected")
    found = judged(tally, ReadAs("jdbc", "utf-8", "", None), has_more, namespaces)
    return found, by_table(rows.database.name, table, likely_watermark(found, rows.times))


def _taken(tally: FileTally, payloads: Iterable[str], records: int) -> bool:
    """Counts the rows; True when there are more of them than that."""
    found = (Frame(number, text, None) for number, text in enumerate(payloads, start=1))
    tally.take_json(islice(found, records))
    return next(found, None) is not None
