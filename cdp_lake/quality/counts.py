"""One row of counts per suite, in one pass over the table: all that the judges of a table need to know."""

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.quality import Expectation, Suite
from cdp_lake.errors import InvariantBroken, did_you_mean
from cdp_lake.quality.predicates import breaks

ROWS = "rows"
UNIQUE = ("column_values_to_be_unique", "compound_columns_to_be_unique")


def suite_counts(df: DataFrame, suite: Suite, references: Mapping[str, DataFrame]) -> DataFrame:
    """One row: how many rows there are, and per expectation how many are missing, break it, or differ.

    Every aggregate is a count, so that Spark keeps them in fixed-width buffers of one hash aggregate. A
    look-up in another table is an aggregate of its own: joined in front of the others it would drag all
    their columns along.
    """
    numbered = list(enumerate(suite.expectations))
    counted = [count for number, expectation in numbered for count in _counts(number, expectation)]
    strangers = [_strangers(df, number, e, references) for number, e in numbered if e.in_table]
    # Both sides of every join: exactly one row, as an aggregate without a key gives.
    return reduce(DataFrame.crossJoin, strangers, df.agg(F.count(F.lit(1)).alias(ROWS), *counted))


def duplicate_counts(df: DataFrame, key: Sequence[str]) -> DataFrame:
    """One row: `rows` whose key another row has too; rows without any part of the key are left out."""
    keyed = df.where(~_all_null(key)).groupBy(*key).agg(F.count(F.lit(1)).alias("times"))
    return keyed.where(F.col("times") > 1).agg(F.coalesce(F.sum("times"), F.lit(0)).alias(ROWS))


def suspects(counts: Mapping[str, int], suite: Suite) -> dict[int, tuple[str, ...]]:
    """Keys that may repeat, by number of the expectation: fewer hashes than rows.

    As many hashes as rows are a proof that no key repeats, whatever the hash.
    """
    unique = {i: e.all_columns for i, e in enumerate(suite.expectations) if e.expect in UNIQUE}
    return {i: key for i, key in unique.items() if counts[f"distinct_{i}"] < counts[ROWS]}


def unexpected(number: int) -> str:
    """Name of the count of rows that break an expectation."""
    return f"unexpected_{number}"


def missing(number: int) -> str:
    """Name of the count of rows an expectation leaves out because there is nothing to judge."""
    return f"missing_{number}"


def _counts(number: int, expectation: Expectation) -> list[Column]:
    columns = expectation.all_columns
    if not columns:
        return []
    left_out = F.count_if(_left_out(expectation)).alias(missing(number))
    if expectation.expect in UNIQUE:
        return [left_out, F.count_distinct(F.xxhash64(*columns)).alias(f"distinct_{number}")]
    broken = breaks(expectation)
    return [left_out] if broken is None else [left_out, F.count_if(broken).alias(unexpected(number))]


def _left_out(expectation: Expectation) -> Column:
    if expectation.expect == "compound_columns_to_be_unique":
        return _all_null(expectation.columns)
    if expectation.columns:
        return reduce(Column.__or__, [F.col(name).isNull() for name in expectation.columns])
    return F.col(expectation.column or "").isNull()


def _all_null(columns: Sequence[str]) -> Column:
    return reduce(Column.__and__, [F.col(name).isNull() for name in columns])


def _strangers(df: DataFrame, number: int, expectation: Expectation, tables: Mapping[str, DataFrame]) -> DataFrame:
    name = expectation.in_table or ""
    if name not in tables:
        hint = did_you_mean(name, tables)
        raise InvariantBroken(f"{expectation.label} looks values up in {name}, which was not given; {hint}")
    keys = list(expectation.all_columns)
    asking = df.select(*keys).where(~_left_out(expectation))
    known = tables[name].select(*keys)
    # known: any number of rows per key, for an anti join repeats none of ours.
    lost = asking.join(known, on=keys, how="left_anti")
    return lost.agg(F.count(F.lit(1)).alias(unexpected(number)))
