"""Record, once, the classes a session loads, so that later JVMs map them instead of parsing 280 JARs.

`python -m cdp_lake.adapters.class_archive` takes about half a minute and halves every later start.
"""

import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

from cdp_lake.adapters import jars, jvm
from cdp_lake.adapters.spark import build_session
from cdp_lake.config.spark import SparkSettings


def record(folder: Path) -> Path:
    """Write the archive next to the JARs; a half-written one never gets the final name."""
    target = folder / jvm.CLASS_ARCHIVE
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="classes-") as temporary:
        fresh = Path(temporary) / jvm.CLASS_ARCHIVE
        session = build_session(
            SparkSettings(java_options=(f"-XX:ArchiveClassesAtExit={fresh}",), shuffle_partitions=2),
            app_name="cdp-lake class archive",
        )
        _typical_work(session, str(Path(temporary) / "table"))
        session.stop()
        jvm.stop()
        if fresh.exists():
            fresh.replace(target)
    return target


def _typical_work(session: SparkSession, path: str) -> None:
    session.sql(f"CREATE TABLE delta.`{path}` (id BIGINT, k STRING) USING delta CLUSTER BY (id)")
    rows = session.range(100).selectExpr("id", "CAST(id % 7 AS STRING) AS k").groupBy("id").agg({"k": "max"})
    rows.toDF("id", "k").write.format("delta").mode("append").save(path)
    session.createDataFrame([(1, "a"), (200, "b")], "id BIGINT, k STRING").createOrReplaceTempView("changes")
    session.sql(
        f"MERGE INTO delta.`{path}` t USING changes s ON t.id = s.id "
        "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
    session.read.format("delta").load(path).join(session.table("changes"), "id").toPandas()


def main() -> int:
    """Record the archive; a Java that cannot is no reason to fail, only slower."""
    made = record(jars.jars_dir())
    sys.stdout.write("class archive ready\n" if made.exists() else "this Java records no class archive\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
