"""A lake on a small file system that fills up while a run is at work."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

from cdp_lake.errors import DiskFull
from tests.stages.lakes import opened
from tests.torture.trial import Office, run_apart

SIZE = "64m"
# A run writes more than a MiB: some 40 tables, and no file takes less than a page of 4 KiB.
LEAST_ROOM, MOST_ROOM = 16_384, 600_000


def can_mount() -> bool:
    """Whether this user may mount a file system here."""
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount") is not None


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of its own below the folder's place; gone with the block."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def filled(spark: SparkSession, office: Office) -> None:
    """Runs the stages until there is no room, makes room again, and looks whether all that is published is there."""
    filler = office.folder / "filler"
    room = random.Random(office.seed).randrange(LEAST_ROOM, MOST_ROOM)
    filler.write_bytes(b"\0" * (shutil.disk_usage(office.folder).free - room))
    done = run_apart(office, "cdp_lake.cli")
    if done.returncode != DiskFull.exit_code or not done.stderr.startswith("cdp-lake: there is no room"):
        raise AssertionError(f"exit code {done.returncode} of a full disk:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    filler.unlink()
    opened(spark, office.settings).require_sound()
