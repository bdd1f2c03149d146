"""Field maps: which columns of a table of one's own mean what, for `cdp-lake identity resolve`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args

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


def load_field_map(path: Path, header: Iterable[str]) -> FieldMap:
    """The map of a file with that (trimmed) header. Raises ConfigError listing every problem with its line."""
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file")
    layer = read_yaml(path, path.as_posix())
    # What is not given has no line of its own.
    layer.origins.update({(key,): f"{path.as_posix()}:1" for key in FieldMap.model_fields if key not in layer.tree})
    problems = [*_missing_columns(layer, set(header)), *_evidence_problems(layer)]
    try:
        found = FieldMap.model_validate(layer.tree)
    except ValidationError as problem:
        lines = [described(_with_types(dict(error)), layer) for error in problem.errors()]
        raise ConfigError("\n".join(dict.fromkeys([*lines, *problems]))) from problem
    if problems:
        raise ConfigError("\n".join(problems))
    return found


def _with_types(error: dict[str, Any]) -> dict[str, Any]:
    unknown = error["type"] == "literal_error"
    hint = did_you_mean(str(error["input"]), FIELD_TYPES)
    return {**error, "msg": f"unknown type '{error['input']}'; {hint}"} if unknown else error


def _keys(layer: Layer) -> dict[str, str]:
    """The columns that name a record, and the key that says so."""
    return {layer.tree[key]: key for key in ("record_id", "source") if isinstance(layer.tree.get(key), str)}


def _fields(layer: Layer) -> list[str]:
    fields = layer.tree.get("fields")
    return list(fields) if isinstance(fields, dict) else []


def _missing_columns(layer: Layer, header: set[str]) -> list[str]:
    named: list[tuple[tuple[str, ...], str]] = [((key,), column) for column, key in _keys(layer).items()]
    named += [(("fields", column), column) for column in _fields(layer)]
    missing = [(where, column) for where, column in named if column not in header]
    return [located(where, f"the file has no column '{c}'; {did_you_mean(c, header)}", layer) for where, c in missing]


def _evidence_problems(layer: Layer) -> list[str]:
    keys = _keys(layer)
    return [
        located(("fields", column), f"'{column}' is the {keys[column]}: it names a record and is no evidence", layer)
        for column in _fields(layer)
        if column in keys
    ]
