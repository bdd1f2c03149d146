"""Where the shipped settings lie: inside the wheel, or conf/ of a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def conf_dir() -> Path:
    """The folder of shipped settings."""
    packed = _PACKAGE / "_conf"
    return packed if packed.is_dir() else _PACKAGE.parent / "conf"
