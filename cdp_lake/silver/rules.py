"""Row rules: each is a Column that is null when the record keeps it and names itself when it does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.sources import RecordRule, SourceContract
from cdp_lake.silver.fields import decided_at, is_deletion
from cdp_lake.silver.planned import planned_checks
from cdp_lake.silver.typed import item_text, typed_column

Check = tuple[str, Column]


def broken_rules(contract: SourceContract, unreadable: Column, text_of: Callable[[SourceColumn], str]) -> Column:
    """All rules the record breaks, in contract order; a record that cannot be read breaks just that one."""
    checks = [check for c in contract.columns for check in _column_checks(c, F.col(text_of(c)), F.col(c.name))]
    checks += [_record_check(rule) for rule in contract.rules]
    # A decision of no known time could neither be overruled nor overrule another.
    checks += [
        (f"consent_time:{c.column}", F.col(c.column).isNotNull() & decided_at(contract, c).isNull())
        for c in contract.consents
    ]
    checks += planned_checks(contract, text_of)
    broken = _named_if_any(checks)
    for column in (c for c in contract.columns if c.type == "list"):
        broken = F.concat(broken, _item_rules(column, F.col(text_of(column)), contract))
    if contract.deletes:
        broken = F.when(is_deletion(contract), _broken_of_deletion(contract, text_of)).otherwise(broken)
    return F.when(unreadable.isNotNull(), F.array(unreadable)).otherwise(broken)


def _broken_of_deletion(contract: SourceContract, text_of: Callable[[SourceColumn], str]) -> Column:
    """A source that deleted something need not repeat it: what is asked of is what was deleted, and when."""
    needed = {*contract.key, *contract.version_columns}
    asked = [c for c in contract.columns if c.name in needed]
    return _named_if_any([check for c in asked for check in _column_checks(c, F.col(text_of(c)), F.col(c.name))])


def judged_items(items: Column, column: SourceColumn, contract: SourceContract) -> Column:
    """The items of a list as typed values by the names of their columns, each with `_is_broken`.

    Functions of items are interpreted, not compiled: each step names what the next one uses, so that no text is
    trimmed and no number is read twice.
    """
    texts = F.transform(items, lambda item: F.struct(*[item_text(item, c).alias(_text(c)) for c in column.columns]))
    read = F.transform(
        texts,
        lambda item: F.struct(
            *[item[_text(c)].alias(_text(c)) for c in column.columns],
            *[typed_column(item[_text(c)], c, contract).alias(c.name) for c in column.columns],
        ),
    )

    def judged(item: Column) -> Column:
        checks = [check for c in column.columns for check in _column_checks(c, item[_text(c)], item[c.name])]
        values = [item[c.name].alias(c.name) for c in column.columns]
        return F.struct(*values, _any(checks).alias("_is_broken"))

    return F.transform(read, judged)


def _column_checks(column: SourceColumn, text: Column, value: Column) -> list[Check]:
    """(rule name, is broken) for one column; a null value keeps every rule but `required`."""
    if column.type == "list":
        return [(f"required:{column.name}", text.isNull() | (F.size(text) == 0))] if column.required else []
    checks = [(f"required:{column.name}", text.isNull())] if column.required else []
    if column.type not in ("string", "json"):
        checks.append((f"type:{column.name}", text.isNotNull() & value.isNull()))
    return checks + [(f"{rule}:{column.name}", F.coalesce(bad, F.lit(False))) for rule, bad in _bounds(column, value)]


def _item_rules(column: SourceColumn, texts: Column, contract: SourceContract) -> Column:
    """Rules that any item of a list breaks. Nearly no list breaks one: they are named only then."""

    def named(item: Column) -> Column:
        checks = [
            (name.replace(":", f":{column.name}.", 1), bad)
            for c in column.columns
            for name, bad in _column_checks(c, item_text(item, c), typed_column(item_text(item, c), c, contract))
        ]
        return _named(checks)

    is_broken = F.exists(F.col(column.name), lambda item: item["_is_broken"])
    return F.when(is_broken, F.array_distinct(F.flatten(F.transform(texts, named)))).otherwise(_no_rules())


def _named_if_any(checks: list[Check]) -> Column:
    """Names of the rules broken; nearly no record breaks one, so that is asked first, of compiled code."""
    return F.when(_any(checks), _named(checks)).otherwise(_no_rules()) if checks else _no_rules()


def _any(checks: list[Check]) -> Column:
    return reduce(or_, [bad for _, bad in checks], F.lit(False))


def _named(checks: list[Check]) -> Column:
    return F.filter(F.array(*[F.when(bad, F.lit(name)) for name, bad in checks]), lambda rule: rule.isNotNull())


def _no_rules() -> Column:
    return F.array().cast("array<string>")


def _text(column: SourceColumn) -> str:
    return f"_text_{column.name}"


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
