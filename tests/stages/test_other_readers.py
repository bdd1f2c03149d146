"""What is published for others opens with readers that are not Spark, as it is: same rows, same columns."""

from pathlib import Path

import duckdb
import duckdb_extension_delta
import polars as pl
import pytest
from deltalake import DeltaTable

from cdp_lake.contracts.gold import ACTIVATION_TABLES, GOLD_TABLES
from tests.stages.lakes import opened

FOR_OTHERS = (*GOLD_TABLES, *ACTIVATION_TABLES)
Sight = tuple[int, list[str]]


def with_delta_rs(path: str) -> Sight:
    table = DeltaTable(path).to_pyarrow_table()
    return table.num_rows, table.column_names


def with_polars(path: str) -> Sight:
    frame = pl.read_delta(path)
    return frame.height, frame.columns


def with_duckdb(path: str) -> Sight:
    # From the file of its package: no test waits for a network.
    [extension] = Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension")
    with duckdb.connect() as connection:
        connection.execute(f"LOAD '{extension}'")
        found = connection.execute("SELECT * FROM delta_scan(?)", [path])
        names = [column[0] for column in found.description]
        return len(found.fetchall()), names


@pytest.fixture(scope="module")
def lake(spark, place):
    return opened(spark, place.settings())


@pytest.mark.parametrize("table", FOR_OTHERS, ids=lambda table: table.name)
def test_another_reader_sees_what_spark_sees(lake, table):
    frame = lake.tables.frame(table)
    seen = (frame.count(), frame.columns)
    path = lake.tables.path(table)
    assert seen[0] > 0
    assert with_delta_rs(path) == seen
    assert with_polars(path) == seen
    assert with_duckdb(path) == seen
