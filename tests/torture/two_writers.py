"""Two processes that write to one lake at the same time, and what of their commits is in it afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import SparkSession

from cdp_lake.adapters import jars
from cdp_lake.adapters.lake import Lake
from tests.torture.writer import TRIES, UNLOCKED

ROOT = Path(__file__).parents[2]
LOG_STORE = Path(__file__).with_name("WaitingLogStore.java")
WRITERS = ("one", "two")


class Kept(NamedTuple):
    """What the lake holds of the commits that writers were told are done."""

    rows: int
    lost: int
    doubled: int
    version: int | None


@dataclass
class TwoWriters:
    """Both processes, the lake they write to, and the barrier they can be made to meet at."""

    folder: Path
    barrier: Path
    processes: tuple[subprocess.Popen[str], ...]
    told: int = 0

    def commit(self, each: int) -> None:
        """So many commits of each, all under the lock."""
        self._tell(str(each))
        self.told += each

    def commit_without_the_lock(self) -> None:
        """One commit of each, both of which look for a free version before either takes it."""
        (self.barrier / "armed").touch()
        self._tell(UNLOCKED)
        self.told += 1

    def kept(self, spark: SparkSession) -> Kept:
        """What of it is in the lake."""
        lake = Lake.open(spark, self.folder.as_posix(), frozenset())
        found = Counter((row["writer"], row["number"]) for row in lake.head(TRIES).collect())
        lost = {(writer, number) for writer in WRITERS for number in range(self.told)} - set(found)
        return Kept(found.total(), len(lost), sum(found.values()) - len(found), lake.tables.version(TRIES))

    def _tell(self, what: str) -> None:
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(f"{what}\n")
            process.stdin.flush()
        for process in self.processes:
            assert process.stdout is not None
            answer = process.stdout.readline()
            if answer != "done\n":
                raise AssertionError(f"a writer ended with {process.wait()}: {answer}")


@contextmanager
def two_writers(spark: SparkSession, folder: Path) -> Iterator[TwoWriters]:
    """Both, started; they end with the block."""
    jar, barrier = folder / "waiting.jar", folder / "barrier"
    barrier.mkdir()
    _compiled(spark, jar)
    environment = {**os.environ, "CDP_LAKE_JARS": str(jars.jars_dir()), "BARRIER": str(barrier)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "tests.torture.writer"]
    with (folder / "said").open("w") as said:
        processes = tuple(
            subprocess.Popen(
                [*command, name, str(folder / "lake"), str(jar)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
            for name in WRITERS
        )
        try:
            yield TwoWriters(folder / "lake", barrier, processes)
        finally:
            for process in processes:
                process.communicate()


def _compiled(spark: SparkSession, jar: Path) -> None:
    compiler = spark._jvm.org.codehaus.janino.SimpleCompiler()  # type: ignore[union-attr]
    compiler.cook(LOG_STORE.read_text(encoding="utf-8"))
    with zipfile.ZipFile(jar, "w") as file:
        for name, code in dict(compiler.getBytecodes()).items():
            file.writestr(f"{name.replace('.', '/')}.class", bytes(code))
