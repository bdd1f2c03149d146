"""Events beside their tracking plan: what each planned one lacks, and which nobody planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.fields import field
from cdp_lake.silver.typed import typed_column

UNPLANNED = "unplanned_event"


def planned_checks(contract: SourceContract, text_of: Callable[[SourceColumn], str]) -> Iterator[tuple[str, Column]]:
    """(rule name, is broken) of what the plan asks of an event: one rule a column, whichever events ask for it."""
    if contract.plan is None:
        return
    columns, name = {column.name: column for column in contract.columns}, field(contract, "event_name")
    required, typed = _by_column(contract)
    for column, events in required.items():
        yield f"planned_required:{column}", _is_one_of(name, events) & F.col(text_of(columns[column])).isNull()
    for (column, kind), events in typed.items():
        text = F.col(text_of(columns[column]))
        value = typed_column(text, columns[column].model_copy(update={"type": kind}), contract)
        yield f"planned_type:{column}", _is_one_of(name, events) & text.isNotNull() & value.isNull()
    if contract.plan.unplanned == "quarantine":
        yield UNPLANNED, is_unplanned(contract)


def is_unplanned(contract: SourceContract) -> Column:
    """True for an event with a name that is not in the plan; never null. Only of feeds that have a plan."""
    name, planned = field(contract, "event_name"), contract.plan.names if contract.plan else ()
    return name.isNotNull() & ~_is_one_of(name, planned)


def unplanned_events(parsed: DataFrame, contract: SourceContract) -> DataFrame:
    """One row: how many `records` there are of events that nobody planned, and of how many `names`."""
    stray = parsed.where((F.size("rules") == 0) & is_unplanned(contract))
    return stray.agg(F.count("*").alias("records"), F.count_distinct(field(contract, "event_name")).alias("names"))


def _by_column(contract: SourceContract) -> tuple[dict[str, list[str]], dict[tuple[str, str], list[str]]]:
    """The events that require each column, and those that say which type it has."""
    required: dict[str, list[str]] = defaultdict(list)
    typed: dict[tuple[str, str], list[str]] = defaultdict(list)
    for event in contract.plan.events if contract.plan else ():
        for column in event.required:
            required[column].append(event.name)
        for pair in event.types.items():
            typed[pair].append(event.name)
    return required, typed


def _is_one_of(name: Column, events: tuple[str, ...] | list[str]) -> Column:
    return F.coalesce(name.isin(*events), F.lit(False))
