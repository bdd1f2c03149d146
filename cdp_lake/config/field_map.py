"""Field maps: which columns of a table of one's own mean what, for `cdp-lake identity resolve`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, ValidationError

from cdp_lake.config.layers import Layer, read_yaml
from cdp_lake.config.settings import described, located
from cdp_lake.config.strict import Strict
from cdp_lake.errors import ConfigError, did_you_mean

FieldType = Literal[
    "given_name",
    "family_name",
    "full_name",
    "native_name",
    "birth_date",
    "birth_year",
    "birth_month",
    "birth_day",
    "email",
    "phone",
    "street_address",
    "full_address",
    "house_number",
    "city",
    "region",
    "postcode",
    "country",
    "gender",
    "national_id",
    "org_name",
    "occupation",
    "date_any",
    "text",
    "code",
]
FIELD_TYPES: tuple[str, ...] = get_args(FieldType)


class FieldMap(Strict):
    """The column with the record's id, the one that names its source if there is one, and what the others mean.

    Several columns may share one type; a type that no column has is not used.
    """

    record_id: str
    source: str | None = None
    fields: dict[str, FieldType] = Field(min_length=1)

    def columns_of(self, *types: str) -> tuple[str, ...]:
        """The columns of those types, in the order of the file."""
        return tuple(column for column, found in self.fields.items() if found in types)


def load_field_map(path: Path, header: Iterable[str]) -> FieldMap:
    """The map of a file with that (trimmed) header. Raises ConfigError listing every problem with its line."""
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file")
    layer = read_yaml(path, path.as_posix())
    try:
        found = FieldMap.model_validate(layer.tree)
    except ValidationError as problem:
        lines = [described(dict(error), layer) for error in problem.errors()]
        raise ConfigError("\n".join(dict.fromkeys(lines))) from problem
    problems = [*_missing_columns(found, set(header), layer), *_evidence_problems(found, layer)]
    if problems:
        raise ConfigError("\n".join(problems))
    return found


def _missing_columns(found: FieldMap, header: set[str], layer: Layer) -> list[str]:
    named = [(("record_id",), found.record_id), *[(("fields", column), column) for column in found.fields]]
    named += [(("source",), found.source)] if found.source is not None else []
    missing = [(where, column) for where, column in named if column not in header]
    return [located(where, f"the file has no column '{c}'; {did_you_mean(c, header)}", layer) for where, c in missing]


def _evidence_problems(found: FieldMap, layer: Layer) -> list[str]:
    keys = {found.record_id: "record_id", found.source: "source"}
    return [
        located(("fields", column), f"'{column}' is the {keys[column]}: it names a record and is no evidence", layer)
        for column in found.fields
        if column in keys
    ]
