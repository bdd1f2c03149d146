"""Init: a project of one's own, outside the checkout, that runs as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

from cdp_lake.errors import ConfigError

TEMPLATE = Path(__file__).resolve().parent.parent / "project_template"
IGNORED = "lake/\n.kafka/\n"


def init_project(folder: Path) -> list[str]:
    """Copies the template into an empty or new folder; returns the files made. Raises ConfigError if it is in use."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is not an empty folder; name a new one: cdp-lake init my-lake")
    shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
