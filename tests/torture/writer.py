"""A process that writes to a lake with others: `python -m tests.torture.writer NAME LAKE JAR`.

Told by lines on its input what to do: `N` makes N commits, each under the lock of the lake; `unlocked` makes one
without it. It answers each line with `done` once it has.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession

from cdp_lake.adapters import jars
from cdp_lake.adapters.lake import Lake
from cdp_lake.adapters.locks import lake_lock
from cdp_lake.adapters.spark import build_session
from cdp_lake.config.spark import SparkSettings
from cdp_lake.contracts import Column, TableContract
from cdp_lake.errors import LakeLocked
from tests.conftest import FOR_FEW_ROWS

TRIES = TableContract(
    name="ops.tries",
    grain="one row per commit that a writer was told is done",
    key=("writer", "number"),
    columns=(Column("writer", "STRING"), Column("number", "BIGINT")),
)
UNLOCKED = "unlocked"
LOG_STORE = "cdp_lake.torture.WaitingLogStore"


def session(jar: Path) -> SparkSession:
    """The smallest session that commits, by the log store with the barrier."""
    conf = {
        **FOR_FEW_ROWS,
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.delta.logStore.file.impl": LOG_STORE,
        "spark.driver.extraClassPath": os.pathsep.join(map(str, (*jars.jar_paths(), jar))),
    }
    small = SparkSettings(master="local[1]", driver_memory="512m", shuffle_partitions=1, compiler="quick", conf=conf)
    return build_session(small, "writer")


def commit(spark: SparkSession, folder: Path, writer: str, number: int) -> None:
    """One row in one commit, on top of what the lake holds now."""
    lake = Lake.open(spark, folder.as_posix(), frozenset())
    lake.append(TRIES, spark.createDataFrame([(writer, number)], TRIES.schema))


def locked_commit(spark: SparkSession, folder: Path, writer: str, number: int) -> None:
    """The same, once the lake is free."""
    while True:
        try:
            with lake_lock(folder, writer):
                return commit(spark, folder, writer, number)
        except LakeLocked:
            time.sleep(0.005)


def main(writer: str, folder: Path, jar: Path) -> int:
    """Does what it is told until its input ends."""
    spark = session(jar)
    number = 0
    for line in sys.stdin:
        asked = line.strip()
        for _ in range(1 if asked == UNLOCKED else int(asked)):
            (commit if asked == UNLOCKED else locked_commit)(spark, folder, writer, number)
            number += 1
        sys.stdout.write("done\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
