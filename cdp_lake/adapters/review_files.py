"""Files that a person fills in with a spreadsheet and hands back.

They hold personal data, so only their owner may read them. A cell that a spreadsheet would take for a formula begins
with an apostrophe there (OWASP, CSV injection), which is taken off again.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from cdp_lake.adapters.table_files import read_text_table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_review(rows: pd.DataFrame, path: Path) -> None:
    """A CSV in UTF-8 with a mark that tells spreadsheets so, for its owner's eyes only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8-sig", newline=""
    ) as file:
        rows.map(_defused).to_csv(file, index=False, lineterminator="\n")


def read_review(path: Path) -> pd.DataFrame:
    """The rows as text, empty cells as empty text. Raises ConfigError where the file is none that can be read."""
    rows = read_text_table(path).rows.fillna("")
    plain: pd.DataFrame = rows.map(_plain)
    return plain


def _defused(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
