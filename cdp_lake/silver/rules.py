"""Row rules: each is a Column that is null when the record keeps it and names itself when it does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.config.sources import RecordRule, SourceColumn, SourceContract
from cdp_lake.silver.typed import item_text, item_value

Check = tuple[str, Column]


def broken_rules(contract: SourceContract, unreadable: Column, text_of: Callable[[SourceColumn], str]) -> Column:
    """All rules the record breaks, in contract order; a record that cannot be read breaks just that one."""
    checks = [check for c in contract.columns for check in _column_checks(c, F.col(text_of(c)), F.col(c.name))]
    checks += [_record_check(rule) for rule in contract.rules]
    broken = _named(checks)
    for column in (c for c in contract.columns if c.type == "list"):
        broken = F.concat(broken, _item_rules(column, contract))
    return F.when(unreadable.isNotNull(), F.array(unreadable)).otherwise(broken)


def _column_checks(column: SourceColumn, text: Column, value: Column) -> list[Check]:
    """(rule name, is broken) for one column; a null value keeps every rule but `required`."""
    if column.type == "list":
        return [(f"required:{column.name}", text.isNull() | (F.size(text) == 0))] if column.required else []
    checks = [(f"required:{column.name}", text.isNull())] if column.required else []
    if column.type not in ("string", "json"):
        checks.append((f"type:{column.name}", text.isNotNull() & value.isNull()))
    return checks + [(f"{rule}:{column.name}", F.coalesce(bad, F.lit(False))) for rule, bad in _bounds(column, value)]


def _item_rules(column: SourceColumn, contract: SourceContract) -> Column:
    """Rules that any item of a list breaks. Nearly no list breaks one: ask that first, and name them only then."""
    items = F.col(column.name)

    def checks(item: Column) -> list[Check]:
        return [
            (name.replace(":", f":{column.name}.", 1), bad)
            for c in column.columns
            for name, bad in _column_checks(c, item_text(item, c), item_value(item, c, contract))
        ]

    is_broken = F.exists(items, lambda item: reduce(or_, [bad for _, bad in checks(item)]))
    names = F.array_distinct(F.flatten(F.transform(items, lambda item: _named(checks(item)))))
    return F.when(is_broken, names).otherwise(F.array().cast("array<string>"))


def _named(checks: list[Check]) -> Column:
    return F.filter(F.array(*[F.when(bad, F.lit(name)) for name, bad in checks]), lambda rule: rule.isNotNull())


def _bounds(column: SourceColumn, value: Column) -> list[Check]:
    bounds: list[Check] = []
    if column.at_least is not None:
        bounds.append(("at_least", value < F.lit(column.at_least)))
    if column.at_most is not None:
        bounds.append(("at_most", value > F.lit(column.at_most)))
    if column.after is not None:
        bounds.append(("after", value < F.lit(column.after).cast(column.type)))
    if column.before is not None:
        bounds.append(("before", value > F.lit(column.before).cast(column.type)))
    if column.one_of:
        bounds.append(("one_of", ~value.isin(*column.one_of)))
    return bounds


def _record_check(rule: RecordRule) -> Check:
    if rule.not_after is not None:
        earlier, later = rule.not_after
        slack = F.make_dt_interval(mins=F.lit(int(rule.tolerance_hours * 60)))
        return rule.name, F.coalesce(F.col(earlier) > F.col(later) + slack, F.lit(False))
    return rule.name, F.coalesce(*[F.col(name).cast("string") for name in rule.any_of]).isNull()
