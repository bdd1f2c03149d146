"""Row rules as SQL: the list of the rules that a record breaks."""

from __future__ import annotations

from collections.abc import Callable

from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.sources import RecordRule, SourceContract
from reference.engine import quoted, text, texts

Check = tuple[str, str]


def broken_rules(contract: SourceContract, text_of: Callable[[SourceColumn], str]) -> str:
    """SQL of the rules that a readable record breaks."""
    checks = [check for c in contract.columns for check in _checks(c, text_of(c), quoted(c.name))]
    checks += [_record_check(rule) for rule in contract.rules]
    asked, cases = [bad for _, bad in checks], list(checks)
    for column in (c for c in contract.columns if c.type == "list"):
        items = _item_checks(column)
        asked.append(_any_item(column, " OR ".join(f"coalesce({bad}, false)" for _, bad in items)))
        cases += [(name, _any_item(column, bad)) for name, bad in items]
    # Nearly no record breaks a rule: the list is made for those that do.
    is_broken = " OR ".join(f"coalesce({bad}, false)" for bad in asked) or "false"
    named = ", ".join(f"CASE WHEN {bad} THEN {text(name)} END" for name, bad in cases)
    broken = f"list_filter([{named}], lambda rule: rule IS NOT NULL)"
    return f"CASE WHEN {is_broken} THEN {broken} ELSE CAST([] AS VARCHAR[]) END"


def _checks(column: SourceColumn, raw: str, found: str) -> list[Check]:
    if column.type == "list":
        return [(f"required:{column.name}", f"coalesce(len({raw}), 0) = 0")] if column.required else []
    checks = [(f"required:{column.name}", f"{raw} IS NULL")] if column.required else []
    if column.type not in ("string", "json"):
        checks.append((f"type:{column.name}", f"{raw} IS NOT NULL AND {found} IS NULL"))
    return checks + [(f"{rule}:{column.name}", bad) for rule, bad in _bounds(column, found)]


def _bounds(column: SourceColumn, found: str) -> list[Check]:
    kind = {"timestamp": "TIMESTAMPTZ", "date": "DATE"}.get(column.type, "VARCHAR")
    given = (
        ("at_least", column.at_least, f"{found} < {column.at_least}"),
        ("at_most", column.at_most, f"{found} > {column.at_most}"),
        ("after", column.after, f"{found} < CAST('{column.after}' AS {kind})"),
        ("before", column.before, f"{found} > CAST('{column.before}' AS {kind})"),
        ("one_of", column.one_of or None, f"{found} NOT IN {texts(column.one_of or ('',))}"),
    )
    return [(name, bad) for name, bound, bad in given if bound is not None]


def _item_checks(column: SourceColumn) -> list[Check]:
    """Checks of one `item` of the list."""
    return [
        (name.replace(":", f":{column.name}.", 1), bad)
        for part in column.columns
        for name, bad in _checks(part, f"item.{quoted('_text_' + part.name)}", f"item.{quoted(part.name)}")
    ]


def _any_item(column: SourceColumn, bad: str) -> str:
    return f"len(list_filter({quoted(column.name)}, lambda item: {bad})) > 0"


def _record_check(rule: RecordRule) -> Check:
    if rule.not_after is not None:
        earlier, later = map(quoted, rule.not_after)
        return rule.name, f"{earlier} > {later} + INTERVAL {int(rule.tolerance_hours * 60)} MINUTE"
    return rule.name, " AND ".join(f"{quoted(name)} IS NULL" for name in rule.any_of)
