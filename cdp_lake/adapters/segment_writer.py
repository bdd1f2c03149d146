"""Group commit: many requests hand their lines to one thread, which writes and syncs them together.

A request is answered when its future is done; until then nobody was told that its events are safe. While the disk
works for one group the next one gathers, so the number of syncs does not grow with that of requests.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread

from cdp_lake.adapters.clock import moment, seconds_since, tick
from cdp_lake.adapters.segment_file import SegmentFile, seal_left_behind
from cdp_lake.config.collector import FILE_PATTERN

_PROBE = bytes(65_536)
# By folder, whole lines.
Lines = Mapping[Path, bytes]


@dataclass(frozen=True)
class SegmentSizes:
    """When a segment is full: by age in seconds since its first line, or by bytes."""

    seconds: float
    bytes: int


@dataclass(frozen=True)
class Watcher:
    """Who is told what the writer does; called from its thread."""

    synced: Callable[[float], None] = lambda seconds: None
    sealed: Callable[[Path], None] = lambda path: None
    failed: Callable[[OSError], None] = lambda problem: None


@dataclass
class _Lot:
    lines: Lines
    done: Future[None] = field(default_factory=Future)


@dataclass
class _Open:
    file: SegmentFile
    since: float


class SegmentWriter:
    """One thread and the segments it writes, one a folder. `failing` names the error while the disk refuses."""

    def __init__(self, folders: list[Path], sizes: SegmentSizes, watcher: Watcher | None = None) -> None:
        self._folders, self._sizes, self._watcher = folders, sizes, watcher or Watcher()
        self._lots, self._wake, self._closing = deque[_Lot](), Condition(), False
        self._open: dict[Path, _Open] = {}
        self._thread = Thread(target=self._run, name="segment-writer", daemon=True)
        self._number, self._started = 0, moment().strftime("%Y%m%dT%H%M%S")
        self.failing: OSError | None = None

    def start(self) -> list[Path]:
        """Makes the folders, seals what dead writers left there, and begins; the files sealed."""
        sealed = []
        for folder in self._folders:
            folder.mkdir(parents=True, exist_ok=True)
            sealed += seal_left_behind(folder, FILE_PATTERN)
        self._thread.start()
        return sealed

    @property
    def open_segments(self) -> int:
        """Segments that are written now."""
        return len(self._open)

    def submit(self, lines: Lines) -> Future[None]:
        """Done when all lines are on disk; fails with OSError when some are not, and then their client sends again."""
        lot = _Lot(lines)
        # Whoever waits may go away; what was handed in is written all the same.
        lot.done.set_running_or_notify_cancel()
        with self._wake:
            if self._closing:
                lot.done.set_exception(OSError("the collector is being stopped"))
            else:
                self._lots.append(lot)
                self._wake.notify()
        return lot.done

    def probe(self) -> None:
        """Asks the disks whether they take data again; `failing` says what came of it."""
        try:
            for folder in self._folders:
                _try_to_write(folder)
            self.failing = None
        except OSError as problem:
            self.failing = problem

    def close(self) -> None:
        """Writes what was handed in, seals all segments and ends."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            lots = self._gathered()
            if lots:
                self._commit(lots)
            over = self._closing and not lots
            for folder in [f for f, one in self._open.items() if over or self._is_full(one)]:
                self._seal(folder)
            if over:
                return

    def _gathered(self) -> list[_Lot]:
        """All that waits; nothing when a segment is due, or the collector is being stopped."""
        with self._wake:
            if not self._lots and not self._closing:
                self._wake.wait(self._seconds_until_due())
            lots = list(self._lots)
            self._lots.clear()
            return lots

    def _commit(self, lots: list[_Lot]) -> None:
        together: dict[Path, list[bytes]] = {}
        for lot in lots:
            for folder, lines in lot.lines.items():
                together.setdefault(folder, []).append(lines)
        problems: dict[Path, OSError] = {}
        for folder, parts in together.items():
            try:
                self._append(folder, b"".join(parts))
            except OSError as problem:
                problems[folder] = problem
        self._tell(lots, problems)

    def _tell(self, lots: list[_Lot], problems: dict[Path, OSError]) -> None:
        self.failing = next(iter(problems.values()), None)
        if self.failing is not None:
            self._watcher.failed(self.failing)
        for lot in lots:
            problem = next((problems[folder] for folder in lot.lines if folder in problems), None)
            if problem is None:
                lot.done.set_result(None)
            else:
                lot.done.set_exception(problem)

    def _append(self, folder: Path, lines: bytes) -> None:
        one = self._open.get(folder)
        if one is not None and one.file.is_torn:
            # A new file has the best chance: this one may have met its own limit, or a bad place of the disk.
            self._seal(folder, or_raise=True)
            one = None
        if one is None:
            one = self._open[folder] = _Open(self._created(folder), tick())
        started = tick()
        one.file.append(lines)
        self._watcher.synced(tick() - started)

    def _created(self, folder: Path) -> SegmentFile:
        while True:
            self._number += 1
            name = f"{self._started}-{os.getpid()}-{self._number}"
            try:
                return SegmentFile.create(folder / FILE_PATTERN.replace("*", name))
            except (FileExistsError, BlockingIOError):
                continue

    def _seal(self, folder: Path, *, or_raise: bool = False) -> None:
        one = self._open[folder]
        try:
            sealed = one.file.seal()
        except OSError as problem:
            # It stays open, and is tried again; should this process die first, the next one seals it.
            one.since = tick()
            self.failing = problem
            self._watcher.failed(problem)
            if or_raise:
                raise
            return
        del self._open[folder]
        if sealed:
            self._watcher.sealed(sealed)

    def _is_full(self, one: _Open) -> bool:
        return one.file.bytes >= self._sizes.bytes or seconds_since(one.since) >= self._sizes.seconds

    def _seconds_until_due(self) -> float | None:
        ages = [seconds_since(one.since) for one in self._open.values()]
        return max(0.0, self._sizes.seconds - max(ages)) if ages else None


def _try_to_write(folder: Path) -> None:
    path = folder / f".collector-probe-{os.getpid()}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, _PROBE)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)
