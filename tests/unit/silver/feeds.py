"""Small feeds for silver tests: a contract in a few words, and bronze rows from plain texts."""

from pyspark.sql import DataFrame, SparkSession

from cdp_lake.config.sources import SourceContract

BRONZE = (
    "_record_id STRING, _batch_id BIGINT, _file_id STRING, _record_no BIGINT, _line BIGINT, _record_hash STRING, "
    "_frame_error STRING, payload STRING"
)


def contract(columns: list[dict[str, object]], **more: object) -> SourceContract:
    """A CSV feed of people, unless told otherwise."""
    given = {"name": "feed", "kind": "person", "format": "csv", "files": "*", "columns": columns, **more}
    return SourceContract.model_validate(given)


def bronze(spark: SparkSession, *texts: str, file: str = "f1", error: str | None = None) -> DataFrame:
    """One row per text, numbered from 1 within one file."""
    rows = [(f"{file}-{n}", 1, file, n, n + 1, f"h-{text}", error, text) for n, text in enumerate(texts, start=1)]
    return spark.createDataFrame(rows, BRONZE)
