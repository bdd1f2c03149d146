"""Files into records: Polars cuts lines, and only lines with open quotes or two objects are looked at one by one."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from cdp_lake.config.sources import SourceContract

# A quote still open after so many lines is a broken one.
MOST_QUOTED_LINES = 50
# Stands before what bytes that are no text were replaced with; in no alphabet, so in no file.
UNDECODABLE = "\U0010fffe"
SCHEMA = {"line": pl.Int64, "payload": pl.String, "frame_error": pl.String}


class FileFacts(NamedTuple):
    """One file of a source: who it is, and what is wrong with it."""

    source: str
    path: str
    file_id: str
    bytes: int
    modified_ns: int
    header: list[str]
    problems: list[str]
    notes: list[str]


def inspected(landing: Path, path: Path, contract: SourceContract) -> FileFacts:
    """Identity and header of a file."""
    content, stat = path.read_bytes(), path.stat()
    header = _header(content, contract) if contract.format == "csv" and content else []
    problems, notes = _header_problems(header, contract) if header else ([], [])
    return FileFacts(
        contract.name,
        path.relative_to(landing).as_posix(),
        hashlib.sha256(content).hexdigest()[:16],
        len(content),
        stat.st_mtime_ns,
        header,
        problems if content else ["empty_file"],
        notes,
    )


def records(path: Path, contract: SourceContract) -> pl.DataFrame:
    """The records of a file in order: first line, text, and why its end is doubtful."""
    text = _as_utf8(path.read_bytes(), contract.encoding)
    if contract.format == "json":
        return _objects(text.decode())
    lines = pl.read_lines(io.BytesIO(text), name="payload", row_index_name="line", row_index_offset=1)
    lines = lines.select(pl.col("line").cast(pl.Int64), pl.col("payload").str.strip_chars_end("\r"))
    framed = _csv_records(lines, contract.delimiter) if contract.format == "csv" else _ndjson_records(lines)
    return framed.filter(pl.col("payload").str.strip_chars() != "")


def _as_utf8(content: bytes, encoding: str) -> bytes:
    """The file's text in UTF-8, without a byte order mark; bytes that are no text stand there as numbers."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        odd = content.decode(encoding, "surrogateescape")
        text = "".join(UNDECODABLE + rf"\u{ord(c):04x}" if "\udc00" <= c <= "\udcff" else c for c in odd)
    else:
        if encoding == "utf-8":
            return content.removeprefix(codecs.BOM_UTF8)
    return text.removeprefix("\ufeff").encode()


def _header(content: bytes, contract: SourceContract) -> list[str]:
    first = content[: content.find(b"\n") + 1 or len(content)]
    text = first.decode(contract.encoding, "replace").lstrip("\ufeff")
    return [name.strip() for name in next(csv.reader([text], delimiter=contract.delimiter), [])]


def _header_problems(header: list[str], contract: SourceContract) -> tuple[list[str], list[str]]:
    required = [c.source_path for c in contract.columns if c.required]
    known = [c.source_path for c in contract.columns]
    problems = [f"missing_column:{name}" for name in required if name not in header]
    problems += [f"repeated_column:{name}" for name in sorted(set(header)) if header.count(name) > 1]
    notes = [f"extra column '{name}' kept in bronze" for name in header if name not in known]
    notes += [f"optional column '{name}' absent" for name in known if name not in {*header, *required}]
    return problems, notes


def _csv_records(lines: pl.DataFrame, delimiter: str) -> pl.DataFrame:
    width = len(next(csv.reader([lines["payload"][0]], delimiter=delimiter), []))
    body = lines[1:].with_columns(frame_error=pl.lit(None, pl.String))
    is_odd = body["payload"].str.count_matches('"', literal=True) % 2 == 1
    if not is_odd.any():
        return body
    texts = lines["payload"]
    joined, doubtful = _spans(body.filter(is_odd)["line"].to_list(), texts, (width, delimiter))
    inside = {line for first, last in joined for line in range(first + 1, last + 1)}
    text_of = {first: "\n".join(texts[first - 1 : last].to_list()) for first, last in joined}
    error_of = dict.fromkeys(doubtful, "open_quote")
    return body.filter(~pl.col("line").is_in(sorted(inside))).with_columns(
        payload=pl.col("line").replace_strict(text_of, default=pl.col("payload"), return_dtype=pl.String),
        frame_error=pl.col("line").replace_strict(error_of, default=None, return_dtype=pl.String),
    )


