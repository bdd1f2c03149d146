"""The Spark session: started here and nowhere else, the same way on a laptop and under spark-submit."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from pyspark import SparkConf
from pyspark.sql import SparkSession

from cdp_lake.adapters import jars, jvm, machine
from cdp_lake.adapters.similarities import similarity_jar
from cdp_lake.config.spark import SparkSettings

# Right wherever Spark runs.
EVERYWHERE = {
    # Delta tables by path and by name.
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    # Timestamps mean the same on every machine.
    "spark.sql.session.timeZone": "UTC",
    # toPandas, createDataFrame and pandas functions move columns, not pickled rows.
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # Besides the default words, the names our own keys go by.
    "spark.redaction.regex": "(?i)secret|password|passwd|token|access[.]?key|credential|salt|hmac|jaas",
    # An address that became a literal in a query stays out of plans, event logs and error texts.
    # Anchored and bounded: plans are megabytes long, and an open-ended pattern takes minutes on them.
    "spark.sql.redaction.string.regex": r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}[.][\w.-]{2,}",
    # A flipped bit within a page is found by whoever reads it, not served.
    "spark.hadoop.parquet.page.verify-checksum.enabled": "true",
    # Each query describes itself to a page server that is not there: keep what it writes short.
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "20000",
    # A stage runs some hundreds of compiled programs; the default keeps 100, so the next stage or batch compiles again.
    "spark.sql.codegen.cache.maxEntries": "1000",
}

# Only where this process starts Spark by itself.
STARTED_HERE = {
    # Nothing listens beyond the machine, and no page server slows the start.
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    # A stage draws its own progress.
    "spark.ui.showConsoleProgress": "false",
    # The default of 50 tasks to read one table's log costs seconds per table on two cores.
    "spark.databricks.delta.snapshotPartitions": "2",
    # A small heap cannot keep the default 500 table logs.
    "spark.databricks.delta.delta.log.cacheSize": "32",
    # Each broadcast, each sort and each aggregation takes a piece of memory of this size and clears it first, also for
    # ten rows: with the defaults (4 and up to 64 MB) half the time of the garbage collector goes into that.
    "spark.broadcast.blockSize": "512k",
    "spark.buffer.pageSize": "2m",
    # Listing files with 10,000 tasks takes longer than reading the directory.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "5",
    # Checksum files beside files that check themselves, each with a chmod process of its own: decision 0015.
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    "spark.delta.logStore.file.impl": "io.delta.storage.LocalLogStore",
    # Each call of the DataFrame interface would look for its own line in the Python stack.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}


def build_session(settings: SparkSettings, app_name: str) -> SparkSession:
    """The one session of this process: the running one, spark-submit's, or a new one."""
    running = SparkSession.getActiveSession()
    if running is not None:
        return _adjusted(running, settings)
    _choose_python()
    if "PYSPARK_GATEWAY_PORT" in os.environ:
        # spark-submit started the JVM: what it was told wins, so it goes in last.
        start = {**EVERYWHERE, **_asked(settings), **dict(SparkConf().getAll())}
    else:
        start = {**EVERYWHERE, **STARTED_HERE, **_from_machine(settings), **_asked(settings)}
        jvm.start(start)
    builder = SparkSession.builder.appName(app_name)
    for key, value in start.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    jvm.remember_classes()
    return session


def _asked(settings: SparkSettings) -> dict[str, str]:
    return {"spark.sql.shuffle.partitions": str(settings.shuffle_partitions), **settings.conf}


def _from_machine(settings: SparkSettings) -> dict[str, str]:
    master = settings.master or machine.local_master()
    # Last, so that the class archive still fits: it was recorded without it.
    files = [*jars.jar_paths(settings.jars_dir), similarity_jar()]
    scratch = settings.scratch_dir or _own_scratch()
    scratch.mkdir(parents=True, exist_ok=True)
    return {
        "spark.master": master,
        "spark.driver.memory": settings.driver_memory or machine.driver_memory(),
        # Shuffle files, the warehouse and Derby's files stay out of the folder the user stands in.
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.driver.extraJavaOptions": " ".join(_java_options(settings, scratch)),
        **_jar_settings(files, master),
    }


def _jar_settings(files: list[Path], master: str) -> dict[str, str]:
    if master.startswith("local"):
        # `spark.jars` would copy 85 MB at every start and keep the classes out of the class archive.
        return {"spark.driver.extraClassPath": os.pathsep.join(map(str, files))}
    return {"spark.jars": ",".join(map(str, files))}


def _java_options(settings: SparkSettings, scratch: Path) -> list[str]:
    folder = settings.jars_dir or jars.jars_dir()
    compiler = settings.compiler or jvm.compiler_for(waiting_bytes=0)
    return [f"-Dderby.system.home={scratch}", *jvm.options(folder, compiler), *settings.java_options]


def _own_scratch() -> Path:
    """A folder of this process alone, gone when it ends."""
    scratch = Path(tempfile.mkdtemp(prefix="cdp-lake-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    return scratch


def _choose_python() -> None:
    # Otherwise the workers take the first python3 on the PATH, which lacks the packages.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)


def _adjusted(session: SparkSession, settings: SparkSettings) -> SparkSession:
    """A session someone else started: only what can still change is set, and UTC always is."""
    session.conf.set("spark.sql.session.timeZone", EVERYWHERE["spark.sql.session.timeZone"])
    for key, value in settings.conf.items():
        if session.conf.isModifiable(key):
            session.conf.set(key, value)
    return session
