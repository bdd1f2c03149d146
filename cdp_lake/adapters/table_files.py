"""Tables that people bring: a CSV in whatever encoding and with whatever delimiter, or Parquet, as trimmed text."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from cdp_lake.adapters.encodings import guessed_encoding
from cdp_lake.errors import ConfigError

_DELIMITERS = ",;\t|"
_SAMPLE_BYTES = 1_000_000
_ENCODINGS = ("utf-8-sig", "utf-16")


@dataclass(frozen=True)
class TextTable:
    """Every cell as trimmed text, null where empty, and how the file was read."""

    rows: pd.DataFrame
    encoding: str | None
    delimiter: str | None


def read_text_table(path: Path) -> TextTable:
    """The table of a file. Raises ConfigError when there is none, it is empty, or it cannot be read."""
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file")
    if path.suffix.lower() in (".parquet", ".pq"):
        return TextTable(_trimmed(_parquet(path), path), None, None)
    data = path.read_bytes()
    encoding = _encoding(data)
    sample = data[:_SAMPLE_BYTES].decode(encoding, errors="ignore")
    if not sample.strip():
        raise ConfigError(f"{path}: the file is empty; a header and at least one record are expected")
    if "\0" in sample:
        raise ConfigError(f"{path}: not a CSV with a header: it holds bytes that are no text")
    delimiter = _delimiter(sample)
    try:
        # Not `header=0`: pandas then renames a doubled column, and takes the first for an index if a row is longer.
        rows = pd.read_csv(
            path, sep=delimiter, encoding=encoding, dtype=str, keep_default_na=False, skipinitialspace=True, header=None
        )
    except (pd.errors.ParserError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path}: not a CSV with a header: {str(problem).splitlines()[0]}") from problem
    body = rows.iloc[1:].set_axis(rows.iloc[0].fillna(""), axis="columns").reset_index(drop=True)
    return TextTable(_trimmed(body, path), encoding, delimiter)


def write_table(rows: pd.DataFrame, path: Path) -> None:
    """A CSV in UTF-8 with unix line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _parquet(path: Path) -> pd.DataFrame:
    try:
        found: pd.DataFrame = pq.read_table(path).to_pandas(ignore_metadata=True).convert_dtypes().astype("string")
    except (OSError, ValueError) as problem:
        raise ConfigError(f"{path}: not a Parquet file: {str(problem).splitlines()[0]}") from problem
    return found


def _trimmed(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    rows = rows.set_axis([str(name).strip() for name in rows.columns], axis="columns")
    # A column without a name, such as spreadsheets leave at the end, can mean nothing.
    rows = rows.loc[:, rows.columns != ""].copy()
    doubled = rows.columns[rows.columns.duplicated()]
    if len(doubled):
        raise ConfigError(f"{path}: column '{doubled[0]}' stands in the header twice")
    for column in rows.columns:
        text = rows[column].astype("object").where(rows[column].notna(), "").astype(str).str.strip()
        rows[column] = text.replace("", None)
    return rows


def _encoding(data: bytes) -> str:
    for encoding in _ENCODINGS:
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return guessed_encoding(data)


def _delimiter(sample: str) -> str:
    try:
        return csv.Sniffer().sniff("\n".join(sample.splitlines()[:50]), delimiters=_DELIMITERS).delimiter
    except csv.Error:
        header = sample.splitlines()[0]
        return max(_DELIMITERS, key=header.count) if any(d in header for d in _DELIMITERS) else ","
