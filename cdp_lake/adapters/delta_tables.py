"""Creating, locating and committing Delta tables: the only code that knows how Delta is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.contracts.table import TableContract


@dataclass(frozen=True)
class DeltaTables:
    """Tables below one folder, by contract; with `catalog` they are registered as external tables too."""

    spark: SparkSession
    root: str
    catalog: bool = False

    def path(self, contract: TableContract) -> str:
        """Canonical path of a table."""
        return f"{self.root}/{contract.name.replace('.', '/')}"

    def version(self, contract: TableContract) -> int | None:
        """Newest committed version, or None when the table does not exist."""
        found = int(self._snapshot(contract).version())
        return None if found < 0 else found

    def frame(self, contract: TableContract, version: int | None = None) -> DataFrame:
        """The table at a version; its newest when None."""
        if self.catalog:
            self.register(contract)
            at = "" if version is None else f" VERSION AS OF {version}"
            # The name comes from a contract, the version is a number: nothing of a user's is in the statement.
            return self.spark.sql(f"SELECT * FROM {contract.name}{at}")  # noqa: S608
        reader = self.spark.read.format("delta")
        return (reader if version is None else reader.option("versionAsOf", version)).load(self.path(contract))

    def changes(self, contract: TableContract, after: int, until: int) -> DataFrame:
        """The rows that came, went or changed after a version, up to another: before and after the change."""
        feed = self.spark.read.format("delta").option("readChangeFeed", "true")
        return feed.option("startingVersion", after + 1).option("endingVersion", until).load(self.path(contract))

    def empty(self, contract: TableContract) -> DataFrame:
        """No rows, with the columns of the contract."""
        return self.spark.createDataFrame([], contract.schema)

    def create(self, contract: TableContract) -> None:
        """Makes the table with the layout its contract declares, or adds columns it lacks."""
        snapshot = self._snapshot(contract)
        if int(snapshot.version()) < 0:
            self._create(contract)
            return
        have = set(snapshot.schema().fieldNames())
        new = [c for c in contract.columns if c.name not in have]
        if new:
            columns = ", ".join(f"`{c.name}` {c.type}" for c in new)
            self.spark.sql(f"ALTER TABLE delta.`{self.path(contract)}` ADD COLUMNS ({columns})")

    def append(self, contract: TableContract, rows: DataFrame, note: str, txn: tuple[str, int] | None = None) -> None:
        """One commit that adds the rows; a repeated (application, number) `txn` is ignored by Delta."""
        writer = rows.write.format("delta").mode("append").option("userMetadata", note)
        if txn is not None:
            writer = writer.option("txnAppId", txn[0]).option("txnVersion", txn[1])
        writer.save(self.path(contract))

    def overwrite(self, contract: TableContract, rows: DataFrame, note: str) -> None:
        """One commit that leaves these rows and no others."""
        rows.write.format("delta").mode("overwrite").option("userMetadata", note).save(self.path(contract))

    def merge(self, contract: TableContract, changes: DataFrame, gone: str) -> None:
        """One commit that brings rows in by key, and takes away those of which the condition on `s` is true."""
        on = " AND ".join(f"t.`{name}` = s.`{name}`" for name in contract.key)
        values = {name: f"s.`{name}`" for name in contract.column_names}
        merge = self._handle(contract).alias("t").merge(changes.alias("s"), on)
        merge = merge.whenMatchedDelete(gone).whenMatchedUpdate(set=dict(values))
        merge.whenNotMatchedInsert(f"NOT ({gone})", values=dict(values)).execute()

    def delete(self, contract: TableContract, condition: str) -> None:
        """One commit that deletes rows; the condition names batches or surrogates, never a person."""
        self._handle(contract).delete(condition)

    def restore(self, contract: TableContract, version: int) -> None:
        """One commit that brings the table back to what it was at a version."""
        self._handle(contract).restoreToVersion(version)

    def register(self, contract: TableContract) -> None:
        """The same files under `layer.name` in the session's catalog, as an external table."""
        self.spark.sql(f"CREATE DATABASE IF NOT EXISTS {contract.layer}")
        location = Path(self.path(contract)).as_posix()
        self.spark.sql(f"CREATE TABLE IF NOT EXISTS {contract.name} USING DELTA LOCATION '{location}'")

    @cached_property
    def _logs(self) -> Any:
        # Asked for by its name, a class is looked for in every JAR, once for each part of the name.
        return cast(Any, self.spark._jvm).org.apache.spark.sql.delta.DeltaLog

    def _snapshot(self, contract: TableContract) -> Any:
        """Delta's own view of the newest version; of no version (-1) where there is no table."""
        # `DESCRIBE HISTORY` starts Spark jobs; the log of an open table answers in milliseconds.
        log = self._logs.forTable(self.spark._jsparkSession, self.path(contract))
        return log.update(False, *_update_defaults(log))

    def _handle(self, contract: TableContract) -> DeltaTable:
        return DeltaTable.forPath(self.spark, self.path(contract))

    def _create(self, contract: TableContract) -> None:
        builder = DeltaTable.createIfNotExists(self.spark).location(self.path(contract)).addColumns(contract.schema)
        if contract.cluster_by:
            builder = builder.clusterBy(*contract.cluster_by)
        for key, value in table_properties(contract).items():
            builder = builder.property(key, value)
        builder.execute()
        if self.catalog:
            self.register(contract)


def table_properties(contract: TableContract) -> dict[str, str]:
    """Delta properties that follow from a contract."""
    return {
        # Switched on later, a RESTORE past that version would switch it off again and break its readers.
        "delta.enableChangeDataFeed": "true",
        # Minimum and maximum of a personal column would put names into the log.
        "delta.dataSkippingStatsColumns": ",".join(contract.statistics_columns),
        # The portability profile: every Delta reader opens tables without these.
        "delta.enableDeletionVectors": "false",
        "delta.columnMapping.mode": "none",
        "cdp_lake.contract_version": str(contract.version),
        "cdp_lake.grain": contract.grain,
        "cdp_lake.key": ",".join(contract.key),
        "cdp_lake.owner": contract.owner,
        "cdp_lake.personal_columns": ",".join(contract.personal_columns),
        "cdp_lake.retention_days": str(contract.retention_days),
    }


def _update_defaults(log: object) -> Sequence[object]:
    # Scala's default arguments, spelled the way the JVM sees them.
    return [getattr(log, f"update$default${n}")() for n in (2, 3)]
