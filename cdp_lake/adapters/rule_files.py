"""The rules of identity of a project: its identity.yml, exchanged and put back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

RULES_FILE = "identity.yml"


@dataclass(frozen=True)
class Installed:
    """Rules that are in force now, and where those before are kept; None where there were none or it is one file."""

    path: Path
    former: Path | None
    is_new: bool

    def take_back(self) -> None:
        """Puts the rules before in force again."""
        if self.former is not None:
            self.former.replace(self.path)
        elif self.is_new:
            self.path.unlink()


def install_rules(rules: Path, conf: Path, at: datetime) -> Installed:
    """Makes a file the identity.yml of a project; the one before is kept beside it, under a name no layer reads."""
    path = conf / RULES_FILE
    if path.is_file() and path.samefile(rules):
        return Installed(path, None, is_new=False)
    former = path.with_name(f"{RULES_FILE}.before-{at:%Y%m%dT%H%M%S}") if path.is_file() else None
    if former is not None:
        shutil.copy2(path, former)
    draft = path.with_name(f".{RULES_FILE}.tmp")
    shutil.copyfile(rules, draft)
    draft.replace(path)
    return Installed(path, former, is_new=former is None)
