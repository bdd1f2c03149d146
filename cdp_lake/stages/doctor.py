"""Doctor: can this machine run the lake, and what to do where it cannot."""

from __future__ import annotations

from pathlib import Path

from cdp_lake.adapters.handshake import Check, check
from cdp_lake.adapters.spark import build_session
from cdp_lake.adapters.table_check import told_of
from cdp_lake.config.settings import Settings
from cdp_lake.errors import TableDamaged
from cdp_lake.stages.session import open_lake


def examined(settings: Settings, *, contents: bool = False) -> list[Check]:
    """Every check; a session is started to ask it what it really is, unless something would keep it from starting.

    contents: every file of the lake's tables is read, not only looked for.
    """
    lake = Path(settings.lake.path)
    before = check(None, settings.spark, lake)
    if not all(one.ok for one in before if one.name != "Lake lock"):
        return before
    found = check(build_session(settings.spark, "cdp-lake doctor"), settings.spark, lake)
    return [*found, _tables(settings, contents)] if (lake / "ops").is_dir() else found


def _tables(settings: Settings, contents: bool) -> Check:
    try:
        tables = open_lake(settings).tables_on_disk()
    except TableDamaged as problem:
        return Check("Tables", False, *_first_line_and_rest(problem))
    damaged = [table for table in tables if contents and table.read_all()]
    if damaged:
        return Check("Tables", False, *_first_line_and_rest(TableDamaged(told_of(damaged))))
    files = sum(len(table.files) for table in tables)
    what = "read" if contents else "in place; --tables reads them"
    return Check("Tables", True, f"{len(tables)} with {files:,} files, all {what}")


def _first_line_and_rest(problem: TableDamaged) -> tuple[str, str]:
    first, _, rest = str(problem).partition("\n")
    return first, rest.strip()
