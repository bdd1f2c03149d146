"""How much memory this process and everything it started use together, watched from a thread."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import sleep

import pyarrow as pa

EVERY_SECONDS = 0.5
_BETWEEN_LOOKS = 0.05
_PROC = Path("/proc")


@dataclass
class Peak:
    """The largest sum of resident memory seen so far; 0 where the system does not tell."""

    bytes: int = 0


@contextmanager
def watched_memory() -> Iterator[Peak]:
    """The peak of the process tree while the block runs."""
    peak, done = Peak(), Event()

    def watch() -> None:
        while True:
            # Between fork and exec a child shows its parent's memory as its own: only what two looks see counts.
            first = tree_bytes()
            sleep(_BETWEEN_LOOKS)
            peak.bytes = max(peak.bytes, min(first, tree_bytes()))
            if done.wait(EVERY_SECONDS):
                return

    thread = Thread(target=watch, name="memory", daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def hand_back() -> None:
    """Gives memory that nothing uses any more back to the system: allocators keep it, and a long run carries it."""
    pa.default_memory_pool().release_unused()
    # Only glibc has it.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def tree_bytes() -> int:
    """Resident memory of this process and its descendants, now."""
    processes = _from_proc() if _PROC.is_dir() else _from_ps()
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in processes.items():
        children.setdefault(parent, []).append(pid)
    waiting, total = [os.getpid()], 0
    while waiting:
        pid = waiting.pop()
        total += processes.get(pid, (0, 0))[1]
        waiting += children.get(pid, [])
    return total


def _from_proc() -> dict[int, tuple[int, int]]:
    """Parent and resident bytes of every process; pages that forked workers share are counted in each."""
    page, found = os.sysconf("SC_PAGE_SIZE"), {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                # The name may hold spaces and brackets: the fields begin after its last bracket.
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            found[int(folder.name)] = (int(fields[1]), int(fields[21]) * page)
    return found


def _from_ps() -> dict[int, tuple[int, int]]:
    try:
        answer = subprocess.run(
            ["ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True, timeout=5
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    rows = (map(int, line.split()) for line in answer.stdout.splitlines())
    return {pid: (parent, kib * 1024) for pid, parent, kib in rows}
