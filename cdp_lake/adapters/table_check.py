"""Looking at the tables of a lake before anything is read from them; decision 0025 says what is looked at when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from cdp_lake.adapters.table_on_disk import TableOnDisk
from cdp_lake.contracts.catalogue import TABLES
from cdp_lake.errors import TableDamaged
from cdp_lake.quality.table_log import LOG

_REBUILT_BY = {table.name: table.rebuilt_by for table in TABLES if table.rebuilt_by}
_MOST_NAMED = 3


def table_on_disk(root: Path, name: str, served: int | None = None) -> TableOnDisk:
    """One table by its name."""
    return TableOnDisk(name, root / name.replace(".", "/"), served)


def tables_on_disk(root: Path, served: Mapping[str, int]) -> list[TableOnDisk]:
    """Every table below the folder of a lake, and those that are published and not there."""
    there = {f"{log.parts[-3]}.{log.parts[-2]}" for log in root.glob(f"[!.]*/[!.]*/{LOG}")}
    return [table_on_disk(root, name, served.get(name)) for name in sorted(there | set(served))]


def require_sound(tables: Iterable[TableOnDisk]) -> None:
    """Raises TableDamaged naming each table with what is wrong and what mends it; under a millisecond a table."""
    damaged = [table for table in tables if table.judge()]
    if damaged:
        raise TableDamaged(told_of(damaged))


def damaged_among(root: Path, names: Iterable[str], served: Mapping[str, int]) -> list[TableOnDisk]:
    """Which of these tables are damaged, by what is in their files too."""
    tables = [table_on_disk(root, name, served.get(name)) for name in names]
    made = [table for table in tables if table.served is not None or table.head >= 0]
    return [table for table in made if table.judge() or table.read_all()]


def told_of(damaged: Iterable[TableOnDisk]) -> str:
    """The message: each table, its broken files, what to do."""
    lines = ["the lake is damaged, nothing is read from it:"]
    for table in damaged:
        for one in table.damage[:_MOST_NAMED]:
            lines.append(f"  {table.name}: {table.folder / one.file} {one.what}")
        if len(table.damage) > _MOST_NAMED:
            lines.append(f"  {table.name}: and {len(table.damage) - _MOST_NAMED} more")
        lines.append(f"    {remedy_for(table)}")
    return "\n".join(lines)


def remedy_for(table: TableOnDisk) -> str:
    """What to do about a damaged table."""
    if table.damage and all(one.remedy for one in table.damage):
        return "; ".join(dict.fromkeys(one.remedy for one in table.damage))
    stage = _REBUILT_BY.get(table.name)
    if stage:
        return f"it is made of other tables alone: cdp-lake rebuild {stage}, then cdp-lake run"
    return "put back a copy of the whole lake folder; the next run lands again what came since"


def set_aside(table: TableOnDisk, root: Path) -> Path:
    """Moves a damaged table out of the lake's way, to be made anew; where it is now."""
    shelf = root / ".damaged"
    shelf.mkdir(exist_ok=True)
    number = 1
    while (place := shelf / f"{table.name}-{number}").exists():
        number += 1
    if table.folder.exists():
        table.folder.rename(place)
    return place
