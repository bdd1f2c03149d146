"""What a broken rule asks for, in words: of the column's contract, or of the record as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdp_lake.config.source_columns import SourceColumn
    from cdp_lake.config.sources import RecordRule, SourceContract

_WHOLE = "give the whole record: fix --payload"
_OF_RECORDS = {
    "open_quote": f"a quote opens and does not close; {_WHOLE}",
    "wrong_column_count": f"as many cells as its file has columns; {_WHOLE}",
    "invalid_json": f"one whole JSON object; {_WHOLE}",
    "open_object": f"a JSON object that is closed; {_WHOLE}",
    "too_large": f"a JSON object of at most 4,000,000 characters; {_WHOLE}",
    "undecodable_bytes": f"text in the encoding of its source; {_WHOLE}",
}
_KINDS = {
    "integer": "a whole number",
    "decimal": "a number",
    "boolean": "true or false",
    "date": "a date",
    "timestamp": "a time",
}
_ASKS: dict[str, Callable[[SourceColumn], str]] = {
    "required": lambda column: "a value",
    "type": lambda column: _KINDS.get(column.type, column.type) + _written(column.formats),
    "at_least": lambda column: f"at least {column.at_least:g}",
    "at_most": lambda column: f"at most {column.at_most:g}",
    "after": lambda column: f"not before {column.after}",
    "before": lambda column: f"not after {column.before}",
    "one_of": lambda column: f"one of {', '.join(column.one_of)}",
    "consent_time": lambda column: "a time of its decision, in the column that `at` names or in that of the version",
    "planned_required": lambda column: "a value, which the plan asks of this event",
    "planned_type": lambda column: "a value of the type that the plan says this event has here",
}


def columns_of(rule: str, contract: SourceContract | None) -> list[str]:
    """The columns a rule is about, the list itself for an item of a list; none when it is about the whole record."""
    column = _column(rule, contract)
    if column is not None:
        return [rule.partition(":")[2].partition(".")[0]]
    of_record = _record_rule(rule, contract)
    if of_record is None:
        return list(contract.key) if contract is not None and rule == "same_key_other_content" else []
    return [*of_record.any_of, *(of_record.not_after or ())]


def asked(rule: str, contract: SourceContract | None) -> str:
    """What a record has to be so that it keeps the rule; empty when the contract does not have the rule any more."""
    column, of_record = _column(rule, contract), _record_rule(rule, contract)
    if column is not None:
        return _ASKS[rule.partition(":")[0]](column)
    if of_record is not None:
        return _of_several(of_record)
    if rule == "unplanned_event":
        return "the name of an event in the plan of its source"
    if rule == "same_key_other_content":
        return "another key, or what the other record of this key says: nothing tells which of the two is right"
    return _OF_RECORDS.get(rule, "")


def _of_several(rule: RecordRule) -> str:
    if rule.not_after is None:
        return f"a value in one of {', '.join(rule.any_of)}"
    slack = f", give or take {rule.tolerance_hours:g} hours" if rule.tolerance_hours else ""
    return f"{rule.not_after[0]} not later than {rule.not_after[1]}{slack}"


def _column(rule: str, contract: SourceContract | None) -> SourceColumn | None:
    """The column of a rule like `type:lines.price`, of a list or of the record."""
    kind, _, name = rule.partition(":")
    if contract is None or kind not in _ASKS or not name:
        return None
    outer, _, inner = name.partition(".")
    found = _named(outer, contract.columns)
    whole = _named(name, contract.columns)
    return whole or (_named(inner, found.columns) if found is not None else None)


def _named(name: str, columns: Iterable[SourceColumn]) -> SourceColumn | None:
    return next((column for column in columns if column.name == name), None)


def _record_rule(rule: str, contract: SourceContract | None) -> RecordRule | None:
    return next((one for one in contract.rules if one.name == rule), None) if contract is not None else None


def _written(formats: tuple[str, ...]) -> str:
    return f", written {' or '.join(formats)}" if formats else ""
