"""One append-only file of whole lines, which a crash cannot tear: each append is on disk, or it was not.

While it is written its name ends in `.part`, which landing leaves alone, and its writer holds a lock of the operating
system on it: a `.part` file that nobody holds is that of a writer that died.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

OPEN = ".part"
_TAIL_BYTES = 1_048_576


class SegmentFile:
    """An open segment. Errors of the system (disk full, no right to write) are raised as OSError."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self._descriptor = path, descriptor
        self.bytes, self.is_torn = 0, False

    @classmethod
    def create(cls, path: Path) -> SegmentFile:
        """A new segment that will be called `path` once it is sealed. Raises FileExistsError when the name is taken."""
        part = path.with_name(path.name + OPEN)
        if path.exists():
            raise FileExistsError(path)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Somebody who looks for dead writers may have been quicker than the lock.
            if os.fstat(descriptor).st_nlink == 0:
                raise FileExistsError(path)
            # Without this a file may be gone after a power cut, however safe its content was.
            _sync_folder(path.parent)
        except OSError:
            os.close(descriptor)
            raise
        return cls(path, descriptor)

    def append(self, lines: bytes) -> None:
        """Writes whole lines, and returns when they are on disk. After an OSError the file is torn: `mend` it."""
        self.is_torn = True
        view = memoryview(lines)
        while view:
            view = view[os.write(self._descriptor, view) :]
        os.fsync(self._descriptor)
        self.is_torn = False
        self.bytes += len(lines)

    def mend(self) -> None:
        """Takes back what a failed append left behind it."""
        os.ftruncate(self._descriptor, self.bytes)
        os.fsync(self._descriptor)
        self.is_torn = False

    def seal(self) -> Path | None:
        """Gives the file its name, by which landing takes it; None, and no file, when nothing is in it."""
        if self.is_torn:
            self.mend()
        sealed = _named(self.path, self.bytes)
        os.close(self._descriptor)
        return sealed


def seal_left_behind(folder: Path, pattern: str) -> list[Path]:
    """Seals the files of writers that died, cut after their last whole line: nobody was told that the rest is safe."""
    sealed = []
    for part in sorted(folder.glob(pattern + OPEN)):
        try:
            descriptor = os.open(part, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_nlink and os.path.samestat(os.fstat(descriptor), part.stat()):
                whole = _end_of_last_line(descriptor)
                os.ftruncate(descriptor, whole)
                os.fsync(descriptor)
                found = _named(part.with_name(part.name.removesuffix(OPEN)), whole)
                sealed += [found] if found else []
        except (BlockingIOError, FileNotFoundError):
            pass  # its writer lives, or has just sealed it
        finally:
            os.close(descriptor)
    return sealed


def _named(path: Path, size: int) -> Path | None:
    part = path.with_name(path.name + OPEN)
    if not size:
        part.unlink(missing_ok=True)
    elif part.exists():  # the name may have been given before the folder failed to be synced
        part.rename(path)
    _sync_folder(path.parent)
    return path if size else None


def _end_of_last_line(descriptor: int) -> int:
    end = os.fstat(descriptor).st_size
    while end:
        start = max(0, end - _TAIL_BYTES)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
