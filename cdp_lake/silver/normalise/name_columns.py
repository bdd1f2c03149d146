"""The name normaliser on tables: all name columns of a frame in one Arrow stage."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.silver.normalise.batches import texts_of
from cdp_lake.silver.normalise.name_parts import RawName
from cdp_lake.silver.normalise.names import ParsedName, parsed_name

RAW_NAME_COLUMNS = RawName("raw_given_name", "raw_family_name", "raw_full_name", "raw_native_name")


def with_parsed_names(df: DataFrame, columns: RawName = RAW_NAME_COLUMNS) -> DataFrame:
    """The same rows, with given_name, family_name, native_name, given_key, family_key and name_key.

    `columns` names the raw columns; a null entry stands for a part the table does not have.
    """
    raw = (F.lit(None).cast("string") if name is None else F.col(name) for name in columns)
    fields = {field: F.col("_parsed_name")[field] for field in ParsedName._fields}
    return (
        df.withColumn("_parsed_name", texts_of(parsed_name, ParsedName._fields)(*raw))
        .withColumns(fields)
        .drop("_parsed_name")
    )
