"""Plans beside a lake: a folder per set of rules, and in it, for as long as it takes, a shadow of the lake.

A shadow is the same tables made of links. Data files are written once and never again, so what a stage commits to
the shadow lies in files of its own, and the lake sees nothing of it.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdp_lake.adapters.locks import lake_lock

PLANS_FOLDER = ".plans"
PLAN_FILE = "plan.json"
_LOG = "_delta_log"
_SHADOW = "lake-"


@dataclass(frozen=True)
class PlanFolder:
    """The folder of the plan of one set of rules, by their digest."""

    lake: Path
    digest: str

    @property
    def folder(self) -> Path:
        """Where the plan and its lists lie."""
        return self.lake / PLANS_FOLDER / self.digest

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder for one who plans. Raises LakeLocked when another one does."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lake_lock(self.folder, "identity plan"):
            yield

    @contextmanager
    def shadow(self, tables: Sequence[str], *, keep: bool = False) -> Iterator[Path]:
        """A folder with these tables of the lake, in this order, and its register of models; gone in the end."""
        for left in self.folder.glob(f"{_SHADOW}*"):
            shutil.rmtree(left, ignore_errors=True)
        # A new name each time: Delta remembers the tables of a path for as long as the process lives.
        made = Path(tempfile.mkdtemp(prefix=_SHADOW, dir=self.folder))
        try:
            for name in tables:
                _link_table(self.lake.joinpath(*name.split(".")), made.joinpath(*name.split(".")))
            # The register is written to by being opened; the models it names stay where they are.
            for register in self.lake.glob("mlflow/mlflow.db*"):
                (made / "mlflow").mkdir(exist_ok=True)
                shutil.copy2(register, made / "mlflow" / register.name)
            yield made
        finally:
            if not keep:
                shutil.rmtree(made, ignore_errors=True)

    def save(self, plan: dict[str, Any]) -> None:
        """Writes the plan, whole or not at all."""
        draft = self.folder / f"{PLAN_FILE}.tmp"
        draft.write_text(json.dumps(plan, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        draft.replace(self.folder / PLAN_FILE)

    def load(self) -> dict[str, Any] | None:
        """The plan, or None when there is none."""
        path = self.folder / PLAN_FILE
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None

    def forget(self) -> None:
        """Removes the plan, so that a new one that does not come to its end leaves no old one standing."""
        (self.folder / PLAN_FILE).unlink(missing_ok=True)

    def write_list(
        self, name: str, columns: Sequence[str], rows: Iterable[dict[str, Any]], keep: int
    ) -> tuple[int, list[dict[str, Any]]]:
        """A CSV of all the rows, lists within a cell separated by blanks; how many there are, and the first of them."""
        first: list[dict[str, Any]] = []
        count = 0
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            for row in rows:
                cells = (row[column] for column in columns)
                writer.writerow([" ".join(cell) if isinstance(cell, list) else cell for cell in cells])
                first += [row] if count < keep else []
                count += 1
        return count, first


def _link_table(table: Path, shadow: Path) -> None:
    if not (table / _LOG).is_dir():
        return
    # Before the data: whatever the log names is there already. Copied, since Delta writes over `_last_checkpoint`.
    shutil.copytree(table / _LOG, shadow / _LOG, copy_function=_copied)
    shutil.copytree(table, shadow, ignore=_without_log, copy_function=_linked, dirs_exist_ok=True)


def _without_log(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == _LOG]


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        return
    except OSError:
        _copied(source, target)


def _copied(source: str, target: str) -> None:
    try:
        shutil.copy2(source, target)
    except FileNotFoundError:
        # A draft of somebody who writes to the lake meanwhile; what is committed stays.
        return
