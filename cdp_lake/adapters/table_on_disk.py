"""One table as it lies in its folder: what its log and its files tell, read without Spark."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from cdp_lake.quality.table_log import (
    LAST_CHECKPOINT,
    LOG,
    Damage,
    actions,
    after,
    against_checksum,
    against_disk,
    checkpoints,
    checksum_file,
    commit_file,
    commits,
    lost_commits,
)

# What a killed run committed to these is taken up by the next one; in the others it is taken back.
_TAKEN_UP = ("bronze", "ops")


@dataclass
class TableOnDisk:
    """One table as it lies in its folder; `served` is the version that readers get, None for the newest."""

    name: str
    folder: Path
    served: int | None = None
    damage: list[Damage] = field(default_factory=list)

    @cached_property
    def files(self) -> dict[str, int]:
        """The files that make the served and the newest version, with their bytes; fills `damage` on the way."""
        since, files = self._checkpoint()
        if self.damage and since < 0 and not self._complete(since):
            return {}
        self.damage += lost_commits(self._commits, since, self.head)
        served = dict(files)
        for version in range(since + 1, self.head + 1):
            done = actions(self._text(commit_file(version)) or "")
            if done is None:
                self._broken(version)
            files = after(files, done or ())
            served = files if version == self.served else served
        if not self.damage:
            self.damage += against_checksum(files, self.head, self._text(checksum_file(self.head)))
        return {**served, **files} if self.served is not None else files

    @cached_property
    def head(self) -> int:
        """The newest version the log tells of; -1 for none."""
        return max([*self._commits, *self._checkpoints], default=-1)

    def judge(self) -> list[Damage]:
        """What is wrong by the log, and by the sizes of the files it lists; contents are not read."""
        if self.served is not None and self.served > self.head:
            newest = f"the newest commit is {self.head}" if self.head >= 0 else "there are no commits"
            self.damage.append(Damage(LOG, f"version {self.served} is published and {newest}"))
            return self.damage
        files = self.files
        if not self.damage:
            self.damage += against_disk(files, {path: _bytes_of(self._place(path)) for path in files})
        return self.damage

    def read_all(self) -> list[Damage]:
        """Reads every file to its end, with the checksum of each page; what cannot be read."""
        for path in self.files:
            try:
                with pq.ParquetFile(self._place(path), page_checksum_verification=True) as file:
                    for _ in file.iter_batches():
                        pass
            except (OSError, pa.ArrowException) as problem:
                self.damage.append(Damage(path, f"cannot be read: {str(problem).splitlines()[0]}"))
        return self.damage

    @cached_property
    def _sizes(self) -> dict[str, int]:
        if not (self.folder / LOG).is_dir():
            return {}
        with os.scandir(self.folder / LOG) as entries:
            # Drafts begin with a dot, and go while a writer is at work.
            return {entry.name: entry.stat().st_size for entry in entries if entry.name[0] not in "._"}

    @cached_property
    def _commits(self) -> set[int]:
        return commits(self._sizes)

    @cached_property
    def _checkpoints(self) -> dict[int, list[str]]:
        return checkpoints(self._sizes)

    def _complete(self, since: int) -> bool:
        return not lost_commits(self._commits, since, self.head)

    def _checkpoint(self) -> tuple[int, dict[str, int]]:
        """The newest checkpoint that leads to the served version, and the files it sums up."""
        broken = []
        since, files = -1, dict[str, int]()
        for version in sorted(self._checkpoints, reverse=True):
            found = self._summed_up(version)
            if found is None:
                broken.append(version)
            elif self.served is None or version <= self.served:
                since, files = version, found
                break
        remedy = f"remove it, and {LAST_CHECKPOINT} beside it: the commits it sums up are all there"
        for version in broken:
            name = self._checkpoints[version][0]
            self.damage.append(Damage(f"{LOG}/{name}", "is broken", remedy if self._complete(since) else ""))
        return since, files

    def _summed_up(self, version: int) -> dict[str, int] | None:
        found = dict[str, int]()
        for name in self._checkpoints[version]:
            try:
                # Not read_table: it overlooks what lies in a folder with a leading underscore.
                with pq.ParquetFile(self.folder / LOG / name) as file:
                    added = file.read(columns=["add.path", "add.size"])["add"].to_pylist()
                found |= {row["path"]: row["size"] for row in added if row and row["path"]}
            except (OSError, KeyError, pa.ArrowException):
                return None
        return found

    def _broken(self, version: int) -> None:
        name = commit_file(version)
        what = "is cut short, or no JSON" if self._sizes.get(name) else "is empty"
        is_undone = self.served is not None and version > self.served and self.name.split(".")[0] not in _TAKEN_UP
        can_go = is_undone and version == self.head
        remedy = "remove it: it was never published, and the next run does its work again" if can_go else ""
        if name in self._sizes:
            self.damage.append(Damage(f"{LOG}/{name}", what, remedy))

    def _text(self, name: str) -> str | None:
        if name not in self._sizes:
            return None
        return (self.folder / LOG / name).read_text(encoding="utf-8", errors="replace")

    def _place(self, path: str) -> Path:
        # Delta writes paths as addresses; those of another table's files are absolute.
        plain = unquote(path).removeprefix("file://").removeprefix("file:")
        return self.folder / plain


def _bytes_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
