"""The log of a Delta table, judged by what lies in it: does it tell all commits, and are the files it lists there?

Delta itself takes an empty commit for one that did nothing, and so serves a shorter table without a word.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

LOG = "_delta_log"
LAST_CHECKPOINT = "_last_checkpoint"
_COMMIT = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(?:\..+)?\.parquet")


class Damage(NamedTuple):
    """Something wrong with a table: a file below its folder, what is wrong, and what mends it without a copy."""

    file: str
    what: str
    remedy: str = ""


def commit_file(version: int) -> str:
    """The name of a commit in the log."""
    return f"{version:020d}.json"


def checksum_file(version: int) -> str:
    """The name of what Delta wrote down about the table as of a commit."""
    return f"{version:020d}.crc"


def commits(names: Iterable[str]) -> set[int]:
    """The versions whose commits lie in the log."""
    return {int(found[1]) for found in map(_COMMIT.fullmatch, names) if found}


def checkpoints(names: Iterable[str]) -> dict[int, list[str]]:
    """The files of each checkpoint in the log, by its version."""
    found = defaultdict(list)
    for name in sorted(names):
        if match := _CHECKPOINT.fullmatch(name):
            found[int(match[1])].append(name)
    return dict(found)


def lost_commits(there: set[int], since: int, head: int) -> list[Damage]:
    """A commit that should follow a checkpoint (-1: the beginning) and is not there."""
    return [
        Damage(f"{LOG}/{commit_file(version)}", "is missing, though later commits are there")
        for version in range(since + 1, head + 1)
        if version not in there
    ]


def actions(text: str) -> list[dict[str, Any]] | None:
    """What a commit does, or None when it is empty, ends in the middle of a line, or is no JSON."""
    # Delta ends each line, so a last line without its end was cut.
    if not text.endswith("\n"):
        return None
    try:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return None
    return found if found and all(isinstance(one, dict) for one in found) else None


def after(files: Mapping[str, int], done: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The files of the table, with their bytes, once a commit is done."""
    found = dict(files)
    for action in done:
        if added := action.get("add"):
            found[added["path"]] = added["size"]
        elif removed := action.get("remove"):
            found.pop(removed["path"], None)
    return found


def against_checksum(files: Mapping[str, int], head: int, checksum: str | None) -> list[Damage]:
    """Where the log tells of other files than Delta noted at that commit: lines are gone. No note, no judgement."""
    try:
        noted = json.loads(checksum or "")
        expected = (noted["numFiles"], noted["tableSizeBytes"])
    except (ValueError, KeyError, TypeError):
        return []
    found = (len(files), sum(files.values()))
    if found == expected:
        return []
    what = "tells of {} files with {:,} bytes, though the table had {} with {:,}".format(*found, *expected)
    return [Damage(f"{LOG}/{commit_file(head)}", what)]


def against_disk(files: Mapping[str, int], on_disk: Mapping[str, int | None]) -> list[Damage]:
    """Files the table consists of that are not there, or not as long as they were written."""
    found = []
    for path, wanted in sorted(files.items()):
        there = on_disk[path]
        if there is None:
            found.append(Damage(path, "is missing"))
        elif there != wanted:
            found.append(Damage(path, f"has {there:,} bytes, {wanted:,} were written"))
    return found
