"""A write for which there is no room: an error that says so, nothing of it in the table, and all of it the next time.

Where no small disk may be mounted a process can still be left without room for a file: by its own limit. `make torture`
fills a real file system.
"""

import resource
from contextlib import contextmanager

import pytest

from cdp_lake.adapters.lake import Lake
from cdp_lake.console.terminal import explained
from cdp_lake.contracts import Column, TableContract
from cdp_lake.errors import DiskFull

LINES = TableContract(
    name="ops.lines", grain="one row per line", key=("line",), columns=(Column("line", "BIGINT"),), retention_days=30
)
FILES = 30


@contextmanager
def room_for_files_of(spark, size):
    """Java can write no file that is longer; what it has open stays."""
    java = spark._jvm.java.lang.ProcessHandle.current().pid()
    before = resource.prlimit(java, resource.RLIMIT_FSIZE)
    resource.prlimit(java, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(java, resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the limits of another process are set on Linux only")
@pytest.mark.parametrize(
    ("size", "stopped_at"),
    [pytest.param(400, "data", id="its data"), pytest.param(4_000, "commit", id="its commit, once its data is there")],
)
def test_without_room_for_it_a_write_leaves_nothing_and_is_done_again(spark, lake_dir, size, stopped_at):
    lake = Lake.open(spark, lake_dir.as_posix(), frozenset())
    lake.append(LINES, spark.range(1).toDF("line"))
    many = spark.range(1, 1 + FILES, numPartitions=FILES).toDF("line")
    data = set(lake_dir.rglob("*.parquet"))
    with room_for_files_of(spark, size), pytest.raises(Exception, match="File too large") as caught:
        lake.append(LINES, many)
    problem = explained(caught.value)
    assert isinstance(problem, DiskFull)
    assert "make room" in str(problem)
    whole = [path for path in set(lake_dir.rglob("*.parquet")) - data if path.read_bytes().endswith(b"PAR1")]
    assert (len(whole) == FILES) == (stopped_at == "commit")

    again = Lake.open(spark, lake_dir.as_posix(), frozenset())
    again.require_sound()
    assert [row["line"] for row in again.head(LINES).collect()] == [0]
    again.append(LINES, many)
    assert sorted(row["line"] for row in again.head(LINES).collect()) == [*range(1 + FILES)]
