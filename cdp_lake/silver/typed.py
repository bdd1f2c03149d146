"""Text to value, by the type the contract declares; null when the text cannot be read as it."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.config.source_columns import ANY_OTHER, SourceColumn
from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.normalise.dates import parsed_date, parsed_timestamp
from cdp_lake.silver.normalise.money import amount

# More characters than a text can have.
_WHOLE = 2**31 - 1


def typed_column(text: Column, column: SourceColumn, contract: SourceContract) -> Column:
    """The column's value; never raises, whatever the text holds. A list is typed by `rules.judged_items`."""
    if column.type == "timestamp":
        return parsed_timestamp(text, column.formats, contract.time_zone) if column.formats else _iso(text, contract)
    if column.type == "date":
        return parsed_date(text, column.formats) if column.formats else text.try_cast("date")
    simple = {
        "integer": lambda: text.try_cast("bigint"),
        "decimal": lambda: _decimal(text),
        "boolean": lambda: text.try_cast("boolean"),
    }
    return simple.get(column.type, lambda: text)()


def _decimal(text: Column) -> Column:
    # Nearly every amount is a plain number; signs, commas and brackets are looked for in the rest only.
    return F.coalesce(text.try_cast("decimal(18,4)"), amount(text))


def _iso(text: Column, contract: SourceContract) -> Column:
    """ISO 8601; a text without offset is in the source's zone. Spark's own cast, many times faster than patterns."""
    moment = text.try_cast("timestamp")
    if contract.time_zone == "UTC":
        return moment
    has_offset = text.rlike(r"(?:Z|[+-]\d{2}:?\d{2})$")
    return F.when(has_offset, moment).otherwise(F.to_utc_timestamp(moment, contract.time_zone))


def cell_text(cell: Column, column: SourceColumn) -> Column:
    """What the text of a cell means to the system it comes from; empty text as null."""
    text = F.trim(cell)
    if column.prefix:
        text = F.when(text.startswith(column.prefix), F.substring(text, len(column.prefix) + 1, _WHOLE)).otherwise(text)
    if column.values:
        meanings = F.create_map(*[F.lit(word) for pair in sorted(column.values.items()) for word in pair])
        others = F.lit(column.values[ANY_OTHER]) if ANY_OTHER in column.values else text
        text = F.when(text != "", F.coalesce(meanings[text], others))
    return F.nullif(text, F.lit(""))


def item_text(item: Column, column: SourceColumn) -> Column:
    """The text of one column of a list item, empty text as null."""
    return cell_text(item[column.source_path], column)
