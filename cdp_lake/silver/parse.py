"""Bronze text to typed columns, by source contract; a value that cannot be read breaks a rule, never a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StringType, StructField, StructType

from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.envelopes import envelope_schema, unwrapped
from cdp_lake.silver.fields import EXPORTED_AT
from cdp_lake.silver.rules import broken_rules, judged_items
from cdp_lake.silver.typed import cell_text, typed_column

_CORRUPT = "_corrupt"
TRACE = ("_record_id", "_batch_id", "_file_id", "_record_no", "_line", "_record_hash", "_frame_error")
Headers = Mapping[tuple[str, ...], Iterable[str]]


def parsed(bronze: DataFrame, contract: SourceContract, headers: Headers) -> DataFrame:
    """One row per bronze record: its trace, the contract's columns typed, and `rules`, every rule it breaks.

    `headers` maps each CSV header seen to the ids of the files that have it.
    """
    trace = (*TRACE, EXPORTED_AT) if contract.orders_by_export else TRACE
    is_csv = contract.format == "csv"
    read = bronze.transform(_with_records, contract, headers) if is_csv else bronze.transform(_with_message, contract)
    fields = _csv_fields(contract, headers) if is_csv else _json_fields(contract)
    raw = read.select(*trace, "payload", fields.alias("_fields"))
    texts = raw.select(*trace, "payload", F.col("_fields._corrupt").alias(_CORRUPT), *_texts(contract))
    typed = texts.select(
        *trace,
        "payload",
        _CORRUPT,
        *[F.col(_text(c)) for c in contract.columns],
        *[_value(c, contract).alias(c.name) for c in contract.columns],
    )
    columns = [column.name for column in contract.columns]
    rules = broken_rules(contract, _unreadable(contract), _text)
    checked = typed.select(*trace, "payload", *columns, rules.alias("rules"))
    # Only a broken record still needs its text: quarantine shows it.
    return checked.withColumn("payload", F.when(F.size("rules") > 0, F.col("payload")))


def _with_records(bronze: DataFrame, contract: SourceContract, headers: Headers) -> DataFrame:
    """The same rows with `_csv_n`: the record read by the n-th header, null for files that have another."""
    options = {"sep": contract.delimiter, "escape": '"', "columnNameOfCorruptRecord": _CORRUPT}
    # A column of its own: inside the branches below Spark would parse the record once per field.
    records = {
        f"_csv_{n}": F.when(
            F.col("_file_id").isin(*sorted(file_ids)), F.from_csv(F.col("payload"), _ddl(len(header)), options)
        )
        for n, (header, file_ids) in enumerate(headers.items())
    }
    return bronze.withColumns(records)


def _csv_fields(contract: SourceContract, headers: Headers) -> Column:
    """The record as a struct of the contract's columns, read by the header of its own file."""
    nothing = F.struct(F.lit("no header").alias(_CORRUPT), *[_null(c.name) for c in contract.columns])
    records = [(F.col(f"_csv_{n}"), header) for n, header in enumerate(headers)]
    found = [F.when(record.isNotNull(), _by_name(record, header, contract)) for record, header in records]
    return F.coalesce(*found, nothing)


def _by_name(record: Column, header: tuple[str, ...], contract: SourceContract) -> Column:
    place = {name: i for i, name in enumerate(header)}
    columns = [
        record[f"c{place[c.source_path]}"].alias(c.name) if c.source_path in place else _null(c.name)
        for c in contract.columns
    ]
    return F.struct(record[_CORRUPT].alias(_CORRUPT), *columns)


def _with_message(bronze: DataFrame, contract: SourceContract) -> DataFrame:
    """The same rows with `_message`, the record read as texts: a column of its own, so that it is read once."""
    columns = _columns_schema(contract)
    schema = envelope_schema(columns) if contract.envelope else columns
    whole = StructType([*schema.fields, StructField(_CORRUPT, StringType())])
    read = F.from_json(F.col("payload"), whole, {"columnNameOfCorruptRecord": _CORRUPT})
    return bronze.withColumn("_message", read)


def _json_fields(contract: SourceContract) -> Column:
    message = F.col("_message")
    return unwrapped(message, _columns_schema(contract), _CORRUPT) if contract.envelope else message


def _columns_schema(contract: SourceContract) -> StructType:
    return _json_schema([(_parts(c.source_path, contract.columns_by_path), c) for c in contract.columns])


def _json_schema(paths: list[tuple[list[str], SourceColumn]]) -> StructType:
    """Every leaf a STRING: what a value is gets decided by the contract, not by JSON."""
    fields = []
    for name in dict.fromkeys(path[0] for path, _ in paths):
        below = [(path[1:], column) for path, column in paths if path[0] == name]
        leaf = next((column for rest, column in below if not rest), None)
        fields.append(StructField(name, _leaf_type(leaf) if leaf else _json_schema(below)))
    return StructType(fields)


def _leaf_type(column: SourceColumn) -> StringType | ArrayType:
    if column.type != "list":
        return StringType()
    nested = [(c.source_path.split("."), c) for c in column.columns]
    return ArrayType(_json_schema(nested))


def _texts(contract: SourceContract) -> list[Column]:
    """Each column's own text, empty text as null."""
    by_path = contract.columns_by_path
    names = [c.name if contract.format == "csv" else c.source_path for c in contract.columns]
    cells = [F.col("_fields." + ".".join(f"`{part}`" for part in _parts(n, by_path))) for n in names]
    return [
        (cell if c.type == "list" else cell_text(cell, c)).alias(_text(c))
        for c, cell in zip(contract.columns, cells, strict=True)
    ]


def _value(column: SourceColumn, contract: SourceContract) -> Column:
    text = F.col(_text(column))
    return judged_items(text, column, contract) if column.type == "list" else typed_column(text, column, contract)


def _parts(name: str, by_path: bool) -> list[str]:
    return name.split(".") if by_path else [name]


def _unreadable(contract: SourceContract) -> Column:
    shape = "wrong_column_count" if contract.format == "csv" else "invalid_json"
    # A record whose end is doubtful is named for that, not for what follows from it.
    return F.coalesce(F.col("_frame_error"), F.when(F.col(_CORRUPT).isNotNull(), F.lit(shape)))


def _text(column: SourceColumn) -> str:
    return f"_text_{column.name}"


def _null(name: str) -> Column:
    return F.lit(None).cast("string").alias(name)


def _ddl(width: int) -> str:
    return ", ".join(f"{name} STRING" for name in [*(f"c{i}" for i in range(width)), _CORRUPT])
