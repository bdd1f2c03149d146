"""Seconds that processors worked for this process and all it started: what a machine that others use cannot blur."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_PARENT, _FIRST_TIME, _TIMES = 1, 11, 4  # fields of /proc/PID/stat behind the name: parent; own and children's times


def processor_seconds(of: int | None = None) -> float | None:
    """User and system time of the tree of this process, or of another, children that have ended included.

    None where there is no /proc.
    """
    if not _PROC.is_dir():
        return None
    found = {int(path.name): stat for path in _PROC.iterdir() if path.name.isdigit() and (stat := _stat(path))}
    tree = {of or os.getpid()}
    while more := {pid for pid, stat in found.items() if int(stat[_PARENT]) in tree} - tree:
        tree |= more
    ticks = sum(int(tick) for pid in tree for tick in found[pid][_FIRST_TIME : _FIRST_TIME + _TIMES])
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(process: Path) -> list[str] | None:
    try:
        return (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None  # it ended while being looked at
