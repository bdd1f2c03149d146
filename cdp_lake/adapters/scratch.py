"""Intermediate results of one stage run, as Parquet files below the lake, gone when the stage ends.

A cached frame keeps its whole history in its plan, and Spark compares that history with every cached plan at
every later query: planning then takes longer than the work. A file has no history, survives a lost executor,
and costs no memory.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from pyspark.sql import DataFrame


@dataclass
class Scratch:
    """A folder of one run of one stage. It holds personal values, so it lies inside the lake."""

    folder: Path
    names: list[str] = field(default_factory=list)

    def staged(self, rows: DataFrame, name: str) -> DataFrame:
        """The same rows, computed once and read from a file from now on."""
        self.names.append(name)
        path = (self.folder / f"{len(self.names):03d}_{name}").as_posix()
        rows.write.parquet(path, mode="overwrite")
        return rows.sparkSession.read.schema(rows.schema).parquet(path)

    def clear(self) -> None:
        """Removes everything that was staged, also by a run that was killed."""
        shutil.rmtree(self.folder, ignore_errors=True)
