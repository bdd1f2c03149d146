"""Drift: where a file and the contract of its source have come apart."""

from __future__ import annotations

from dataclasses import dataclass

from cdp_lake.bronze.assessment.findings import Assessment, Column
from cdp_lake.config.source_columns import ColumnType, SourceColumn
from cdp_lake.config.sources import SourceContract

NEW, ABSENT, RENAMED, RETYPED, REFRAMED = "new column", "absent column", "renamed?", "other type", "read otherwise"
# What values that look like one type may be read as; a string takes anything.
_READS: dict[ColumnType, frozenset[str]] = {
    "integer": frozenset({"integer"}),
    "decimal": frozenset({"integer", "decimal"}),
    "boolean": frozenset({"boolean", "integer"}),
    "date": frozenset({"date"}),
    "timestamp": frozenset({"timestamp", "date", "integer"}),
    "list": frozenset({"list"}),
    "json": frozenset({"json", "list"}),
}


@dataclass(frozen=True)
class Drift:
    """One difference: what kind it is, the column's path, what is known, and what to do about it."""

    what: str
    path: str
    known: str
    advice: str


def drift(found: Assessment, contract: SourceContract) -> tuple[Drift, ...]:
    """Every difference between a file and its contract, in the contract's order, new columns last.

    An absent and a new column that mean the same are one renamed column.
    """
    here = {column.path: column for column in found.columns}
    declared = {column.source_path: column for column in contract.columns}
    absent = [column for path, column in declared.items() if not _is_there(path, here)]
    new = [column for path, column in here.items() if not _is_declared(path, declared)]
    told, renamed = [*_framing(found, contract)], set[str]()
    for column in absent:
        other = next((one for one in new if one.field and one.field == column.field), None)
        renamed |= {other.path} if other else set()
        told.append(_renamed(column, other) if other else _absent(column))
    told += [_retyped(column, here[path]) for path, column in declared.items() if _cannot_read(column, here.get(path))]
    return (*told, *(_new(column) for column in new if column.path not in renamed))


def _is_there(path: str, here: dict[str, Column]) -> bool:
    """An object whose parts are there is there too: a contract may take it whole, as json."""
    return path in here or any(other.startswith(f"{path}.") for other in here)


def _is_declared(path: str, declared: dict[str, SourceColumn]) -> bool:
    return path in declared or any(path.startswith(f"{other}.") for other in declared)


def _framing(found: Assessment, contract: SourceContract) -> list[Drift]:
    read_as = found.read_as
    if read_as.format != contract.format and {read_as.format, contract.format} != {"json", "ndjson"}:
        return [Drift(REFRAMED, "(file)", f"{read_as.format}, the contract says {contract.format}", "set `format`")]
    told = []
    if read_as.delimiter and read_as.delimiter != contract.delimiter:
        known = f"{read_as.delimiter!r}, the contract says {contract.delimiter!r}"
        told.append(Drift(REFRAMED, "(file)", known, "set `delimiter`"))
    if not _same_encoding(read_as.encoding, contract.encoding):
        known = f"{read_as.encoding}, the contract says {contract.encoding}"
        told.append(Drift(REFRAMED, "(file)", known, "set `encoding`"))
    return told


def _same_encoding(one: str, other: str) -> bool:
    families = [name.lower().replace("_", "-").removesuffix("-sig") for name in (one, other)]
    chinese = {"gbk", "gb2312", "gb18030"}
    return families[0] == families[1] or "ascii" in families or chinese.issuperset(families)


def _cannot_read(column: SourceColumn, here: Column | None) -> bool:
    return here is not None and here.filled > 0 and here.type not in _READS.get(column.type, {here.type})


def _absent(column: SourceColumn) -> Drift:
    if column.required:
        return Drift(ABSENT, column.source_path, "it is required", "the file would be set aside: ask its sender")
    return Drift(ABSENT, column.source_path, "it is optional", "its field stays empty: take it out, or ask the sender")


def _renamed(column: SourceColumn, other: Column) -> Drift:
    known = f"'{other.path}' is new and means {other.field} too"
    return Drift(RENAMED, column.source_path, known, f"set `path: {other.path}` on column {column.name}")


def _retyped(column: SourceColumn, here: Column) -> Drift:
    known = f"looks like {here.type}, the contract says {column.type}"
    return Drift(RETYPED, column.source_path, known, "such values would be quarantined: ask the sender, or set `type`")


def _new(column: Column) -> Drift:
    tags = "".join(f", {key}: {value}" for key, value in (("field", column.field), ("pii", column.pii)) if value)
    known = f"{column.type}, {column.filled:,} of {column.records:,} records have it"
    advice = f"kept in bronze; to use it: {{name: {column.name}, path: {column.path}{tags}}}"
    return Drift(NEW, column.path, known, advice)
