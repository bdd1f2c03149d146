"""Columns of a feed: where a value stands, what type it has, what it means, and the rules that it keeps."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cdp_lake.config.strict import Strict

ColumnType = Literal["string", "integer", "decimal", "boolean", "date", "timestamp", "json", "list"]
# Among the meanings of a column's values: that of every text not listed.
ANY_OTHER = "*"


class SourceColumn(Strict):
    """One column of a feed: where it is, its type, the silver field it fills, and the rules it keeps.

    `values` says what texts of this system mean: `{"0": "", M: male}`; an empty meaning is no value at all, and `"*"`
    stands for every text not listed. Without it those stay as they are. `prefix` is what some systems write before a
    value and mean nothing by, such as the apostrophe that keeps Excel from rounding an id.
    """

    name: str
    path: str | None = None
    type: ColumnType = "string"
    field: str | None = None
    required: bool = False
    pii: str | None = None
    formats: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    after: str | None = None
    before: str | None = None
    one_of: tuple[str, ...] = ()
    values: dict[str, str] = Field(default_factory=dict)
    prefix: str | None = None
    columns: tuple[SourceColumn, ...] = ()

    @property
    def source_path(self) -> str:
        """Dotted path in a JSON record, or the CSV header."""
        return self.path or self.name
