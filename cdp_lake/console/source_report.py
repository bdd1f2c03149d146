"""The report on an unknown file: how it is read, its columns, what to look at; never a value of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid, pairs, share

if TYPE_CHECKING:
    from cdp_lake.bronze.assessment import Assessment, Column
    from cdp_lake.stages.profile_source import Profiled

LEGEND = "a: a letter, 9: a digit, 汉: a Chinese character; aaa: three or more, 99999: five or more"
_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def report(done: Profiled) -> Iterator[RenderableType]:
    """All of one file, ending with what to do next."""
    found = done.found
    yield pairs(done.title, _read_as(found))
    yield grid(
        "Columns",
        ("column", "empty#", "distinct#", "length#", "type", "field", "pii", "namespace"),
        [row for column in found.columns for row in _rows(column, found)],
    )
    yield grid(
        "How values are written",
        ("column", "patterns", "read with"),
        [row for column in found.columns for row in _written(column)],
    )
    yield Text(LEGEND, style="dim")
    yield pairs("Guesses", _guesses(found))
    remarks = [*_remarks(found)]
    if remarks:
        yield grid("To look at", ("column", "what"), remarks)
    then = f"then put it into conf/sources/{done.name}.yml"
    if done.in_force and found.read_as.format == "jdbc":
        then = "then run: cdp-lake run land_bronze refine_silver"
    elif done.in_force:
        then = f"then put files below landing/{done.name}/ and try: cdp-lake source check FILE --source {done.name}"
    yield Text(f"draft: {done.out}; review what says `look:`, {then}")


def _read_as(found: Assessment) -> Iterator[tuple[str, str]]:
    read_as = found.read_as
    yield "format", read_as.format
    if read_as.encoding_why:
        yield "encoding", f"{read_as.encoding} ({read_as.encoding_why})"
    if read_as.delimiter:
        yield "delimiter", f"{_DELIMITER_NAMES[read_as.delimiter]} ({read_as.delimiter_why})"
    whole = "table" if read_as.format == "jdbc" else "file"
    more = f"; the {whole} has more (--records)" if found.has_more else ""
    yield "records looked at", f"{found.records:,}{more}"
    kinds = ", ".join(f"{what} {count:,}" for what, count in sorted(found.broken.items()))
    yield "broken records", f"{sum(found.broken.values()):,} ({kinds})" if kinds else "0"
    yield "repeated records", f"{found.repeated:,}"


def _rows(column: Column, found: Assessment) -> Iterator[tuple[str, ...]]:
    tie = next((tie for tie in found.ties if tie.column == column.name), None)
    yield _row(column, column.path, f"{tie.namespace}{'' if tie.is_known else ' (not in identity.yml)'}" if tie else "")
    for item in column.columns:
        yield _row(item, f"  .{item.path}", "")


def _row(column: Column, path: str, namespace: str) -> tuple[str, ...]:
    return (
        path,
        share(column.records - column.filled, column.records),
        _distinct(column),
        _length(column),
        column.type,
        column.field or "",
        column.pii or "",
        namespace,
    )


def _distinct(column: Column) -> str:
    if column.distinct is None:
        return "-"
    return f"{'more than ' if column.is_distinct_of_some else ''}{column.distinct:,}"


def _length(column: Column) -> str:
    if column.shortest is None:
        return "-"
    return str(column.longest) if column.shortest == column.longest else f"{column.shortest}-{column.longest}"


def _written(column: Column) -> Iterator[tuple[str, ...]]:
    if column.distinct is not None:
        yield column.path, _patterns(column), ", ".join(column.formats)
    yield from ((f"  .{item.path}", _patterns(item), ", ".join(item.formats)) for item in column.columns)


def _patterns(column: Column) -> str:
    return "   ".join(f"{form} {share(count, column.filled)}" for form, count in column.patterns) or "-"


def _guesses(found: Assessment) -> Iterator[tuple[str, str]]:
    kind = f"{found.kind.kind} ({found.kind.reason})"
    yield "kind", kind if found.kind.is_sure else f"{kind}: choose one"
    yield "key", f"{', '.join(found.key.columns)} ({found.key.reason})" if found.key.columns else found.key.reason
    yield "version", f"{found.version}, keep {found.keep}" if found.version else "none found"
    if found.time_zone:
        yield "time zone", found.time_zone


def _remarks(found: Assessment) -> Iterator[tuple[str, str]]:
    yield from (("(file)", remark) for remark in found.remarks)
    if found.unfilled:
        yield "(kind)", f"no column fills {', '.join(found.unfilled)}"
    if found.key.doubt:
        yield "(key)", found.key.doubt
    for column in found.columns:
        yield from ((column.path, remark) for remark in (*column.doubts, *column.quality))
        yield from ((f"{column.path}.{item.path}", doubt) for item in column.columns for doubt in item.doubts)
    yield from ((tie.column, tie.doubt) for tie in found.ties if tie.doubt)