def _spans(odd: list[int], texts: pl.Series, shape: tuple[int, str]) -> tuple[list[tuple[int, int]], list[int]]:
    """Runs of lines that are one record, and lines whose quote spoils nothing but themselves."""
    joined, doubtful, at = [], [], 0
    while at < len(odd):
        first, last = odd[at], odd[at + 1] if at + 1 < len(odd) else None
        is_near = last is not None and last - first <= MOST_QUOTED_LINES
        if last is not None and is_near and _width("\n".join(texts[first - 1 : last].to_list()), shape[1]) == shape[0]:
            joined.append((first, last))
            at += 2
        else:
            doubtful.append(first)
            at += 1
    return joined, doubtful


def _width(text: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([text], delimiter=delimiter, strict=True), []))
    except csv.Error:
        return -1


def _ndjson_records(lines: pl.DataFrame) -> pl.DataFrame:
    """One record a line, but for lines that hold two objects because a line end was lost."""
    touching = pl.col("payload").str.contains(r"\}\s*\{")
    pairs = [(n, part) for n, text in lines.filter(touching).iter_rows() for part in _whole_objects(text)]
    split = pl.DataFrame(pairs, {"line": pl.Int64, "payload": pl.String}, orient="row")
    return (
        pl.concat([lines.filter(~touching), split])
        .sort("line", maintain_order=True)
        .with_columns(frame_error=pl.lit(None, pl.String))
    )


def _whole_objects(text: str) -> list[str]:
    """The objects that stand one after the other in the text; the text itself if they are not all of it."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        try:
            _, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            return [text]
        found.append(text[at:end])
        at = end + len(text[end:]) - len(text[end:].lstrip())
    return found


def _objects(text: str) -> pl.DataFrame:
    """The objects of a text, over any number of lines; one left open ends before the next that opens alike."""
    decoder, found, at = json.JSONDecoder(), [], text.find("{")
    while at >= 0:
        line = text.count("\n", 0, at) + 1
        try:
            _, end = decoder.raw_decode(text, at)
            found.append((line, text[at:end], None))
        except json.JSONDecodeError:
            opening = text[text.rfind("\n", 0, at) + 1 : at + 1]
            following = text.find("\n" + opening, at)
            end = following if following >= 0 else len(text)
            found.append((line, text[at:end].strip().rstrip(","), "open_object"))
        at = text.find("{", end)
    return pl.DataFrame(found, SCHEMA, orient="row")


def error_column() -> str:
    """SQL: the frame error, or that bytes of the record were no text."""
    return f"coalesce(frame_error, CASE WHEN contains(payload, '{UNDECODABLE}') THEN 'undecodable_bytes' END)"


def text_column() -> str:
    """SQL: the record's text without the marks of undecodable bytes."""
    return f"replace(payload, '{UNDECODABLE}', '')"


def file_row(facts: FileFacts, seen: set[tuple[str, str]], encoding: str) -> dict[str, Any] | None:
    """The file as ops.files keeps it; None for content that was there already."""
    if (facts.source, facts.file_id) in seen:
        return None
    seen.add((facts.source, facts.file_id))
    refused = bool(facts.problems)
    own = {"batch_id": 1, "encoding": encoding, "fate": "quarantined" if refused else "landed"}
    notes = facts.problems if refused else facts.notes
    kept = {k: v for k, v in facts._asdict().items() if k not in ("problems", "notes")}
    return {**kept, **own, "notes": notes}
