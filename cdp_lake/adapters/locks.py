"""One writer at a time: an operating-system lock on the lake, freed by the system when its holder dies.

Open-source Delta on a local file system checks and renames without a lock across processes, so two
writers can both report success while one commit is lost (delta-io/delta#7567).
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdp_lake.errors import LakeLocked

LOCK_FILE = ".lock"


@contextmanager
def lake_lock(lake: Path, command: str) -> Iterator[None]:
    """Holds the lake for one writing command. Raises LakeLocked naming the holder when it is taken."""
    lake.mkdir(parents=True, exist_ok=True)
    with (lake / LOCK_FILE).open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            handle.seek(0)
            holder = handle.read().strip() or "another process"
            raise LakeLocked(f"{lake} is being written by {holder}; wait for it to end and try again") from problem
        handle.truncate(0)
        handle.write(f"{command} (pid {os.getpid()} on {socket.gethostname()})")
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def lock_holder(lake: Path) -> str | None:
    """Who is writing to the lake now, or None."""
    path = lake / LOCK_FILE
    if not path.exists():
        return None
    with path.open("r", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return handle.read().strip() or "another process"
    return None
