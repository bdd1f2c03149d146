"""Profile a source: look at one unknown file, and draft its contract. No lake is touched, and no Spark is needed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from cdp_lake.adapters.landing_folder import PACKED
from cdp_lake.adapters.row_files import ROW_SUFFIXES, RowLayout, UnreadableRows, row_frames
from cdp_lake.adapters.unknown_files import UnknownFile, already_there, lines_of, opened, write_new
from cdp_lake.bronze.assessment import (
    Assessment,
    FileTally,
    ReadAs,
    WayIn,
    by_files,
    draft,
    judged,
    likely_delimiter,
    likely_format,
    looks_like_records,
    source_name,
)
from cdp_lake.bronze.framing import Frame, csv_header, frames
from cdp_lake.config.layers import as_plain, parse_yaml
from cdp_lake.config.namespace import type_of
from cdp_lake.config.settings import Settings, described
from cdp_lake.config.sources import SourceContract
from cdp_lake.errors import ConfigError

RECORDS = 100_000
_LAYOUT = "the first line must be the header of the rest, or each record one JSON object"
_DATED = re.compile(r"(?:[_-]?\d+(?:[_-]?[qQ]\d)?)+$")


@dataclass(frozen=True)
class Profiled:
    """What was found of a file or table, and the draft of its contract."""

    title: str
    name: str
    out: Path
    found: Assessment
    contract: str
    in_force: bool = False


def profile_source(
    settings: Settings, file: Path, name: str | None = None, out: Path | None = None, records: int = RECORDS
) -> Profiled:
    """Looks at the first `records` records of FILE and writes the draft to OUT, else to NAME.yml; in OUT, if a folder.

    Raises ConfigError when the file cannot be looked at, or the draft is there already.
    """
    called = Path(file.stem) if file.suffix.lower() in PACKED else file
    name, target = named_draft(name or _name_of(called), out)
    found = assessed(file, settings, records)
    way = by_files(name, called.suffix or f".{found.read_as.format}")
    return drafted(f"{file} ({file.stat().st_size:,} bytes)", found, name, target, way)


def named_draft(name: str, out: Path | None) -> tuple[str, Path]:
    """The name of a source, and where its draft goes. Raises ConfigError when it is no name, or there is one there."""
    name = _checked(name)
    target = out / f"{name}.yml" if out and out.is_dir() else out or Path(f"{name}.yml")
    if target.exists():
        raise ConfigError(already_there(target))
    return name, target


def drafted(title: str, found: Assessment, name: str, target: Path, way: WayIn) -> Profiled:
    """Writes the draft of what was found, once it is known to load."""
    contract = draft(found, name, way)
    contract_of(contract, target)
    write_new(target, contract)
    return Profiled(title, name, target, found, contract)


def contract_of(text: str, path: Path) -> SourceContract:
    """The contract a draft says, read as the settings are read. Raises ConfigError naming line and key."""
    layer = parse_yaml(text, path.as_posix())
    try:
        return SourceContract.model_validate(as_plain(layer.tree))
    except ValidationError as problem:
        raise ConfigError("\n".join(described(dict(error), layer) for error in problem.errors())) from problem


def assessed(file: Path, settings: Settings, records: int = RECORDS) -> Assessment:
    """What the first `records` records of a file hold. Raises ConfigError when it cannot be looked at."""
    namespaces = {type_of(one.name) for one in settings.identity.namespaces}
    tally = FileTally(frozenset(namespaces))
    form = ROW_SUFFIXES.get(file.suffix.lower())
    read_as, has_more = _take_rows(tally, file, form, records) if form else _take_text(tally, opened(file), records)
    if not tally.records:
        raise ConfigError(f"{file}: a header and no record; at least one record is expected")
    if not tally.good:
        broken = ", ".join(f"{what} {count:,}" for what, count in tally.broken.items())
        read = f"no record of {tally.records:,} can be read ({broken}) as {_said(read_as)}"
        raise ConfigError(f"{file}: {read}; {_LAYOUT}")
    if not tally.columns:
        raise ConfigError(f"{file}: no column has a name that a contract could use; {_LAYOUT}")
    return judged(tally, read_as, has_more, namespaces)


def _take_text(tally: FileTally, file: UnknownFile, records: int) -> tuple[ReadAs, bool]:
    read_as = _read_as(file)
    with lines_of(file) as lines:
        found = frames(lines, read_as.format, read_as.delimiter or ",")
        _counted(tally, islice(found, records), file, read_as)
        return read_as, next(found, None) is not None


def _take_rows(tally: FileTally, file: Path, form: str, records: int) -> tuple[ReadAs, bool]:
    """Counts typed rows, of Excel those of the first sheet below its first row, as landing does unless told."""
    if not file.is_file():
        raise ConfigError(f"{file}: there is no such file")
    try:
        with file.open("rb") as handle:
            found = row_frames(handle, RowLayout(form))
            tally.take_json(islice(found, records))
            return ReadAs(form, "utf-8", "", None), next(found, None) is not None
    except UnreadableRows as problem:
        raise ConfigError(f"{file}: {problem}; ask for it again, or give it the suffix of what it is") from problem


def _read_as(file: UnknownFile) -> ReadAs:
    found = likely_format(file.head)
    if found != "csv":
        return ReadAs(found, file.encoding, file.why, None)
    # Not splitlines: it would also break at characters that end no line of a file.
    delimiter, why = likely_delimiter(file.head.split("\n"))
    return ReadAs(found, file.encoding, file.why, delimiter, why)


def _counted(tally: FileTally, found: Iterator[Frame], file: UnknownFile, read_as: ReadAs) -> None:
    if read_as.format != "csv":
        tally.take_json(found)
        return
    delimiter = read_as.delimiter or ","
    header = _header(file, delimiter)
    why = looks_like_records(header)
    if why:
        advice = "landing takes the names of columns from it: put a header above the records"
        raise ConfigError(f"{file.path}: the first line seems to be a record, no header ({why}); {advice}")
    tally.take_csv(found, header, delimiter)


def _header(file: UnknownFile, delimiter: str) -> list[str]:
    first = file.head.partition("\n")[0].lstrip("\ufeff")
    if first.lower().startswith("sep="):
        raise ConfigError(f"{file.path}: its first line is a note for Excel (sep=); landing needs the header there")
    try:
        first.encode("utf-8")
        return csv_header(first, delimiter)
    except (UnicodeEncodeError, csv.Error) as problem:
        advice = "name its columns in plain text, in the encoding of the rest"
        raise ConfigError(f"{file.path}: the header cannot be read as {file.encoding}; {advice}") from problem


def _said(read_as: ReadAs) -> str:
    return f"{read_as.format} in {read_as.encoding}" + (f" by '{read_as.delimiter}'" if read_as.delimiter else "")


def _checked(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ConfigError(f"--name {name}: a source is called in lower case, such as {_name_of(Path(name))}")
    return name


def _name_of(file: Path) -> str:
    # The date of an export is not the name of the feed.
    return source_name(_DATED.sub("", file.stem) or file.stem)
