"""Values set by the columns of a contract, in the payload's own format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pyspark.sql import Column

from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.sources import SourceContract
from cdp_lake.errors import ConfigError, did_you_mean
from cdp_lake.silver.corrections import csv_record, json_record
from cdp_lake.silver.corrections.refusal import CannotEdit
from cdp_lake.silver.normalise.batches import texts_of

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


class Edited(NamedTuple):
    """A payload with the new values, or why they cannot be set in it."""

    payload: str | None
    problem: str | None


@dataclass(frozen=True)
class NewValue:
    """One column of a contract and the text it is to say, as the payload writes it."""

    column: str
    path: str
    written: str


def new_values(contract: SourceContract, values: Mapping[str, str]) -> tuple[NewValue, ...]:
    """The values as they are written in payloads of the source; an empty one is no value.

    Raises ConfigError for columns the contract does not know, and for a text that cannot be a value of its column.
    """
    columns = {column.name: column for column in contract.columns}
    problems = [
        f"source {contract.name} has no column '{name}'; {did_you_mean(name, columns)}"
        for name in values
        if name not in columns
    ]
    problems += [why for name, text in values.items() if (why := _unwritable(columns.get(name), text))]
    if problems:
        raise ConfigError("\n".join(problems))
    as_text = contract.format == "csv"
    written = {name: text if as_text else _literal(columns[name], text) for name, text in values.items()}
    return tuple(NewValue(name, columns[name].source_path, written[name]) for name in values)


def editor(contract: SourceContract, values: tuple[NewValue, ...]) -> Callable[[str, list[str] | None], Edited]:
    """A function of one payload and the header of its file that sets the values."""
    delimiter, by_path = contract.delimiter, contract.columns_by_path
    is_csv = contract.format == "csv"

    def with_values(payload: str, header: list[str] | None) -> Edited:
        try:
            for value in values:
                if is_csv:
                    payload = csv_record.with_cell(payload, header or [], value.path, value.written, delimiter)
                else:
                    path = value.path.split(".") if by_path else [value.path]
                    payload = json_record.with_value(payload, path, value.written)
        except CannotEdit as refusal:
            return Edited(None, refusal.why)
        return Edited(payload, None)

    return with_values


def edited(contract: SourceContract, values: tuple[NewValue, ...]) -> Callable[[Column, Column], Column]:
    """The same of columns: a struct of the new `payload`, and `problem`."""
    return texts_of(editor(contract, values), Edited._fields)


def record_text(data: bytes, encoding: str) -> str:
    """The text of one record as somebody wrote it: UTF-8, or else in the encoding of its source.

    UTF-8 comes first, for a text that is not in UTF-8 hardly ever reads as if it were; the other way round it does.
    Raises ConfigError where it is neither.
    """
    for name in ("utf-8-sig", encoding):
        try:
            return data.decode(name).rstrip("\r\n")
        except UnicodeDecodeError:
            continue
    also = "" if encoding == "utf-8" else f", nor in {encoding}"
    raise ConfigError(f"the payload is no text in UTF-8{also}")


def whole(payload: str) -> Callable[[Column, Column], Column]:
    """A function like that of `edited`, for a record that is written anew as a whole."""
    # No literal: the query would hold it, and every explain and event log would show it.
    return texts_of(lambda _, __: Edited(payload, None), Edited._fields)


def text_in(payload: str, header: list[str], column: SourceColumn, contract: SourceContract) -> str | None:
    """What a payload says in a column; None where it says nothing. Raises CannotEdit where that cannot be told."""
    if contract.format == "csv":
        return csv_record.cell_text(payload, header, column.source_path, contract.delimiter)
    path = column.source_path.split(".") if contract.columns_by_path else [column.source_path]
    return json_record.value_text(payload, path)


def _unwritable(column: SourceColumn | None, text: str) -> str | None:
    if not _is_text(text):
        return "a value has bytes that are no text; write it in UTF-8"
    if column is None or column.type not in ("list", "json") or not text:
        return None
    kind = list if column.type == "list" else object
    try:
        fits = isinstance(json.loads(text), kind)
    except ValueError:
        fits = False
    return None if fits else f"column '{column.name}' is a {column.type}: write its value as JSON"


def _is_text(text: str) -> bool:
    """False where the shell handed over bytes that are no text, and for NUL, which no format of ours can hold."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _literal(column: SourceColumn, text: str) -> str:
    """The text as JSON: numbers and truth as such where the column is one, all else as a string."""
    if not text:
        return "null"
    is_bare = {
        "integer": _NUMBER.fullmatch(text),
        "decimal": _NUMBER.fullmatch(text),
        "boolean": text in ("true", "false"),
        "json": True,
        "list": True,
    }
    return text if is_bare.get(column.type) else json.dumps(text, ensure_ascii=False)
